"""Reading points by columns: all of a table, those that changed since, or those that a clause holds for.

A column comes as one array in PostgreSQL's binary form, which numpy reads as it is: a million cases take seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, FromClause, Row, Select, TextClause, func, literal_column, select, text
from sqlalchemy.orm import Session

from app.tiles.rules.ledger import Mark
from app.tiles.rules.points import Column, to_world

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
# Dimensions, flags, element type, length, lower bound; then for each element its length and its bytes.
_HEAD_BYTES = 20
_BLOCKS_AT_ONCE = 2_048
_KINDS = {"float8": ">f8", "int8": ">i8", "int2": ">i2", "timestamptz": ">i8"}


@dataclass(frozen=True, slots=True)
class Field:
    """A column as it is read: its expression, PostgreSQL's type of it, and how it is kept.

    `coded` columns have few different values, which are kept as small numbers.
    """

    sql: str
    kind: str
    kept: str
    coded: bool = False


@dataclass(frozen=True)
class Source:
    """A table of points: what is read of it, and the column of `point_changes` that names its rows."""

    name: str
    table: FromClause
    id_type: str
    changed_column: str
    fields: Mapping[str, Field]
    known: str
    columns: tuple[Any, ...] = field(init=False)

    def __post_init__(self) -> None:
        found: list[Any] = [
            literal_column(f"array_send(array_agg(CAST({one.sql} AS {one.kind})))") for one in self.fields.values()
        ]
        object.__setattr__(self, "columns", tuple(found))

    @property
    def coded(self) -> tuple[str, ...]:
        return tuple(name for name, one in self.fields.items() if one.coded)


def micros(instant: datetime) -> int:
    """An instant as the columns have them: microseconds since the year 2000."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def seconds_of(column: Column) -> NDArray[np.int64]:
    """Instants of a column as seconds since 1970."""
    return column // 1_000_000 + int(_EPOCH.timestamp())


def read(
    session: Session, source: Source, *clauses: ColumnElement[bool] | TextClause, **values: Any
) -> dict[str, Column]:
    """The columns of the rows that all clauses hold for; `x` and `y` for their degrees."""
    statement = select(*source.columns).select_from(source.table).where(*clauses)
    return _columns(source, session.connection().execute(statement, values).one())


def read_picked(session: Session, source: Source, picked: Select[Any], values: Mapping[str, Any]) -> dict[str, Column]:
    """The columns of the rows whose ids a statement gives."""
    inside = source.table.c.id.in_(picked)
    statement = select(*source.columns).select_from(source.table).where(inside)
    return _columns(source, session.connection().execute(statement, dict(values)).one())


def read_ids(session: Session, source: Source, ids: Sequence[Any]) -> dict[str, Column]:
    """The columns of the rows with these ids."""
    wanted = text(f"{source.name}.id = ANY(CAST(:ids AS {source.id_type}[]))")
    return read(session, source, wanted, ids=list(ids))


def read_all(session: Session, source: Source) -> Iterator[dict[str, Column]]:
    """All rows, a stretch of the table at a time. A row that is written meanwhile may be there twice or not at all."""
    size = session.execute(select(func.pg_relation_size(source.name))).scalar_one()
    for first in range(0, size // 8192 + 1, _BLOCKS_AT_ONCE):
        place = f"ctid >= '({first},0)' AND {source.name}.ctid < '({first + _BLOCKS_AT_ONCE},0)'"
        yield read(session, source, literal_column(f"{source.name}.{place}"))


def _columns(source: Source, row: Row[*tuple[Any, ...]]) -> dict[str, Column]:
    raw = {name: _column(one, data) for (name, one), data in zip(source.fields.items(), row, strict=True)}
    x, y = to_world(raw.pop("lon"), raw.pop("lat"))
    return {"x": x, "y": y, **raw}


def _column(one: Field, data: memoryview | None) -> Column:
    if data is None:
        return np.zeros(0, one.kept)
    element = np.dtype([("length", ">i4"), ("value", _KINDS[one.kind])])
    column: Column = np.frombuffer(data, element, offset=_HEAD_BYTES)["value"].astype(one.kept)
    return column


@dataclass(frozen=True, slots=True)
class News:
    """What was written since a mark: the mark of now, the rows, whether they are too many to name, and of what is
    known beside the points a digest.
    """

    mark: Mark
    ids: Sequence[Any]
    many: bool
    known: str


# A row is news where its transaction had not ended in the mark's snapshot. What one has written oneself need not be in
# a snapshot of one's own: of that, what came later.
_NEWS = """
    SELECT (SELECT epoch::text FROM feed_epochs) AS epoch, pg_current_snapshot()::text AS snapshot,
           pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin, max(seq) AS seq,
           array_agg(DISTINCT {column}::text) FILTER (WHERE {column} IS NOT NULL) AS ids,
           coalesce(bool_or({column} IS NULL), false) AS many, ({known}) AS known
      FROM point_changes
     WHERE collection = :collection AND xid >= :xmin
       AND (seq > :seq OR xid IS DISTINCT FROM pg_current_xact_id_if_assigned()::text::bigint
                      AND NOT pg_visible_in_snapshot(xid::text::xid8, CAST(:snapshot AS pg_snapshot)))"""


def news(session: Session, source: Source, mark: Mark) -> News:
    """What was written since a mark; one statement."""
    statement = text(_NEWS.format(column=source.changed_column, known=source.known))
    values = {"collection": source.name, "xmin": mark.xmin, "seq": mark.seq, "snapshot": mark.snapshot}
    row = session.connection().execute(statement, values).one()
    mark = Mark(row.epoch, row.snapshot, row.xmin, max(row.seq or 0, mark.seq))
    return News(mark, row.ids or (), row.many, row.known)


_BEGIN = text("""
    SELECT (SELECT epoch::text FROM feed_epochs) AS epoch, pg_current_snapshot()::text AS snapshot,
           pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin,
           (SELECT coalesce(max(seq), 0) FROM point_changes) AS seq""")


def begin(session: Session) -> Mark:
    """The mark of now: what is read after it and written before is never missed."""
    return Mark(*session.connection().execute(_BEGIN).one())


def purge_changes(session: Session, days: int) -> int:
    """Forget changes that everybody knows by now; how many."""
    statement = text("DELETE FROM point_changes WHERE at < now() - make_interval(days => :days)")
    return int(session.execute(statement, {"days": days}).rowcount)  # type: ignore[attr-defined]
