"""Tiles over HTTP."""

from app.tiles.views import cases as cases
from app.tiles.views import ground as ground
from app.tiles.views import parts as parts
from app.tiles.views import tracks as tracks
from app.tiles.views.blueprint import tiles

__all__ = ["tiles"]
