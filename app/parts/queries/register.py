"""Reading the register: pages of parts, one part, the nearest ones, how many of each type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from app.parts.models import RegisterState

_SHOWN = """
    p.id, p.code, p.state, p.name, p.cell_code, p.surveyed_on, p.version, p.created_at, p.changed_at, p.retired_at,
    ST_AsGeoJSON(p.geom, 9) AS geometry, p.type_id, p.owner_id,
    t.scheme AS type_scheme, t.kind AS type_kind, t.code AS type_code, t.name AS type_name,
    o.code AS owner_code, o.name AS owner_name"""
# What files hold: no more, and places as the geometry engine reads them fastest.
_WRITTEN = """
    p.code, t.code AS type_code, t.name AS type_name, o.code AS owner_code, o.name AS owner_name, p.state, p.name,
    p.cell_code, p.surveyed_on, p.changed_at, ST_AsBinary(p.geom, 'NDR') AS place"""
_JOINED = "LEFT JOIN types t ON t.id = p.type_id LEFT JOIN organizations o ON o.id = p.owner_id"
_SELECT = "SELECT {shown} FROM parts p {joined} WHERE {clauses}"
_ONE = text(_SELECT.format(shown=_SHOWN, joined=_JOINED, clauses="p.code = :code"))
_LOCKED = text(_SELECT.format(shown=_SHOWN, joined=_JOINED, clauses="p.code = :code FOR NO KEY UPDATE OF p"))
_BY_ID = text(_SELECT.format(shown=_SHOWN, joined=_JOINED, clauses="p.id = :id"))

# Each clause is a stretch of an index. Codes are digits alone, so that what begins alike lies between two of them.
_CLAUSES: Mapping[str, str] = {
    # Of one type the index gives the parts in order; of several it would not.
    "type": "p.type_id = CAST(:type AS uuid)",
    "types": "p.type_id = ANY (CAST(:types AS uuid[]))",
    "owner_id": "p.owner_id = :owner_id",
    "states": "p.state = ANY (:states)",
    "area": "p.cell_code >= :area AND p.cell_code < :past_area",
    "district": "p.code >= :district AND p.code < :past_district",
    "bbox": "p.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326)",
    "begin": "p.code >= :begin AND p.code < :past_begin",
    "words": "p.name IS NOT NULL AND p.name ILIKE :words",
}
_BEGINNINGS = frozenset({"area", "district", "begin"})
_BY_CODE, _BY_CELL = "p.code", "p.cell_code, p.code"
_PAGE = """
    SELECT {shown}
      FROM (SELECT p.* FROM parts p WHERE {clauses} ORDER BY {order} LIMIT :most) p {joined}
     ORDER BY {order}"""

# By the index the nearest in degrees, which are not yet the nearest in metres: but as many parts are no further than
# the furthest of these, so that all nearer ones lie in the box around that circle. Those are measured on the ellipsoid.
_NEAREST = """
    WITH few AS MATERIALIZED (
        SELECT ST_Distance(n.geom::geography, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography) AS m
          FROM (SELECT p.geom FROM parts p
                 WHERE p.geom && ST_MakeEnvelope(:west, :south, :east, :north, 4326) AND p.retired_at IS NULL {of_type}
                 ORDER BY p.geom <-> ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) LIMIT :most) n),
    reach AS MATERIALIZED (
        SELECT CASE WHEN count(*) < :most THEN :within_m ELSE least(max(m), :within_m) END AS m FROM few)
    SELECT p.code, p.state, p.name, ST_AsGeoJSON(p.geom, 7) AS geometry, p.owner_id, p.distance_m,
           t.scheme AS type_scheme, t.kind AS type_kind, t.code AS type_code, t.name AS type_name,
           o.code AS owner_code, o.name AS owner_name
      FROM (SELECT p.*, ST_Distance(p.geom::geography, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography)
                   AS distance_m
              FROM reach CROSS JOIN LATERAL (
                   SELECT p.* FROM parts p
                    WHERE p.geom && ST_Expand(
                              ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), reach.m * :wide, reach.m * :high)
                      AND p.retired_at IS NULL {of_type}) p) p {joined}
     WHERE p.distance_m <= :within_m
     ORDER BY p.distance_m, p.code LIMIT :most"""
_COUNTS = """
    SELECT t.scheme, t.kind, t.code, t.name, c.state, c.n
      FROM (SELECT p.type_id, p.state, count(*) AS n FROM parts p WHERE {clauses} GROUP BY 1, 2) c
      JOIN types t ON t.id = c.type_id
     ORDER BY t.scheme, t.code, c.state"""
_HIGHEST = text("SELECT max(code) FROM parts WHERE code >= :begin AND code <= :end")
_KNOWN = text("SELECT EXISTS (SELECT FROM parts WHERE code = :code), EXISTS (SELECT FROM parts)")


@dataclass(frozen=True, slots=True)
class PartFilter:
    """Which parts are asked for. Empty tuples and None do not narrow; without states, all but the retired.

    Shape: `bbox` is (west, south, east, north) in degrees, WGS 84; `area` a code of any level; `begin` how codes begin;
           `words` stands somewhere in the name.
    """

    types: tuple[UUID, ...] | None = None
    owner_id: UUID | None = None
    states: tuple[str, ...] = ()
    area: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    begin: str | None = None
    words: str | None = None

    @property
    def by_cell(self) -> bool:
        """Whether the list goes by cell: below a district that is the order of the only index that helps."""
        return self.area is not None and len(self.area) > 6


def state(session: Session) -> Row[*tuple[Any, ...]]:
    """The version of the register: all that is read from it is the same as long as this is."""
    return session.execute(select(RegisterState.version, RegisterState.changed_at)).one()


def parts_page(
    session: Session, wanted: PartFilter, after: Sequence[str] | None, most: int, shown: str = _SHOWN
) -> Sequence[Row[Any]]:
    """At most so many parts in the order of their codes, within a street or less in that of cells and codes."""
    clauses, values = _narrowed(wanted)
    order = _BY_CELL if wanted.by_cell else _BY_CODE
    if after is not None:
        clauses.append("(p.cell_code, p.code) > (:after_cell, :after)" if wanted.by_cell else "p.code > :after")
        values |= {"after_cell": after[0], "after": after[-1]}
    statement = _PAGE.format(shown=shown, joined=_JOINED, clauses=" AND ".join(clauses), order=order)
    return session.execute(text(statement), {**values, "most": most}).all()


def all_parts(session: Session, wanted: PartFilter, at_once: int) -> Iterator[Sequence[Row[Any]]]:
    """All parts of a filter, a page at a time, as files hold them: no transaction waits for a slow reader."""
    after: Sequence[str] | None = None
    while rows := parts_page(session, wanted, after, at_once, _WRITTEN):
        yield rows
        after = (rows[-1].cell_code, rows[-1].code)


def counts(session: Session, area: str | None) -> Sequence[Row[Any]]:
    """(scheme, kind, code, name, state, n) of every type and state on some ground, the retired left out."""
    clauses, values = _narrowed(PartFilter(area=area), by_cell=True)
    return session.execute(text(_COUNTS.format(clauses=" AND ".join(clauses))), values).all()


def _narrowed(wanted: PartFilter, *, by_cell: bool = False) -> tuple[list[str], dict[str, Any]]:
    """The clauses and their values. A district is a beginning of codes, anything below it one of cells."""
    given: dict[str, Any] = {
        **_of_types(wanted.types),
        "owner_id": wanted.owner_id,
        "states": list(wanted.states) or None,
        "area" if by_cell or wanted.by_cell else "district": wanted.area,
        "begin": wanted.begin,
        "words": None if wanted.words is None else f"%{_literal(wanted.words)}%",
    }
    values = {name: value for name, value in given.items() if value is not None}
    clauses = [_CLAUSES[name] for name in values]
    values |= {f"past_{name}": str(int(values[name]) + 1) for name in _BEGINNINGS & values.keys()}
    if wanted.bbox is not None:
        values |= dict(zip(("west", "south", "east", "north"), wanted.bbox, strict=True))
        clauses.append(_CLAUSES["bbox"])
    if not wanted.states:
        clauses.append("p.state <> 'retired'")
    return clauses, values


def _of_types(types: Sequence[UUID] | None) -> dict[str, Any]:
    """The value for one of the clauses about types; none where any type will do."""
    if types is None:
        return {}
    return {"type": str(types[0])} if len(types) == 1 else {"types": [str(one) for one in types]}


def _literal(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def find_part(session: Session, code: str, *, locked: bool = False) -> Row[Any] | None:
    """One part, retired or not."""
    return session.execute(_LOCKED if locked else _ONE, {"code": code}).one_or_none()


def part_by_id(session: Session, part_id: int) -> Row[Any] | None:
    """One part by the number of its row."""
    return session.execute(_BY_ID, {"id": part_id}).one_or_none()


@dataclass(frozen=True, slots=True)
class Around:
    """A point, and how far around it; degrees, WGS 84, the box holding the circle."""

    lon: float
    lat: float
    within_m: float
    box: tuple[float, float, float, float]


def nearest(session: Session, around: Around, types: Sequence[UUID] | None, most: int) -> Sequence[Row[Any]]:
    """The nearest parts that are not retired, of some types or of any, nearest first."""
    values: dict[str, Any] = dict(zip(("west", "south", "east", "north"), around.box, strict=True))
    values |= {"lon": around.lon, "lat": around.lat, "within_m": around.within_m, "most": most}
    west, south, east, north = around.box
    values["wide"] = max(around.lon - west, east - around.lon) / around.within_m
    values["high"] = max(around.lat - south, north - around.lat) / around.within_m
    narrowed = _of_types(types)
    values |= narrowed
    of_type = "".join(f"AND {_CLAUSES[name]}" for name in narrowed)
    return session.execute(text(_NEAREST.format(of_type=of_type, joined=_JOINED)), values).all()


def highest_code(session: Session, beginning: str) -> str | None:
    """The highest code of a district and type."""
    values = {"begin": beginning + "000000", "end": beginning + "999999"}
    found: str | None = session.execute(_HIGHEST, values).scalar()
    return found


def is_known(session: Session, code: str) -> tuple[bool, bool]:
    """Whether there is (or was) such a part, and whether there is any at all."""
    known, any_ = session.execute(_KNOWN, {"code": code}).one()
    return known, any_
