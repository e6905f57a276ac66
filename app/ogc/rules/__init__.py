"""Which collections there are, and what a request for items may say: pure."""
