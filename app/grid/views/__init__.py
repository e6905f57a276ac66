"""The grid over HTTP."""

from app.grid.views import areas, base_layers, imports, locate, zones
from app.grid.views.blueprint import grid

__all__ = ["areas", "base_layers", "grid", "imports", "locate", "zones"]
