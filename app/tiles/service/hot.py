"""Tiles of the ground that were cut a moment ago, in memory: every caller gets the same ones."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from sqlalchemy.orm import Session

from app.tiles.queries.layer import Asked
from app.tiles.rules.tile import Tile
from app.tiles.service import cutting
from app.tiles.service.cutting import Cut, Known

# Of one process; a map full of ground is a few hundred kilobytes.
MOST_KEPT_BYTES = 16 * 1024 * 1024
# What an entry costs beside its bytes.
ENTRY_BYTES = 512


class HotTiles:
    """The tiles that were asked for last, at most so many bytes of them; safe for threads."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.bytes = 0
        self._kept: OrderedDict[tuple[str, Tile], Cut] = OrderedDict()
        self._lock = Lock()

    def find(self, tag: str, tile: Tile) -> Cut | None:
        """The tile that was cut from what the tag stands for."""
        with self._lock:
            found = self._kept.get((tag, tile))
            if found is not None:
                self._kept.move_to_end((tag, tile))
            return found

    def keep(self, tag: str, tile: Tile, cut: Cut) -> None:
        """Keep a tile; those that nobody asked for longest make room for it."""
        with self._lock:
            if (tag, tile) in self._kept:
                return
            self._kept[tag, tile] = cut
            self.bytes += _cost(cut)
            while self.bytes > self.most_bytes:
                _, gone = self._kept.popitem(last=False)
                self.bytes -= _cost(gone)


def _cost(cut: Cut) -> int:
    """Counted with its packed form, which is there sooner or later."""
    return len(cut.data) + len(cut.packed) + ENTRY_BYTES


_hot = HotTiles(MOST_KEPT_BYTES)


def cut(session: Session, known: Known, asked: Asked, tile: Tile) -> Cut:
    """The tile, out of memory where its layer looks the same to everybody and it was cut before."""
    if not known.layer.public:
        return cutting.cut(session, known.layer, asked, tile)
    found = _hot.find(known.tag, tile)
    if found is None:
        found = cutting.cut(session, known.layer, asked, tile)
        _hot.keep(known.tag, tile, found)
    return found
