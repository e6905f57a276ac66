"""Tiles of cases: one by one from near, counted in squares or areas from far; the same for who counts in tables."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.cases.rules.filters import CaseFilter
from app.core.auth import Principal
from app.tiles.queries import encoding
from app.tiles.queries.case_points import STATES, Question
from app.tiles.queries.layer import Asked, Layer, VectorLayer
from app.tiles.queries.points import seconds_of
from app.tiles.rules.buckets import Buckets, on_tile
from app.tiles.rules.case_points import ENDED, GREEN, GREY, KINDS, RED, YELLOW
from app.tiles.rules.counting import Seen, alone, by_code, counted, points_in
from app.tiles.rules.ground import CELLS_FROM, MAX_ZOOM, MIN_ZOOM, band_of
from app.tiles.rules.points import Points
from app.tiles.rules.tile import Tile, to_degrees
from app.tiles.service.seeing import seen_by

Rows: TypeAlias = dict[str, Any]
View: TypeAlias = Literal["points", "cells", "heat"]
# From here on each case is shown by itself, as long as a tile holds no more of them than these: a third of what may be
# sent.
SINGLE_FROM = 15
MOST_SINGLE = 2_000
# Squares to each side of a tile, as powers of 2: a tile is drawn 512 pixels wide.
BUCKET_BITS, NEAR_BITS, HEAT_BITS = 4, 5, 6
STREETS_TO = 10
# Which lamp stands for several, worst first; paused clocks last.
_WORST = (RED, YELLOW, GREEN, GREY)
_LAMPS = KINDS[:ENDED]


@dataclass(frozen=True)
class CaseTile:
    """What is asked of a tile of cases; counted once, for its ETag and for its bytes."""

    found: CaseFilter
    view: View
    tile: Tile
    _counted: dict[int, Rows] = field(default_factory=dict)

    def rows(self, session: Session, principal: Principal, now: datetime, coarseness: int = 0) -> Rows:
        """The tile's features, so many steps coarser than they might be."""
        if coarseness not in self._counted:
            question = Question(self.found, principal, now)
            self._counted[coarseness] = _rows(session, question, self.view, self.tile, coarseness)
        return self._counted[coarseness]


def _rows(session: Session, asked: Question, view: View, tile: Tile, coarseness: int) -> Rows:
    seen = seen_by(session, asked, to_degrees(tile.box_m))
    if view == "cells":
        return _area_rows(session, seen, tile, coarseness)
    if view == "heat":
        return _heat_rows(counted(seen, tile, HEAT_BITS - coarseness))
    if tile.z >= SINGLE_FROM and coarseness == 0:
        points = points_in(seen, tile)
        if len(points) <= MOST_SINGLE:
            return _single_rows(seen, tile, points)
    bits = BUCKET_BITS if tile.z < SINGLE_FROM else NEAR_BITS
    return _bucket_rows(seen, counted(seen, tile, max(bits - coarseness, 0)))


def _case_columns(seen: Seen, points: Points) -> tuple[dict[str, list[Any]], dict[str, tuple[str | None, ...]]]:
    """What a feature says of a single case, and the names that its numbers stand for, counted from 1."""
    values = seen.ledger.codes["type"].values
    kinds, places = np.unique(points["type"], return_inverse=True)
    types = [seen.ledger.facts.types.get(values[number]) for number in kinds.tolist()]
    columns = {
        "key": points["key"].tolist(),
        "state": (points["state"].astype(int) + 1).tolist(),
        "type": (places.reshape(-1) + 1).tolist(),
        "supervised": [one == 1 for one in points["supervised"].tolist()],
        "at": seconds_of(points["at"]).tolist(),
    }
    names: dict[str, tuple[str | None, ...]] = {"states": STATES, "lamps": _LAMPS}
    names["codes"] = tuple(one and one.code for one in types)
    names["names"] = tuple(one and one.name for one in types)
    return columns, names


def _single_rows(seen: Seen, tile: Tile, points: Points) -> Rows:
    points = points.taken(np.argsort(points["key"], kind="stable"))
    x, y = on_tile(tile, points["x"], points["y"])
    columns, names = _case_columns(seen, points)
    lamp = [None if kind == ENDED else kind + 1 for kind in points["kind"].tolist()]
    return {"what": "single", "columns": {"x": x.tolist(), "y": y.tolist(), "lamp": lamp, **columns}, "names": names}


