"""What every layer of tiles is made of. Each module beside this one that cuts tiles ends in one or more `Layer`s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.tiles.rules.tile import Tile

FieldKind: TypeAlias = Literal["String", "Number", "Boolean"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks when, and what of the layer they want to see: its filter, already checked; None where it has none.

    `said` is the filter as it was written: tiles of different filters never share an ETag.
    """

    principal: Principal
    now: datetime
    wanted: Any = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class VectorLayer:
    """One layer inside the tiles: its name, its properties and from which zoom it is there."""

    id: str
    description: str
    fields: Mapping[str, FieldKind]
    minzoom: int
    maxzoom: int


@dataclass(frozen=True, slots=True)
class Layer:
    """A set of tiles.

    `stamp` answers a text that changes whenever any of the layer's tiles may look different to this caller; one cheap
    statement. Whoever asks and their filter are part of the ETag anyway, unless the layer is `public`.
    `cut` answers the tile's bytes, empty where there is nothing in it; one statement. It is asked with `coarseness` 0,
    then 1, 2 … up to `coarsest` while the tile is larger than `MOST_BYTES`: each step puts more together, and the last
    one has to fit whatever there is.
    """

    name: str
    description: str
    inside: tuple[VectorLayer, ...]
    public: bool
    stamp: Callable[[Session, Asked], str]
    cut: Callable[[Session, Asked, Tile, int], bytes]
    coarsest: int

    @property
    def minzoom(self) -> int:
        return min(one.minzoom for one in self.inside)

    @property
    def maxzoom(self) -> int:
        return max(one.maxzoom for one in self.inside)
