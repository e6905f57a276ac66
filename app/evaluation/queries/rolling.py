"""Sums of months, of one kind each: made from the entries, forgotten when one of these entries changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.evaluation.queries.figures import KEYS
from app.evaluation.rules.indicators import Subject


class Rolled(NamedTuple):
    """The sums of a kind in a month are those of its entries."""

    month: date
    counted: str


# Whoever sums must not miss what is being changed, nor the other way round.
_CHANGING = text("SELECT pg_advisory_xact_lock_shared(hashtext('evaluation.months'))")
_SUMMING = text("SELECT pg_advisory_xact_lock(hashtext('evaluation.months'))")
_FORGET = text("""
    DELETE FROM evaluation_rolled r
     USING unnest(CAST(:kinds AS text[]), CAST(:instants AS timestamptz[])) AS changed (counted, at)
     WHERE r.counted = changed.counted
       AND r.month = CAST(date_trunc('month', changed.at AT TIME ZONE r.zone) AS date)""")
_ROLLED = text("""
    SELECT month, counted FROM evaluation_rolled WHERE zone = :zone AND month >= :first AND month < :beyond""")
_MISSING = text("""
    WITH months AS (
        SELECT CAST(generate_series(date_trunc('month', min(at) AT TIME ZONE :zone),
                                    date_trunc('month', CAST(:now AS timestamptz) AT TIME ZONE :zone)
                                    - interval '1 month', '1 month') AS date) AS month
          FROM evaluation_entries WHERE counted = 'report')
    SELECT month, counted FROM months CROSS JOIN unnest(CAST(:kinds AS text[])) AS counted
     WHERE NOT EXISTS (SELECT 1 FROM evaluation_rolled r
                        WHERE r.month = months.month AND r.counted = counted.counted AND r.zone = :zone)
     ORDER BY month DESC, counted LIMIT :most""")
_DELETE = text("DELETE FROM evaluation_months WHERE month = :month AND counted = :counted")
# A day at a zone would be the session's midnight, told in the zone: a timestamp is the zone's own.
_SUM = text(f"""
    INSERT INTO evaluation_months (month, counted, district, source, type_id, unit_id, marks, number, total)
    SELECT :month, counted, {KEYS[Subject.DISTRICT]}, source, type_id, unit_id, marks, count(*), coalesce(sum(value), 0)
      FROM evaluation_entries
     WHERE counted = :counted AND at >= CAST(:month AS timestamp) AT TIME ZONE :zone
       AND at < (CAST(:month AS timestamp) + interval '1 month') AT TIME ZONE :zone
     GROUP BY counted, 3, source, type_id, unit_id, marks""")  # noqa: S608 -- put together from our own words
_NOTE = text("""
    INSERT INTO evaluation_rolled (month, counted, zone, rolled_at) VALUES (:month, :counted, :zone, :now)""")


def forget_months(session: Session, changed: Iterable[tuple[str, datetime]]) -> None:
    """The sums of the months in which entries of these kinds and instants lie are no longer true."""
    pairs = sorted(set(changed))
    if pairs:
        session.connection().execute(_CHANGING)
        given = {"kinds": [kind for kind, _ in pairs], "instants": [at for _, at in pairs]}
        session.connection().execute(_FORGET, given)


def rolled_months(session: Session, first: date, beyond: date, zone: str) -> set[Rolled]:
    """Which months from `first` to before `beyond` have true sums, by kind."""
    rows = session.connection().execute(_ROLLED, {"first": first, "beyond": beyond, "zone": zone})
    return {Rolled(*row) for row in rows}


def missing_months(session: Session, kinds: Sequence[str], zone: str, now: datetime, most: int) -> list[Rolled]:
    """Months that have ended and have no true sums, the newest first."""
    given = {"kinds": list(kinds), "zone": zone, "now": now, "most": most}
    return [Rolled(*row) for row in session.connection().execute(_MISSING, given)]


def roll(session: Session, wanted: Rolled, zone: str, now: datetime) -> None:
    """Sum the entries of a kind in a month."""
    given = {"month": wanted.month, "counted": wanted.counted, "zone": zone, "now": now}
    session.connection().execute(_SUMMING)
    for statement in (_DELETE, _SUM, _NOTE):
        session.connection().execute(statement, given)
