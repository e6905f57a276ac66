"""Writing parts: in bulk through the database's COPY, one at a time, and the register's version."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

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
# What the register has already as the file has it is left out before anything is written: a row that is tried and found
# equal would be locked, which writes it. Asked row by row, as a join would read the whole register for each batch.
_MERGE = """
    WITH written AS (
        INSERT INTO parts AS p ({columns}, created_at, changed_at, retired_at)
        SELECT {columns}, :now, :now, CASE WHEN state = 'retired' THEN CAST(:now AS timestamptz) END
          FROM pg_temp.staged_parts s
         WHERE (SELECT ({old}) IS NOT DISTINCT FROM ({given}) FROM parts p WHERE p.code = s.code) IS NOT TRUE
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

_LOCK_SERIALS = text("SELECT pg_advisory_xact_lock(hashtext(:name))")
_ADD = text("""
    INSERT INTO parts (code, type_id, owner_id, state, name, geom, cell_code, surveyed_on, created_at, changed_at)
    VALUES (:code, :type_id, :owner_id, :state, :name, ST_GeomFromWKB(:wkb, 4326), :cell_code, :surveyed_on, :now, :now)
        ON CONFLICT (code) DO NOTHING
    RETURNING id""")
_SENT_AT_ONCE = 1 << 18
CHANGEABLE = ("owner_id", "state", "name", "cell_code", "surveyed_on", "retired_at")


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
    _copy(session, _COPY_PARTS, body.encode())
    return len(lines)


def merge_lines(session: Session, body: bytes, columns: Collection[str], now: datetime) -> Merged:
    """Add the parts of these lines and change those that the register has otherwise; equal ones stay untouched.

    Shape: `body` holds whole lines in UTF-8; `columns` are those of `OPTIONAL` that the file had.
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
        given=", ".join(f"s.{name}" for name in taken),
    )
    row = session.execute(text(statement), {"now": now}).one()
    return Merged(row.added, row.changed)


def _copy(session: Session, statement: str, body: bytes) -> None:
    """Through the driver itself: SQLAlchemy has no COPY."""
    connection = session.connection().connection.driver_connection
    assert connection is not None
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, io.BytesIO(body), size=_SENT_AT_ONCE)


def retire_many(session: Session, codes: Sequence[str], now: datetime) -> int:
    """Retire those of the parts that are not; how many."""
    return int(session.execute(_RETIRE_MANY, {"codes": list(codes), "now": now}).rowcount)  # type: ignore[attr-defined]


def move_version(session: Session, now: datetime) -> None:
    """The register is another one from now on."""
    session.execute(_MOVE_VERSION, {"now": now})


def lock_serials(session: Session, beginning: str) -> None:
    """Nobody else gives a serial number to a part of this district and type until the session ends."""
    session.execute(_LOCK_SERIALS, {"name": f"fieldgrid.parts.{beginning}"})


def add_part(session: Session, values: Mapping[str, Any], wkb: bytes, now: datetime) -> int | None:
    """Store a new part; the number of its row, None where the code is taken.

    Shape: values has code, type_id, owner_id, state, name, cell_code, surveyed_on; the place as WKB, EPSG:4326.
    """
    found: int | None = session.execute(_ADD, {**values, "wkb": wkb, "now": now}).scalar()
    return found


def change_part(session: Session, part_id: int, values: Mapping[str, Any], wkb: bytes | None, now: datetime) -> None:
    """Give a part other values, and another place where there is one."""
    given = {name: values[name] for name in CHANGEABLE if name in values}
    assigned = "".join(f", {name} = :{name}" for name in given)
    if wkb is not None:
        assigned += ", geom = ST_GeomFromWKB(:wkb, 4326)"
        given["wkb"] = wkb
    statement = f"UPDATE parts SET version = version + 1, changed_at = :now{assigned} WHERE id = :id"  # noqa: S608
    session.execute(text(statement), {**given, "id": part_id, "now": now})