def _bucket_rows(seen: Seen, found: Buckets) -> Rows:
    squares = found.used
    lonely, points = alone(seen, found)
    case, names = _case_columns(seen, points)
    x, y = found.middles(squares)
    at = np.searchsorted(squares, lonely).tolist()
    columns: dict[str, Any] = {"x": x.tolist(), "y": y.tolist(), **_counts(found.counts[squares])}
    columns["bbox"] = found.boxes(squares)
    for name, values in case.items():
        spread: list[Any] = [None] * len(squares)
        for place, value in zip(at, values, strict=True):
            spread[place] = value
        columns[name] = spread
    return {"what": "buckets", "columns": columns, "names": names}


def _counts(counts: NDArray[np.int64]) -> dict[str, list[Any]]:
    worst = np.select([counts[:, kind] > 0 for kind in _WORST], [kind + 1 for kind in _WORST])
    by_kind = {name: counts[:, kind].tolist() for kind, name in enumerate(KINDS)}
    return {"count": counts.sum(axis=1).tolist(), **by_kind, "worst": [one or None for one in worst.tolist()]}


def _heat_rows(found: Buckets) -> Rows:
    squares = found.used
    x, y = found.middles(squares)
    weight = found.counts[squares].sum(axis=1)
    return {"what": "heat", "columns": {"x": x.tolist(), "y": y.tolist(), "weight": weight.tolist()}, "names": {}}


def code_length(zoom: int, coarseness: int = 0) -> int:
    """How long the codes are of the areas by which a zoom counts: districts, streets, communities or cells."""
    lengths = (6, 9, 12, 15)
    finest = 1 if zoom <= STREETS_TO else 2 if zoom < CELLS_FROM else 3
    return lengths[max(finest - coarseness, 0)]


def area_counts(seen: Seen, length: int) -> tuple[dict[str, int], NDArray[np.int64]]:
    """The rows of areas with codes of this length, by code, and their counts; in a gap the smallest area around counts.

    Shape: a row for each area, a column for each of `KINDS`; areas without cases may be among them.
    """
    values = seen.ledger.codes["cell"].values
    counts = by_code(seen, "cell")

    def grouped() -> tuple[dict[str, int], NDArray[np.int64]]:
        rows: dict[str, int] = {}
        places = [rows.setdefault(str(value)[1 : length + 1], len(rows)) for value in values[: len(counts)]]
        return rows, np.array(places, np.int64)

    rows, places = seen.ledger.remembered(("areas", length, len(counts)), grouped)
    table = np.stack([np.bincount(places, column, len(rows)) for column in counts.T], axis=1)
    return rows, table.astype(np.int64)


def _area_rows(session: Session, seen: Seen, tile: Tile, coarseness: int) -> Rows:
    band = band_of(tile.z)
    rows, counts = area_counts(seen, code_length(tile.z, coarseness))
    codes = [code for code in encoding.areas_in(session, *tile, band) if code in rows and counts[rows[code]].any()]
    table = counts[[rows[code] for code in codes]]
    columns = {"code": codes, **_counts(table)}
    ground = encoding.ground_stamp(session)
    place = {"z": tile.z, "x": tile.x, "y": tile.y, "band": band}
    return {"what": "areas", "columns": columns, "names": {"lamps": _LAMPS}, "place": place, "ground": ground}


_STATEMENTS = {
    "single": encoding.SINGLE_CASES,
    "buckets": encoding.CASE_BUCKETS,
    "heat": encoding.HEAT,
    "areas": encoding.CASE_AREAS,
}


def _stamp(session: Session, asked: Asked) -> str:
    """A digest of what is in the tile: another one exactly when a case that is seen, or a lamp, changed there."""
    wanted: CaseTile = asked.wanted
    rows = wanted.rows(session, asked.principal, asked.now)
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _cut(session: Session, asked: Asked, tile: Tile, coarseness: int) -> bytes:
    del tile
    wanted: CaseTile = asked.wanted
    rows = wanted.rows(session, asked.principal, asked.now, coarseness)
    columns = rows["columns"]
    if not next(iter(columns.values())):
        return b""
    return encoding.encoded(session, _STATEMENTS[rows["what"]], columns, rows["names"], **rows.get("place", {}))


LAYER = Layer(
    name="cases",
    description="Cases that the caller may see; from far, counted in squares or areas",
    inside=(
        VectorLayer(
            "cases",
            "From zoom 15 one by one, else counted by lamp (`view=cells`: in outlines; `view=heat`: weights)",
            {
                "number": "String",
                "state": "String",
                "lamp": "String",
                "type_code": "String",
                "type_name": "String",
                "supervised": "Boolean",
                "opened_at": "Number",
                "count": "Number",
                **dict.fromkeys(KINDS, "Number"),
                "worst": "String",
                "bbox": "String",
                "code": "String",
                "name": "String",
                "weight": "Number",
            },
            MIN_ZOOM,
            MAX_ZOOM,
        ),
    ),
    public=False,
    stamp=_stamp,
    cut=_cut,
    coarsest=3,
)
