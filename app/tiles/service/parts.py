"""Tiles of parts: as they stand there from near, counted in squares from far."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from app.core.errors import Fault
from app.parts.queries.register import PartFilter
from app.parts.rules import PartState
from app.tiles.errors import SearchTooWide
from app.tiles.queries import encoding, part_points
from app.tiles.queries.layer import Asked, Layer, VectorLayer
from app.tiles.queries.part_points import PARTS, STATES
from app.tiles.rules.counting import Seen, counted
from app.tiles.rules.ground import MAX_ZOOM, MIN_ZOOM
from app.tiles.rules.ledger import Ledger
from app.tiles.rules.points import Chosen, Mask, Points
from app.tiles.rules.tile import Tile, to_degrees
from app.tiles.service.ledgers import Kept, Shelf

SINGLE_FROM = 16
BUCKET_BITS, NEAR_BITS = 4, 6
MOST_LOOKED_UP = 50_000
# Codes are 16 or 17 digits; the key has one before them.
_KEY_DIGITS = (17, 18)


def _know(session: Session, known: Mapping[UUID, int] | None, ids: list[Any] | None) -> Mapping[UUID, int]:
    return part_points.values_of(session) if known is None or ids is None else known


def _rests(points: Points) -> Mask:
    return np.ones(len(points), np.bool_)


SHELF = Shelf(Kept(PARTS, _rests, (), _know, {"type": "uint16", "owner": "uint16"}))


@dataclass(frozen=True)
class PartTile:
    """What is asked of a tile of parts; cut once, for its ETag and for its bytes."""

    found: PartFilter
    tile: Tile
    _cut: dict[int, bytes] = field(default_factory=dict)

    def data(self, session: Session, coarseness: int) -> bytes:
        """The tile, so many steps coarser than it might be."""
        if coarseness not in self._cut:
            self._cut[coarseness] = self._drawn(session, coarseness)
        return self._cut[coarseness]

    def _drawn(self, session: Session, coarseness: int) -> bytes:
        if self.tile.z >= SINGLE_FROM and coarseness == 0:
            return part_points.drawn(session, self.found, self.tile)
        bits = BUCKET_BITS if self.tile.z < SINGLE_FROM else NEAR_BITS - coarseness
        found = counted(_seen(session, self.found, self.tile), self.tile, bits)
        squares = found.used
        if not len(squares):
            return b""
        x, y = found.middles(squares)
        columns = {"x": x.tolist(), "y": y.tolist(), "count": found.counts[squares, 0].tolist()}
        columns["bbox"] = found.boxes(squares)
        return encoding.encoded(session, encoding.PART_BUCKETS, columns, {})


def _seen(session: Session, wanted: PartFilter, tile: Tile) -> Seen:
    ledger = SHELF.ledger(session)
    if wanted.words is not None:
        raw = part_points.looked_up(session, wanted, to_degrees(tile.box_m), most=MOST_LOOKED_UP + 1)
        if len(raw["key"]) > MOST_LOOKED_UP:
            fault = Fault("/q", "write more of it, or narrow by something else as well")
            detail = f"More than {MOST_LOOKED_UP} parts match here: write more words, zoom in, or narrow the filter."
            raise SearchTooWide(detail, faults=[fault], most=MOST_LOOKED_UP)
        return Seen(ledger, None, None, _with_kind(SHELF.looked_up(raw, ledger)), 1, 0)
    chosen = _chosen(ledger, wanted)
    moving = ledger.moving.taken(chosen.mask(ledger.moving))
    return Seen(ledger, chosen, wanted, _with_kind(moving), 1, 0)


def _with_kind(points: Points) -> Points:
    return Points({**points.columns, "kind": np.zeros(len(points), np.uint8)})


def _chosen(ledger: Ledger, wanted: PartFilter) -> Chosen:
    """Without states, all but the retired."""
    values: Mapping[UUID, int] = ledger.facts
    states = wanted.states or tuple(state for state in STATES if state != PartState.RETIRED)
    among: list[tuple[str, Mask]] = [("state", np.array([state in states for state in STATES]))]
    if wanted.types is not None:
        among.append(("type", ledger.codes["type"].among([values[one] for one in wanted.types if one in values])))
    if wanted.owner_id is not None:
        among.append(("owner", ledger.codes["owner"].among([values.get(wanted.owner_id, -1)])))
    spans = None if wanted.begin is None else tuple(_span(wanted.begin, digits) for digits in _KEY_DIGITS)
    return Chosen(tuple(among), spans=spans)


def _span(begin: str, digits: int) -> tuple[int, int]:
    """The keys of so many digits of codes that begin so: from the first to before the second."""
    missing = digits - 1 - len(begin)
    if missing < 0:
        return 0, 0
    first = int(f"1{begin}") * 10**missing
    return first, first + 10**missing


def _stamp(session: Session, asked: Asked) -> str:
    """A digest of the tile: another one exactly when a part that is shown changed there."""
    wanted: PartTile = asked.wanted
    return hashlib.sha256(wanted.data(session, 0)).hexdigest()


def _cut(session: Session, asked: Asked, tile: Tile, coarseness: int) -> bytes:
    del tile
    wanted: PartTile = asked.wanted
    return wanted.data(session, coarseness)


LAYER = Layer(
    name="parts",
    description="Parts of the city; from far, how many there are",
    inside=(
        VectorLayer(
            "parts",
            "From zoom 16 one by one, points and lines; else counted in squares",
            {
                "code": "String",
                "type_code": "String",
                "type_name": "String",
                "state": "String",
                "owner": "String",
                "count": "Number",
                "bbox": "String",
            },
            MIN_ZOOM,
            MAX_ZOOM,
        ),
    ),
    public=False,
    stamp=_stamp,
    cut=_cut,
    coarsest=2,
)
