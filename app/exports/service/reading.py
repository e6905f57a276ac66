"""Cases as the rows of an export: read a batch at a time, each batch in a statement of its own.

What cases refer to (types, areas, owners, filing conditions) is named once per export, not once per row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.exports.queries import rows as queries
from app.exports.queries.picking import Picked
from app.exports.rules import Format

ROWS_AT_ONCE = 2_000
LEVELS = (6, 9, 12, 14)
"""How long the code of a district, street, community and cell is at least (GB/T 30428.2)."""

Told: TypeAlias = tuple[Any, ...]
"""One case, its values in the order of `COLUMNS`: words still as codes, instants as its format writes them."""

INSTANTS: Mapping[Format, queries.Instants] = MappingProxyType(
    {
        Format.CSV: queries.wall_clock,
        Format.XLSX: queries.serial_day,
        Format.GEOJSON: queries.utc_text,
        Format.GPKG: queries.unix_seconds,
    }
)


@dataclass(slots=True)
class Known:
    """What was named so far, by id or code."""

    types: dict[str | None, tuple[str | None, ...]] = field(default_factory=dict)
    conditions: dict[str | None, str | None] = field(default_factory=lambda: {None: None})
    owners: dict[str | None, tuple[str | None, str | None]] = field(default_factory=lambda: {None: (None, None)})
    names: dict[str, str | None] = field(default_factory=dict)
    areas: dict[str, tuple[str | None, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Reader:
    """Reads the cases of one export for whoever asked. Instants are the city's (`zone`) or UTC, as the format says."""

    principal: Principal
    format: Format
    now: datetime
    zone: str
    known: Known = field(default_factory=Known)

    def read(self, session: Session, ids: Sequence[str]) -> list[Told]:
        """These cases in their order, as they stand now; what is hidden from the reader is null."""
        found = queries.case_rows(
            session, ids, self.principal, INSTANTS[self.format], {"now": self.now, **self._in_zone()}
        )
        self._learn(session, found)
        known = self.known
        return [
            (
                *row[:3],
                *known.types[row[3]],
                known.conditions[row[4]],
                row[5],
                *known.areas[row[6]],
                *row[7:10],
                *known.owners[row[10]],
                *row[11:],
            )
            for row in map(tuple, found)
        ]

    def _in_zone(self) -> dict[str, str]:
        return {"zone": self.zone} if self.format in {Format.CSV, Format.XLSX} else {}

    def _learn(self, session: Session, found: Sequence[Row[Any]]) -> None:
        """Name what these rows refer to and no earlier one did."""
        known = self.known
        if not known.types or not known.types.keys() >= {row.type_id for row in found}:
            known.types = {None: (None,) * 4}
            known.types.update(queries.all_types(session))
        _name(known.conditions, {row.condition_id for row in found}, lambda new: queries.condition_texts(session, new))
        _name(known.owners, {row.lead_id for row in found}, lambda new: queries.organizations(session, new))
        cells = {row.filed_cell for row in found} - known.areas.keys()
        if not cells:
            return
        codes = {code for cell in cells for code in _above(cell) if code is not None}
        known.names |= queries.area_names(session, codes - known.names.keys())
        for cell in cells:
            known.areas[cell] = tuple(
                value for code in _above(cell) for value in (code, None if code is None else known.names.get(code))
            )


def batches(
    open_unit: Callable[[], AbstractContextManager[Session]], reader: Reader, picked: Picked
) -> Iterator[list[Told]]:
    """The rows of an export, batch by batch: between two of them no connection and no transaction is held."""
    for begin in range(0, len(picked), ROWS_AT_ONCE):
        with open_unit() as session:
            rows = reader.read(session, picked.batch(begin, ROWS_AT_ONCE))
        yield rows


def _name(known: dict[Any, Any], wanted: Iterable[Any], ask: Callable[[Iterable[Any]], Mapping[Any, Any]]) -> None:
    missing = set(wanted) - known.keys()
    if missing:
        known |= ask(missing)


def _above(cell: str) -> list[str | None]:
    """The codes of district, street, community and cell; in a gap of the grid only those of the areas around it."""
    longer = len(cell)
    codes: list[str | None] = [cell[:length] if longer >= length else None for length in LEVELS[:3]]
    return [*codes, cell if longer >= LEVELS[3] else None]
