"""Cases as points: what is kept of them in memory, and those that are looked up because few people see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, func, select, text, union
from sqlalchemy.orm import Session

from app.accounts.models import Organization
from app.cases.models import Case
from app.cases.queries.listing import narrowed
from app.cases.queries.visibility import rare_reasons, reasons
from app.cases.rules import Source as CaseSource
from app.cases.rules import State
from app.cases.rules.filters import CaseFilter
from app.core.auth import Principal
from app.core.models import table
from app.tiles.queries.points import Field, Source, read_picked
from app.tiles.rules.points import Column
from app.tiles.rules.tile import Box

STATES = tuple(str(state) for state in State)
SOURCES = tuple(str(source) for source in CaseSource)


def _place_of(names: tuple[str, ...], column: str) -> str:
    return f"array_position(CAST('{{{','.join(names)}}}' AS text[]), {column}) - 1"


CASES = Source(
    name="cases",
    table=table(Case),
    id_type="uuid",
    changed_column="case_id",
    fields={
        # Its day and sequence: a number without the dash.
        "key": Field("left(cases.number, 8) || substr(cases.number, 10)", "int8", "int64"),
        "lon": Field("cases.lon", "float8", "float64"),
        "lat": Field("cases.lat", "float8", "float64"),
        "at": Field("cases.opened_at", "timestamptz", "int64"),
        "yellow": Field("coalesce(cases.yellow_at, '-infinity')", "timestamptz", "int64"),
        "due": Field("coalesce(cases.due_at, '-infinity')", "timestamptz", "int64"),
        "state": Field(_place_of(STATES, "cases.state"), "int2", "uint8"),
        "source": Field(_place_of(SOURCES, "cases.source"), "int2", "uint8"),
        "paused": Field("cases.paused::int", "int2", "uint8"),
        "supervised": Field("cases.supervised::int", "int2", "uint8"),
        # With a digit before it, so that a zero at its beginning stays.
        "cell": Field("'1' || cases.current_cell", "int8", "int64", coded=True),
        "filed": Field("'1' || cases.filed_cell", "int8", "int64", coded=True),
        "type": Field("coalesce(uuid_hash_extended(cases.type_id, 0), 0)", "int8", "int64", coded=True),
        "lead": Field("coalesce(uuid_hash_extended(cases.lead_id, 0), 0)", "int8", "int64", coded=True),
        "units": Field("hash_array_extended(cases.unit_ids, 0)", "int8", "int64", coded=True),
    },
    known="SELECT md5(string_agg(concat_ws('|', id, scheme, kind, code, name), ',' ORDER BY id)) FROM types",
)


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type by its codes and its name."""

    scheme: str
    kind: str
    code: str
    name: str


_TYPES = text("SELECT uuid_hash_extended(id, 0) AS hash, scheme, kind, code, name FROM types")
_ALL_UNITS = text("SELECT DISTINCT hash_array_extended(unit_ids, 0) AS hash, unit_ids FROM cases")
_SOME_UNITS = text("""
    SELECT DISTINCT hash_array_extended(unit_ids, 0) AS hash, unit_ids FROM cases
     WHERE id = ANY(CAST(:ids AS uuid[]))""")


def type_names(session: Session) -> Mapping[int, TypeName]:
    """All types by the value that stands for them in the column `type`."""
    return {row.hash: TypeName(*row[1:]) for row in session.connection().execute(_TYPES)}


def unit_sets(session: Session, ids: Sequence[Any] | None = None) -> Mapping[int, frozenset[UUID]]:
    """The organisations that the values of the column `units` stand for: of all cases, or of some."""
    rows = session.connection().execute(*((_ALL_UNITS,) if ids is None else (_SOME_UNITS, {"ids": list(ids)})))
    return {row.hash: frozenset(map(_uuid, row.unit_ids)) for row in rows}


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def owner_values(session: Session, owner: str) -> tuple[int, ...]:
    """What stands for an organisation, given by id or code, in the columns `lead` and `owner`."""
    try:
        clause = Organization.id == UUID(owner)
    except ValueError:
        clause = Organization.code == owner
    statement = select(func.uuid_hash_extended(Organization.id, 0)).where(clause)
    return tuple(session.connection().execute(statement).scalars())


@dataclass(frozen=True, slots=True)
class Question:
    """Which cases somebody asks for, and when."""

    found: CaseFilter
    principal: Principal
    now: datetime


def rare(principal: Principal) -> bool:
    """Whether the principal sees cases for reasons that have to be looked up."""
    return bool(rare_reasons(principal))


def looked_up(session: Session, asked: Question, box: Box | None, *, every: bool, most: int) -> dict[str, Column]:
    """The columns of up to ``most`` cases that are asked for and seen, in a box of degrees.

    Those that are seen for rare reasons, or with `every` for any.
    """
    clauses = narrowed(asked.found, asked.principal)
    if box is not None:
        clauses.append(Case.geom.op("&&")(func.ST_MakeEnvelope(*box, 4326)))
    why = reasons(asked.principal) if every else rare_reasons(asked.principal)
    limit = bindparam("most", type_=Integer())
    ways = [select(select(Case.id).where(one, *clauses).limit(limit).subquery().c.id) for one in why]
    picked = select(ways[0].subquery().c.id) if len(ways) == 1 else select(union(*ways).subquery().c.id)
    return read_picked(session, CASES, picked.limit(limit), {"now": asked.now, "most": most})
