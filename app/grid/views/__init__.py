"""The grid over HTTP."""

from app.grid.views import areas, imports, locate, zones
from app.grid.views.blueprint import grid

__all__ = ["areas", "grid", "imports", "locate", "zones"]
