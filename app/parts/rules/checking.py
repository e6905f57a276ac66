"""Rows of a file of parts against what the city knows: its types, its organisations, its ground."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray

from app.parts.rules.codes import DISTRICT_DIGITS, SERIAL_DIGITS, SHAPE, code_problem
from app.parts.rules.faults import FaultKind, PartFault
from app.parts.rules.lines import Geometries, PartRows
from app.parts.rules.states import PartState, read_state

LONGEST_NAME = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DAY = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
_Found = TypeVar("_Found")
Texts = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Known:
    """What rows may name: types by the digits in a code (more than one id: several schemes have them), and owners."""

    types: Mapping[str, tuple[UUID, ...]]
    owners: Mapping[str, UUID]


@dataclass(frozen=True, slots=True)
class FileRows:
    """Rows of a file as they were read; a column that the file lacks is None.

    Shape:  geoms in EPSG:4326, (longitude, latitude); None where there is no place. `first` is the number of the first.
    """

    first: int
    codes: Texts
    geoms: Geometries
    types: Texts | None = None
    owners: Texts | None = None
    states: Texts | None = None
    names: Texts | None = None
    surveyed_on: Texts | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """Where the rows lie: the area's code, or None with the reason."""

    cells: Sequence[str | None]
    reasons: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Reader(Generic[_Found]):
    """How the texts of a column are read. What cannot be read is a fault of this kind, with this sentence."""

    kind: FaultKind
    read: Callable[[str], _Found | None]
    sentence: Callable[[str], str]


@dataclass(slots=True)
class Checked:
    """The rows without a fault, ready to be stored, and the faults of the others."""

    rows: PartRows
    faults: list[PartFault] = field(default_factory=list)


