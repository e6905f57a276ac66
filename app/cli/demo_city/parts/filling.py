"""Parts into the register: drawn, located, coded and handed over batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.catalog import service as catalog
from app.catalog.schemas import TypeRef
from app.cli.demo_city.frame import to_degrees, to_metres
from app.cli.demo_city.load import Say
from app.cli.demo_city.parts.furnishing import FURNITURE, Roads, Standing, furnished
from app.cli.demo_city.progress import Progress, amount
from app.cli.demo_city.staff import NATIONAL
from app.cli.demo_city.years.writing import Writing
from app.core.db import unit_of_work
from app.grid.service.locating import index
from app.parts import service as parts
from app.parts.service import PartRows

SEED = 41
AT_ONCE = 50_000
# From here on the register's indexes are built after its rows.
MANY = 200_000
# A few stand outside the city or in a gap: so many more are drawn.
SPARE = 1.01
STATES = (("intact", 0.955), ("damaged", 0.026), ("occupied", 0.012), ("missing", 0.007))
SURVEYED_WITHIN_DAYS = 700
_ROADS = text("SELECT class, name, ST_AsBinary(geom) FROM base_features WHERE layer = 'roads' ORDER BY id")
_SOME = text("SELECT EXISTS (SELECT FROM parts)")


class PartsRefused(Exception):
    """There is something in the way; says what."""


def has_parts(session: Session) -> bool:
    """Whether the register has any part."""
    return bool(session.execute(_SOME).scalar_one())


def fill_parts(count: int, now: datetime, say: Say) -> None:
    """So many parts along the streets of the loaded city; the same city gets the same ones.

    Raises: PartsRefused where there are parts already, or no streets.
    """
    with unit_of_work() as session:
        if has_parts(session):
            raise PartsRefused("the register has parts already: they are drawn into an empty one.")
        roads = _roads(session)
        if not len(roads.lines):
            raise PartsRefused("the city has no roads along which parts could stand: import its base layers first.")
        drawing = Drawing(session, roads, count, now)
    progress = Progress("parts", count, say)
    with Writing(say, ("parts",)).without_indexes(count >= MANY):
        for rows in drawing.batches():
            with unit_of_work() as session:
                progress.add(parts.load(session, rows, now=now))
        progress.done()
    if drawing.missing:
        say(f"  {amount(drawing.missing)} of them would have stood outside the city")
    Writing(say, ("parts",)).analyze()


def _roads(session: Session) -> Roads:
    rows = session.execute(_ROADS).all()
    lines = shapely.from_wkb(np.array([bytes(row[2]) for row in rows], dtype=object))
    return Roads(shapely.transform(lines, to_metres), [row[0] for row in rows], [row[1] for row in rows])


class Drawing:
    """All parts of a city, drawn and located; a million in some seconds."""

    def __init__(self, session: Session, roads: Roads, count: int, now: datetime) -> None:
        rng = np.random.default_rng(SEED)
        self._roads, self._now = roads, now
        standing = furnished(roads, int(count * SPARE) + 20, rng)
        self._degrees, ends = to_degrees(standing.places), to_degrees(standing.ends)
        middles = (self._degrees + ends) / 2
        found = index(session).locate_many(middles[:, 0], middles[:, 1])
        inside = np.array([problem is None for problem in found.problems])
        cells = np.array(found.cells, dtype=object)
        # Neighbours together, by cell and by type within it.
        order = np.flatnonzero(inside)[:count]
        order = order[np.lexsort((standing.furniture[order], cells[order].astype("U15")))]
        self.missing = count - len(order)
        self._standing, self._ends, self._cells, self._order = standing, ends, cells, order
        self._types = [_type_id(session, one.code) for one in FURNITURE]
        self._owners = [_organization(session, one.owner) for one in FURNITURE]
        self._codes = _codes(standing, cells, order)
        self._states = rng.choice([state for state, _ in STATES], len(order), p=[share for _, share in STATES])
        self._surveyed = rng.integers(0, SURVEYED_WITHIN_DAYS, len(order))

    def batches(self) -> Iterator[PartRows]:
        """The rows, some ten thousand at a time."""
        for first in range(0, len(self._order), AT_ONCE):
            yield self._batch(slice(first, first + AT_ONCE))

    def _batch(self, part: slice) -> PartRows:
        rows = self._order[part]
        kinds = self._standing.furniture[rows].tolist()
        today = self._now.date()
        days = self._surveyed[part].tolist()
        return PartRows(
            codes=self._codes[part],
            type_ids=[self._types[kind] for kind in kinds],
            owner_ids=[self._owners[kind] for kind in kinds],
            states=self._states[part].tolist(),
            names=[self._name(kind, row) for kind, row in zip(kinds, rows.tolist(), strict=True)],
            geoms=self._shapes(rows),
            cell_codes=self._cells[rows].tolist(),
            surveyed_on=[today - timedelta(days=day) for day in days],
        )

    def _name(self, kind: int, row: int) -> str | None:
        word, road = FURNITURE[kind].name, self._roads.names[self._standing.road[row]]
        return f"{road}{self._standing.ordinal[row] + 1}号{word}" if word and road else None

    def _shapes(self, rows: NDArray[np.int64]) -> NDArray[np.object_]:
        """A point, or a line where it has a length."""
        starts, ends = self._degrees[rows], self._ends[rows]
        shapes = np.asarray(shapely.points(starts), dtype=object)
        long = np.flatnonzero((starts != ends).any(axis=1))
        if len(long):
            shapes[long] = shapely.linestrings(np.stack((starts[long], ends[long]), axis=1))
        return shapes


def _type_id(session: Session, code: str) -> UUID:
    found = catalog.find_type(session, TypeRef.model_validate({"scheme": NATIONAL, "kind": "part", "code": code}))
    return found.id


def _organization(session: Session, code: str) -> UUID | None:
    found = accounts.organization_by_code(session, code)
    return None if found is None else found.id


def _codes(standing: Standing, cells: NDArray[np.object_], order: NDArray[np.int64]) -> list[str]:
    """The district, the type and a serial number that runs on in each district and type."""
    serials: dict[str, int] = {}
    codes = []
    for kind, cell in zip(standing.furniture[order].tolist(), cells[order].tolist(), strict=True):
        stem = f"{cell[:6]}{FURNITURE[kind].code}"
        serials[stem] = serials.get(stem, 0) + 1
        codes.append(f"{stem}{serials[stem]:06}")
    return codes
