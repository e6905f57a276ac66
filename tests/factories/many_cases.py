"""Thousands of cases at once, by SQL: copies of one case, for tests that need a crowd and not their stories."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

_NOT_COPIED = {"id", "number", "geom", "yellow_at", "due_at", "opened_at", "updated_at"}
_COLUMNS = text("""
    SELECT column_name FROM information_schema.columns WHERE table_name = :name ORDER BY ordinal_position""")


def copies(
    session: Session, number: str, count: int, *, yellow_at: datetime, apart: timedelta, red_after: timedelta
) -> None:
    """Copies of a case with its running clock. The first turns yellow at an instant, each other one so much later, in
    an order that is not that of their numbers; each turns red so long after it turned yellow.
    """
    columns = _shared(session, "cases", _NOT_COPIED)
    values = {"number": number, "count": count, "yellow": yellow_at, "apart": apart, "red": red_after}
    session.execute(
        text(f"""
            INSERT INTO cases (id, number, yellow_at, due_at, opened_at, updated_at, {columns})
            SELECT gen_random_uuid(), '20260101-' || lpad(n::text, 6, '0'),
                   CAST(:yellow AS timestamptz) + CAST(:apart AS interval) * ((n * 7919) % :count),
                   CAST(:yellow AS timestamptz) + CAST(:apart AS interval) * ((n * 7919) % :count)
                     + CAST(:red AS interval),
                   opened_at, updated_at, {columns}
              FROM cases, generate_series(1, :count) n WHERE number = :number"""),
        values,
    )
    clocks = _shared(session, "case_clocks", {"id", "case_id", "yellow_at", "due_at"}, "k.")
    session.execute(
        text(f"""
            INSERT INTO case_clocks (id, case_id, yellow_at, due_at, {clocks.replace("k.", "")})
            SELECT gen_random_uuid(), copy.id, copy.yellow_at, copy.due_at, running.*
              FROM (SELECT {clocks} FROM case_clocks k JOIN cases one ON one.id = k.case_id
                     WHERE one.number = :number AND k.ended_at IS NULL) running,
                   (SELECT id, yellow_at, due_at FROM cases WHERE number LIKE '20260101-%') copy"""),
        {"number": number},
    )


def _shared(session: Session, name: str, without: set[str], prefix: str = "") -> str:
    columns = session.execute(_COLUMNS, {"name": name}).scalars()
    return ", ".join(f"{prefix}{column}" for column in columns if column not in without)
