"""Every indicator counted again the plain way, from docs/figures.md and docs/domain.md alone.

Nothing here knows the product: what `GET /cases/{number}` and `GET /cases/{number}/events` answer is read from the
first event to the last one before the view instant, once for each view instant. Slow, and easy to read.
"""
