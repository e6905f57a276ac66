"""What can go wrong with tiles."""

from __future__ import annotations

from app.core.errors import Invalid, NotFound


class UnknownTile(NotFound):
    slug = "unknown-tile"
    title = "There is no such tile"


class SearchTooWide(Invalid):
    slug = "search-too-wide"
    title = "Too much matches to be counted at once"