def middles(geoms: Geometries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The point of each part that says where it lies: a point itself, the middle of a line; NaN for anything else.

    Units:  degrees, (longitudes, latitudes).
    """
    points = np.array(geoms, dtype=object)
    points[shapely.is_empty(points)] = None
    kinds = shapely.get_type_id(points)
    lines = kinds == shapely.GeometryType.LINESTRING
    points[lines] = shapely.line_interpolate_point(points[lines], 0.5, normalized=True)
    points[(kinds != shapely.GeometryType.POINT) & ~lines] = None
    return np.asarray(shapely.get_x(points)), np.asarray(shapely.get_y(points))


def placed(geoms: Geometries) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Where each part lies and whether that is a place on the earth at all.

    Units:  degrees, (longitudes, latitudes); 0, 0 where it is none.
    """
    lons, lats = middles(geoms)
    fit = np.isfinite(lons) & np.isfinite(lats) & (np.abs(lons) <= 180) & (np.abs(lats) <= 90)
    whole = ~shapely.has_z(geoms) & (shapely.is_valid(geoms) | (shapely.get_type_id(geoms) == 0))
    fit &= whole
    return np.where(fit, lons, 0.0), np.where(fit, lats, 0.0), fit


def check_rows(rows: FileRows, located: Located, known: Known) -> Checked:
    """Every fault of every row, and the rows that have none.

    Source: domain.md §3: the code says the district and the type; both have to be true.
    """
    faults: list[PartFault] = []
    codes = [code or "" for code in rows.codes]
    types = _types(rows, codes, known, faults)
    owners = _column(rows, rows.owners, Reader(FaultKind.UNKNOWN_OWNER, known.owners.get, _no_owner), faults)
    states = _column(rows, rows.states, _STATES, faults)
    days = _column(rows, rows.surveyed_on, _DAYS, faults)
    names = _column(rows, rows.names, _NAMES, faults)
    _places(rows, codes, located, faults)
    faults.sort(key=lambda fault: fault.row or 0)
    spoilt = {fault.row for fault in faults}
    good = [at for at in range(len(codes)) if rows.first + at not in spoilt]
    return Checked(
        PartRows(
            [codes[at] for at in good],
            [types[at] for at in good],  # type: ignore[misc]
            [owners[at] for at in good],
            [(states[at] or PartState.INTACT).value for at in good],
            [names[at] for at in good],
            rows.geoms[good],
            [located.cells[at] for at in good],  # type: ignore[misc]
            [days[at] for at in good],
        ),
        faults,
    )


def _types(rows: FileRows, codes: list[str], known: Known, faults: list[PartFault]) -> list[UUID | None]:
    """The type that each code names; what else the row says of its type has to agree."""
    found: list[UUID | None] = [None] * len(codes)
    said = rows.types or [None] * len(codes)
    for at, (code, stated) in enumerate(zip(codes, said, strict=True)):
        row = rows.first + at
        if not SHAPE.fullmatch(code):
            faults.append(PartFault(row, code[:40] or None, FaultKind.BAD_CODE, f"{code_problem(code)}."))
            continue
        digits = code[DISTRICT_DIGITS:-SERIAL_DIGITS]
        ids = known.types.get(digits, ())
        if len(ids) == 1:
            found[at] = ids[0]
        else:
            faults.append(PartFault(row, code, FaultKind.UNKNOWN_TYPE, _no_type(digits, len(ids))))
        if stated and stated != digits:
            detail = f"The row says type {stated[:20]}, its code says {digits}: find out which is right."
            faults.append(PartFault(row, code, FaultKind.WRONG_TYPE, detail))
    return found


def _no_type(digits: str, schemes: int) -> str:
    if schemes:
        return f"{schemes} code tables have a type of parts {digits}: say which scheme the file follows."
    return f"There is no type of parts {digits}: import the catalogue first, or correct the code."


def _places(rows: FileRows, codes: list[str], located: Located, faults: list[PartFault]) -> None:
    for at, (code, cell, reason) in enumerate(zip(codes, located.cells, located.reasons, strict=True)):
        row = rows.first + at
        if cell is None:
            kind = FaultKind.OUTSIDE_CITY if reason else FaultKind.BAD_POSITION
            detail = reason or "There is no point and no simple line: give lon and lat, or a geometry without heights."
            faults.append(PartFault(row, code or None, kind, detail))
        elif not code.startswith(cell[:DISTRICT_DIGITS]) and SHAPE.fullmatch(code):
            detail = f"The code says district {code[:DISTRICT_DIGITS]}, the place lies in {cell[:DISTRICT_DIGITS]}."
            faults.append(PartFault(row, code, FaultKind.WRONG_DISTRICT, detail))


def _column(
    rows: FileRows, texts: Texts | None, reader: Reader[_Found], faults: list[PartFault]
) -> list[_Found | None]:
    """What a column says, row by row; each different text is read once, as there are few."""
    if texts is None:
        return [None] * len(rows.codes)
    meanings: dict[str | None, _Found | None] = {None: None}
    found: list[_Found | None] = []
    for at, one in enumerate(texts):
        if one not in meanings:
            meanings[one] = reader.read(one or "")
        meaning = meanings[one]
        if meaning is None and one is not None:
            faults.append(PartFault(rows.first + at, rows.codes[at], reader.kind, reader.sentence(one[:60])))
        found.append(meaning)
    return found


def read_day(word: str) -> date | None:
    """A day as files write it; None for what is none.

    Example:
        >>> read_day("2026/3/1")
        datetime.date(2026, 3, 1)
        >>> read_day("2026-02-30") is None
        True
    """
    found = _DAY.fullmatch(word)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def read_name(word: str) -> str | None:
    """A name that people can read; None for one that is too long or holds what cannot be printed."""
    return None if len(word) > LONGEST_NAME or _CONTROL.search(word) else word


def _no_owner(word: str) -> str:
    return f"There is no open organisation with the code “{word}”: correct it, or make the organisation first."


def _no_state(word: str) -> str:
    return f"“{word}” is no state: write intact, damaged, missing, occupied or retired (完好、破损、丢失、占用、废弃)."


def _no_day(word: str) -> str:
    return f"“{word}” is no day: write it as 2026-03-10."


def _no_name(word: str) -> str:
    return f"“{word}” has more than {LONGEST_NAME} characters or holds some that cannot be printed."


_STATES = Reader(FaultKind.UNKNOWN_STATE, read_state, _no_state)
_DAYS = Reader(FaultKind.BAD_DATE, read_day, _no_day)
_NAMES = Reader(FaultKind.BAD_NAME, read_name, _no_name)
