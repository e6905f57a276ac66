"""A tile as it is sent: cut once, within its bounds, known by what it was cut from."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cached_property

import structlog
from sqlalchemy.orm import Session

from app.tiles.errors import UnknownTile
from app.tiles.queries.layer import Asked, Layer
from app.tiles.rules.tile import MOST_BYTES, Tile

# Part of every ETag: raised whenever tiles of the same data look different than before.
EDITION = 1
# Level 5 packs a full tile in a hundredth of a second; 9 takes three times as long for a hundredth less.
PACKING = 5
log = structlog.get_logger()


class Cut:
    """The bytes of a tile, and the same packed; packed once, when somebody wants it so."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def packed(self) -> bytes:
        return gzip.compress(self.data, PACKING, mtime=0)


@dataclass(frozen=True, slots=True)
class Known:
    """What a tile is cut from, as this caller sees it."""

    layer: Layer
    tag: str


def known(session: Session, layer: Layer, asked: Asked) -> Known:
    """What the layer shows this caller now, by a short tag that changes whenever that does."""
    parts = [str(EDITION), layer.name, layer.stamp(session, asked)]
    if not layer.public:
        who = asked.principal
        parts += [who.key, *sorted(map(repr, who.grants)), asked.said]
    return Known(layer, hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24])


def check_tile(layer: Layer, tile: Tile) -> None:
    """Refuse a tile that the layer's description does not speak of.

    Raises: UnknownTile.
    """
    if not layer.minzoom <= tile.z <= layer.maxzoom:
        raise UnknownTile(
            f"{layer.name} has tiles of the zooms {layer.minzoom} to {layer.maxzoom}, not {tile.z}: "
            "keep to the minzoom and maxzoom of its description.",
            minzoom=layer.minzoom,
            maxzoom=layer.maxzoom,
        )
    if not tile.exists:
        most = (1 << tile.z) - 1
        raise UnknownTile(f"At zoom {tile.z} the columns x and the rows y go from 0 to {most}.", most=most)


def cut(session: Session, layer: Layer, asked: Asked, tile: Tile) -> Cut:
    """The tile, coarser where it would be larger than `MOST_BYTES`."""
    data = b""
    for coarseness in range(layer.coarsest + 1):
        data = layer.cut(session, asked, tile, coarseness)
        if len(data) <= MOST_BYTES:
            return Cut(data)
    log.warning("tiles.too_large", layer=layer.name, z=tile.z, x=tile.x, y=tile.y, bytes=len(data))
    return Cut(data)
