"""What can go wrong with tiles."""

from __future__ import annotations

from app.core.errors import NotFound


class UnknownTile(NotFound):
    slug = "unknown-tile"
    title = "There is no such tile"
