"""Every layer there is."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.tiles.queries import areas, base, cells
from app.tiles.queries.layer import Layer

# What everybody may see, in the order in which maps draw it.
GROUND: Mapping[str, Layer] = MappingProxyType({layer.name: layer for layer in (base.LAYER, areas.LAYER, cells.LAYER)})
