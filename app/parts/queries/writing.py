"""Writing parts: in bulk through the database's COPY, one at a time, and the register's version."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

# What a file may leave out; where it does, a part that is known keeps what it has.
OPTIONAL = ("owner_id", "state", "name", "surveyed_on")
_ALWAYS = ("type_id", "geom", "cell_code")
_COLUMNS = "code, type_id, owner_id, state, name, geom, cell_code, surveyed_on"

_STAGE = text("""
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_parts (
        code text, type_id uuid, owner_id uuid, state text, name text, geom geometry, cell_code text, surveyed_on date
    ) ON COMMIT DELETE ROWS""")
_CLEAR = text("TRUNCATE pg_temp.staged_parts")
_COPY_STAGED = f"COPY pg_temp.staged_parts ({_COLUMNS}) FROM STDIN"
_COPY_PARTS = f"COPY parts ({_COLUMNS}, created_at, changed_at, retired_at) FROM STDIN"
_MERGE = """
    WITH written AS (
        INSERT INTO parts AS p ({columns}, created_at, changed_at, retired_at)
        SELECT {columns}, :now, :now, CASE WHEN state = 'retired' THEN CAST(:now AS timestamptz) END
          FROM pg_temp.staged_parts
            ON CONFLICT (code) DO UPDATE
           SET {assigned}, retired_at = {retired}, version = p.version + 1, changed_at = excluded.changed_at
         WHERE ({old}) IS DISTINCT FROM ({new})
        RETURNING xmax = 0 AS added)
    SELECT count(*) FILTER (WHERE added) AS added, count(*) FILTER (WHERE NOT added) AS changed FROM written"""
_RETIRED = """
    CASE WHEN excluded.state = 'retired' THEN coalesce(p.retired_at, excluded.retired_at) END"""
_RETIRE_MANY = text("""
    UPDATE parts SET state = 'retired', retired_at = :now, changed_at = :now, version = version + 1
     WHERE code = ANY(:codes) AND retired_at IS NULL""")
_MOVE_VERSION = text("UPDATE part_state SET version = version + 1, changed_at = :now")


class Merged(NamedTuple):
    """How many parts are new, and of how many the register said something else before."""

    added: int
    changed: int


def copy_parts(session: Session, lines: Sequence[str], now: datetime) -> int:
    """Add parts that are known to be new and sound; how many.

    Shape: lines as `rules.lines.lines_of` gives them.
    """
    stamp = now.isoformat()
    ends = {True: f"\t{stamp}\t{stamp}\t{stamp}\n", False: f"\t{stamp}\t{stamp}\t\\N\n"}
    body = "".join([line + ends[line.split("\t", 4)[3] == "retired"] for line in lines])
    _copy(session, _COPY_PARTS, body)
    return len(lines)


def merge_lines(session: Session, body: str, columns: Collection[str], now: datetime) -> Merged:
    """Add the parts of these lines and change those that the register has otherwise; equal ones stay untouched.

    Shape: `body` holds whole lines; `columns` are those of `OPTIONAL` that the file had.
    """
    session.execute(_STAGE)
    session.execute(_CLEAR)
    _copy(session, _COPY_STAGED, body)
    taken = [*_ALWAYS, *(name for name in OPTIONAL if name in columns)]
    statement = _MERGE.format(
        columns=_COLUMNS,
        assigned=", ".join(f"{name} = excluded.{name}" for name in taken),
        retired=_RETIRED if "state" in columns else "p.retired_at",
        old=", ".join(f"p.{name}" for name in taken),
        new=", ".join(f"excluded.{name}" for name in taken),
    )
    row = session.execute(text(statement), {"now": now}).one()
    return Merged(row.added, row.changed)


def _copy(session: Session, statement: str, body: str) -> None:
    """Through the driver itself: SQLAlchemy has no COPY."""
    connection = session.connection().connection.driver_connection
    assert connection is not None
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, io.StringIO(body))


def retire_many(session: Session, codes: Sequence[str], now: datetime) -> int:
    """Retire those of the parts that are not; how many."""
    return int(session.execute(_RETIRE_MANY, {"codes": list(codes), "now": now}).rowcount)  # type: ignore[attr-defined]


def move_version(session: Session, now: datetime) -> None:
    """The register is another one from now on."""
    session.execute(_MOVE_VERSION, {"now": now})
