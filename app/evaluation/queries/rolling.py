"""Sums of months, of one kind each: made from the entries, and carried along when one of these entries changes.

Who sums first says so (a claim: a row of `evaluation_rolled` that is not summed yet), then reads at leisure, then keeps
what it read if nobody changed an entry of it meanwhile: so nothing long is read while something is being written.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.evaluation.queries.figures import GIVEN, KEYS, NAMES
from app.evaluation.queries.keeping import COLUMNS, EntryRow
from app.evaluation.rules.indicators import Subject

SumRow: TypeAlias = tuple[Any, ...]
"""(district, source, type id, unit id, marks, number, total)"""


_AT, _KIND = COLUMNS.index("at"), COLUMNS.index("counted")


class Month(NamedTuple):
    """A kind in a month of a zone."""

    first: date
    counted: str
    zone: str


class Rolled(NamedTuple):
    """The sums of a kind in a month are those of its entries."""

    month: date
    counted: str


# A claim waits for those who are changing entries, and they for it: later ones see it.
_CHANGING = text("SELECT pg_advisory_xact_lock_shared(hashtext('evaluation.months'))")
_CLAIMING = text("SELECT pg_advisory_xact_lock(hashtext('evaluation.months'))")
_ROLLED = text("""
    SELECT month, counted FROM evaluation_rolled
     WHERE zone = :zone AND month >= :first AND month < :beyond AND summed""")
_MISSING = text("""
    WITH months AS (
        SELECT CAST(generate_series(date_trunc('month', min(at) AT TIME ZONE :zone),
                                    date_trunc('month', CAST(:now AS timestamptz) AT TIME ZONE :zone)
                                    - interval '1 month', '1 month') AS date) AS month
          FROM evaluation_entries WHERE counted = 'report')
    SELECT month, counted FROM months CROSS JOIN unnest(CAST(:kinds AS text[])) AS counted
     WHERE NOT EXISTS (SELECT 1 FROM evaluation_rolled r
                        WHERE r.month = months.month AND r.counted = counted.counted AND r.zone = :zone
                          AND r.summed)
     ORDER BY month DESC, counted LIMIT 1""")
_OTHER_ZONES = text("DELETE FROM evaluation_rolled WHERE month = :month AND counted = :counted AND zone <> :zone")
_CLAIM = text("""
    INSERT INTO evaluation_rolled (month, counted, zone, rolled_at, summed)
    VALUES (:month, :counted, :zone, :now, false) ON CONFLICT DO NOTHING""")
# A day at a zone would be the session's midnight, told in the zone: a timestamp is the zone's own.
_SUM = text(f"""
    SELECT {KEYS[Subject.DISTRICT]}, source, type_id::text, unit_id::text, marks, count(*), coalesce(sum(value), 0)
      FROM evaluation_entries
     WHERE counted = :counted AND at >= CAST(:month AS timestamp) AT TIME ZONE :zone
       AND at < (CAST(:month AS timestamp) + interval '1 month') AT TIME ZONE :zone
     GROUP BY 1, source, type_id, unit_id, marks""")  # noqa: S608 -- put together from our own words
_CLAIMED = text("""
    SELECT 1 FROM evaluation_rolled
     WHERE month = :month AND counted = :counted AND zone = :zone AND NOT summed FOR UPDATE""")
_DELETE = text("DELETE FROM evaluation_months WHERE month = :month AND counted = :counted")
_KEEP = text("""
    INSERT INTO evaluation_months (month, counted, district, source, type_id, unit_id, marks, number, total)
    SELECT :month, :counted, rows.* FROM unnest(
        CAST(:districts AS text[]), CAST(:sources AS text[]), CAST(:types AS uuid[]), CAST(:units AS uuid[]),
        CAST(:marks AS integer[]), CAST(:numbers AS bigint[]), CAST(:totals AS bigint[])) AS rows""")
_NOTE = text("""
    UPDATE evaluation_rolled SET rolled_at = :now, summed = true, loose = 0
     WHERE month = :month AND counted = :counted AND zone = :zone""")
_ZONES = text("SELECT DISTINCT zone FROM evaluation_rolled")
_LOCK = text("""
    SELECT month, counted, zone, summed FROM evaluation_rolled
      JOIN unnest(CAST(:months AS date[]), CAST(:kinds AS text[]), CAST(:zones AS text[])) AS k (month, counted, zone)
     USING (month, counted, zone) ORDER BY month, counted, zone FOR UPDATE""")
_DROP_CLAIM = text("DELETE FROM evaluation_rolled WHERE month = :month AND counted = :counted AND zone = :zone")
_CARRY = text(f"""
    WITH changed AS (
        SELECT month, counted, {KEYS[Subject.DISTRICT]} AS district, source, type_id, unit_id, marks,
               sum(sign) AS number, sum(sign * coalesce(value, 0)) AS total
          FROM unnest({GIVEN}, CAST(:months AS date[]), CAST(:signs AS integer[])) AS given ({NAMES}, month, sign)
         GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(sign) <> 0 OR sum(sign * coalesce(value, 0)) <> 0),
    added AS (
        INSERT INTO evaluation_months (month, counted, district, source, type_id, unit_id, marks, number, total)
        SELECT * FROM changed)
    UPDATE evaluation_rolled r SET loose = r.loose + found.rows
      FROM (SELECT month, counted, count(*) AS rows FROM changed GROUP BY month, counted) AS found
     WHERE r.month = found.month AND r.counted = found.counted""")  # noqa: S608 -- put together from our own words
_FORGET_ALL = text("DELETE FROM evaluation_rolled")
_LOOSE = text("""
    UPDATE evaluation_rolled SET loose = 0
     WHERE (month, counted, zone) IN (SELECT month, counted, zone FROM evaluation_rolled
                                       WHERE loose > :most LIMIT 1 FOR UPDATE SKIP LOCKED)
 RETURNING month, counted""")
_TIE = text("""
    WITH gone AS (DELETE FROM evaluation_months WHERE month = :month AND counted = :counted RETURNING *)
    INSERT INTO evaluation_months (month, counted, district, source, type_id, unit_id, marks, number, total)
    SELECT month, counted, district, source, type_id, unit_id, marks, sum(number), sum(total)
      FROM gone GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(number) <> 0 OR sum(total) <> 0""")


def carry_months(session: Session, gone: Sequence[EntryRow], come: Sequence[EntryRow]) -> None:
    """Let the sums of months follow their entries: what is gone is taken away, what came is added.

    A sum that somebody is just making is given up: it would be of what was before.
    """
    connection = session.connection()
    connection.execute(_CHANGING)
    zones = connection.execute(_ZONES).scalars().all()
    signed = [(row, sign) for rows, sign in ((gone, -1), (come, 1)) for row in rows]
    placed = [(_month(row, zone), row, sign) for zone in zones for row, sign in signed]
    summed = _locked_sums(connection, {month for month, _, _ in placed})
    carried = [(*row, month.first, sign) for month, row, sign in placed if month in summed]
    if carried:
        names = (*(f"o_{name}" for name in COLUMNS), "months", "signs")
        connection.execute(_CARRY, dict(zip(names, map(list, zip(*carried, strict=True)), strict=True)))


def _month(row: EntryRow, zone: str) -> Month:
    """The month of a zone that an entry lies in, and its kind."""
    day = row[_AT].astimezone(ZoneInfo(zone)).date()
    return Month(day.replace(day=1), row[_KIND], zone)


def _locked_sums(connection: Connection, months: Collection[Month]) -> set[Month]:
    """Which of these have true sums, locked until this transaction ends; those that somebody is making are given up."""
    if not months:
        return set()
    firsts, kinds, zones = map(list, zip(*months, strict=True))
    rows = connection.execute(_LOCK, {"months": firsts, "kinds": kinds, "zones": zones}).all()
    for month, counted, zone, summed in rows:
        if not summed:
            connection.execute(_DROP_CLAIM, {"month": month, "counted": counted, "zone": zone})
    return {Month(month, counted, zone) for month, counted, zone, summed in rows if summed}


def forget_months(session: Session) -> None:
    """No sums are true: everything is summed again."""
    session.connection().execute(_CHANGING)
    session.connection().execute(_FORGET_ALL)


def rolled_months(session: Session, first: date, beyond: date, zone: str) -> set[Rolled]:
    """Which months from `first` to before `beyond` have true sums, by kind."""
    rows = session.connection().execute(_ROLLED, {"first": first, "beyond": beyond, "zone": zone})
    return {Rolled(*row) for row in rows}


def claim_month(session: Session, kinds: Sequence[str], zone: str, now: datetime) -> Rolled | None:
    """Say that one is going to sum the newest month that has ended and has no true sums; None when there is none."""
    row = session.connection().execute(_MISSING, {"kinds": list(kinds), "zone": zone, "now": now}).one_or_none()
    if row is None:
        return None
    session.connection().execute(_CLAIMING)
    for statement in (_OTHER_ZONES, _CLAIM):
        session.connection().execute(statement, {**row._asdict(), "zone": zone, "now": now})
    return Rolled(*row)


def month_sums(session: Session, wanted: Rolled, zone: str) -> list[SumRow]:
    """The sums of a kind in a month, from its entries."""
    return [tuple(row) for row in session.connection().execute(_SUM, {**wanted._asdict(), "zone": zone})]


def keep_month(session: Session, wanted: Rolled, zone: str, rows: Sequence[SumRow], now: datetime) -> bool:
    """Keep the sums of a month; False when one of its entries changed since it was claimed."""
    given = {**wanted._asdict(), "zone": zone, "now": now}
    connection = session.connection()
    if connection.execute(_CLAIMED, given).one_or_none() is None:
        return False
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(7)]
    names = ("districts", "sources", "types", "units", "marks", "numbers", "totals")
    connection.execute(_DELETE, given)
    connection.execute(_KEEP, given | dict(zip(names, columns, strict=True)))
    connection.execute(_NOTE, given)
    return True


def tie_month(session: Session, most: int) -> bool:
    """Put the sums of a month together that has more than so many loose rows; False when there is none."""
    row = session.connection().execute(_LOOSE, {"most": most}).one_or_none()
    if row is not None:
        session.connection().execute(_TIE, row._asdict())
    return row is not None
