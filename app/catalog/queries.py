"""All SQL of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, Row, Uuid, bindparam, cast, func, insert, select, text, update
from sqlalchemy.orm import Session

from app.catalog.models import CatalogState, FilingCondition, Type
from app.core.models import table
from app.core.row_versions import row_version

# Asked by nearly every request: on the bare connection and without entities.
_STAMP = select(table(CatalogState).c.stamp)
_LOCK = select(CatalogState.stamp).with_for_update()
_RESTAMP = update(CatalogState).values(stamp=bindparam("new_stamp"), changed_at=bindparam("now"))

# One statement, so that the stamp and the rows belong to one state of the catalogue.
_SNAPSHOT = text("""
    SELECT s.stamp,
           (SELECT coalesce(json_agg(json_build_array(
                       t.id, t.scheme, t.kind, t.code, t.class_code, t.class_name, t.name, t.self_handle_allowed)),
                   '[]')
              FROM types t) AS types,
           (SELECT coalesce(json_agg(json_build_array(
                       c.id, c.type_id, c.row, c.text, trim_scale(c.limit_amount)::text, c.limit_unit, c.close_text)
                   ORDER BY c.row), '[]')
              FROM filing_conditions c WHERE c.valid_to IS NULL) AS conditions
      FROM catalog_state s
""")

_FILTERS: Mapping[str, str] = {
    "scheme": "t.scheme = :scheme",
    "kind": "t.kind = :kind",
    "class_code": "t.class_code = :class_code",
    "pattern": "(t.name ILIKE :pattern OR t.class_name ILIKE :pattern OR t.code = :q)",
    "after_code": "(t.scheme, t.kind, t.code) > (:after_scheme, :after_kind, :after_code)",
}

_LIST = """
    SELECT t.id, t.scheme, t.kind, t.code, t.name, t.class_code, t.class_name,
           (SELECT coalesce(json_agg(json_build_object(
                       'id', c.id, 'text', c.text, 'limit', trim_scale(c.limit_amount), 'unit', c.limit_unit,
                       'close_text', c.close_text) ORDER BY c.row), '[]')
              FROM filing_conditions c WHERE c.type_id = t.id AND c.valid_to IS NULL) AS conditions
      FROM types t
     WHERE {filters}
     ORDER BY t.scheme, t.kind, t.code
     LIMIT :rows
"""

_PUT_TYPES = text("""
    INSERT INTO types (id, scheme, kind, code, class_code, class_name, name, self_handle_allowed)
    SELECT id, scheme, kind, code, class_code, class_name, name, self_handle_allowed
      FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS t (
           id uuid, scheme text, kind text, code text, class_code text, class_name text, name text,
           self_handle_allowed boolean)
        ON CONFLICT (id) DO UPDATE
       SET class_code = excluded.class_code, class_name = excluded.class_name, name = excluded.name,
           self_handle_allowed = excluded.self_handle_allowed
""")


def stamp(session: Session) -> UUID:
    """The mark of the catalogue's present state; another one means that something changed."""
    found: UUID = session.connection().execute(_STAMP).scalar_one()
    return found


def lock(session: Session) -> None:
    """Wait until no other import is under way, and keep others waiting until this unit of work ends."""
    session.execute(_LOCK)


def restamp(session: Session, new_stamp: UUID, now: datetime) -> None:
    """Tell every process that the catalogue changed."""
    session.execute(_RESTAMP, {"new_stamp": new_stamp, "now": now})


def snapshot(session: Session) -> Row[Any]:
    """The whole catalogue in one row: its stamp, all types, all conditions in force in the order of their rows.

    Shape:  types [id, scheme, kind, code, class_code, class_name, name, self_handle_allowed],
            conditions [id, type_id, row, text, limit amount as text, unit, close_text].
    """
    return session.execute(_SNAPSHOT).one()


def list_types(
    session: Session, filters: Mapping[str, str | None], after: Sequence[str] | None, rows: int
) -> Sequence[Row[Any]]:
    """At most `rows` types by scheme, kind and code, each with its conditions in force; one statement.

    Shape:  filters may have scheme, kind, class_code and q (part of a name or class name, or a whole code);
            `after` is (scheme, kind, code) of the last type of the page before.
    """
    values: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
    if "q" in values:
        values["pattern"] = f"%{_literal(values['q'])}%"
    if after is not None:
        values |= dict(zip(("after_scheme", "after_kind", "after_code"), after, strict=True))
    conditions = [sql for name, sql in _FILTERS.items() if name in values]
    statement = _LIST.format(filters=" AND ".join(conditions) or "true")
    return session.execute(text(statement), {**values, "rows": rows}).all()


def put_types(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert types or bring them up to date, by id."""
    session.execute(_PUT_TYPES, {"rows": orjson.dumps(rows).decode()})


_TYPE = select(*Type.__table__.c, row_version(Type))
_CONDITION = select(
    FilingCondition.id,
    FilingCondition.type_id,
    FilingCondition.row,
    FilingCondition.text,
    func.trim_scale(FilingCondition.limit_amount).label("limit"),
    FilingCondition.limit_unit.label("unit"),
    FilingCondition.close_text,
    FilingCondition.valid_from,
    FilingCondition.valid_to,
    Type.scheme,
    Type.kind,
    Type.code,
    Type.name,
    row_version(FilingCondition),
).join(Type, Type.id == FilingCondition.type_id)


def one_type(session: Session, type_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """A type: every column and its version."""
    return session.execute(_TYPE.where(Type.id == type_id)).one_or_none()


def change_type(session: Session, type_id: UUID, values: Mapping[str, Any]) -> None:
    """Change columns of a type; without any its version moves all the same, because its conditions changed."""
    types = table(Type)
    session.execute(update(types).where(types.c.id == type_id).values(**(values or {"name": types.c.name})))


def condition(session: Session, condition_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """A filing condition, in force or not, with its type's key and its version."""
    return session.execute(_CONDITION.where(FilingCondition.id == condition_id)).one_or_none()


def conditions_in_force(session: Session, type_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """The filing conditions of a type that are in force, in the order of their rows."""
    query = _CONDITION.where(FilingCondition.type_id == type_id, FilingCondition.valid_to.is_(None))
    return session.execute(query.order_by(FilingCondition.row)).all()


def last_row(session: Session, type_id: UUID) -> int:
    """The highest row that a condition of the type has or had; 0 where there was none."""
    return session.execute(
        select(func.coalesce(func.max(FilingCondition.row), 0)).where(FilingCondition.type_id == type_id)
    ).scalar_one()


def used_ids(session: Session, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the ids that a filing condition has, in force or not."""
    query = select(FilingCondition.id).where(FilingCondition.id == func.any(cast(list(ids), ARRAY(Uuid))))
    return frozenset(session.execute(query).scalars())


def add_conditions(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write filing conditions. What one says is never written again: another wording is another condition."""
    session.execute(insert(table(FilingCondition)), [dict(row) for row in rows])


def retire_conditions(session: Session, ids: Sequence[UUID], now: datetime) -> None:
    """End conditions; one that has not begun yet ends where it begins."""
    rows = table(FilingCondition)
    ends = func.greatest(rows.c.valid_from, now)
    session.execute(update(rows).where(rows.c.id == func.any(cast(list(ids), ARRAY(Uuid)))).values(valid_to=ends))


def _literal(wanted: str) -> str:
    return wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
