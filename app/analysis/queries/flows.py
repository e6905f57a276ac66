"""Closed cases of a time: their clocks as figures count them, and the events that took them off the straight way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.analysis.rules import Spent, Turn
from app.cases.rules import Action
from app.evaluation.queries.figures import ENTRIES, GIVEN, NAMES, BehindRow, Window, given
from app.evaluation.queries.summing import CLASS_OF, OF_ENTRY, narrowed_to
from app.evaluation.rules.counting import Counted, Mark
from app.evaluation.rules.summing import STAGES, Dimension

Key = tuple[Any, ...]


LONG = timedelta(days=62)
"""The turns of a shorter time are looked up case by case; of a longer one all that there ever were are read at once."""


class Asked(NamedTuple):
    """Which closed cases: grouped by what, of which time and ground, in whose months and hours (an IANA name), of which
    types and sources, None for all; only those of a group where one is given, as `narrowed_to` takes it.
    """

    group_by: Sequence[Dimension]
    window: Window
    zone: str
    types: Sequence[UUID] | None = None
    sources: Sequence[str] | None = None
    group: Mapping[Dimension, Collection[str] | None] = MappingProxyType({})

    @property
    def names(self) -> str:
        """The columns that keys are in."""
        return "".join(f"k{place}, " for place in range(len(self.group_by)))

    @property
    def given(self) -> dict[str, Any]:
        return given([Counted.CLOSING], self.window) | {
            "zone": self.zone,
            "types": None if self.types is None else [str(one) for one in self.types],
            "sources": None if self.sources is None else list(self.sources),
            "clocks": [kind.value for kind in STAGES],
            "on_time": int(Mark.ON_TIME),
            **narrowed_to(self.group)[1],
        }


_CLOSED = """
    {entries}, closed ({names} case_id, closed_at, closing) AS MATERIALIZED (
        SELECT {keys} case_id, at, marks FROM entries {classes}
         WHERE (CAST(:types AS uuid[]) IS NULL OR type_id = ANY (CAST(:types AS uuid[])))
           AND (CAST(:sources AS text[]) IS NULL OR source = ANY (CAST(:sources AS text[]))) {group})"""
# A month's cases are looked up one by one: OFFSET 0 keeps the planner from reading what was ever counted instead.
_CLOCKS = f"""
    clocks AS (
        SELECT {{names}} c.case_id, closing, array_position(CAST(:clocks AS text[]), e.counted) AS stage, e.at, e.marks,
               e.value FROM closed c CROSS JOIN LATERAL (
            SELECT counted, at, marks, value FROM evaluation_entries
             WHERE case_id = c.case_id AND counted || '' = ANY (CAST(:clocks AS text[])) AND value IS NOT NULL
               AND (NOT :covers OR case_id <> ALL (CAST(:covered AS uuid[]))) OFFSET 0) e
        UNION ALL
        SELECT {{names}} c.case_id, closing, array_position(CAST(:clocks AS text[]), given.counted), given.at,
               given.marks, given.value FROM closed c
          JOIN unnest({GIVEN}) AS given ({NAMES}) ON given.case_id = c.case_id
         WHERE given.counted = ANY (CAST(:clocks AS text[])) AND given.value IS NOT NULL)"""  # noqa: S608 -- put together from our own words
# The condition is that of an index which holds just these events.
_EVENTS = """
    SELECT case_month, case_id, seq, action, at, before, after, inputs FROM case_events
     WHERE at <= :as_of AND (action IN ('request_extension', 'decide_extension', 'request_hold', 'decide_hold',
                                        'resume', 'return', 'reopen', 'force_close')
                             OR action = 'check' AND after->>'state' = 'handling')"""
_TURNS_EACH = f"""
    turns AS (
        SELECT {{names}} c.closed_at, c.closing, e.* FROM closed c
         CROSS JOIN LATERAL (SELECT case_month FROM cases WHERE id = c.case_id {{held}} OFFSET 0) m
         CROSS JOIN LATERAL ({_EVENTS} AND case_month = m.case_month AND case_id = c.case_id OFFSET 0) e)"""  # noqa: S608 -- put together from our own words
_TURNS_ALL = f"""
    turns AS (
        SELECT {{names}} c.closed_at, c.closing, e.* FROM closed c
          JOIN ({_EVENTS} OFFSET 0) e ON e.case_id = c.case_id)"""  # noqa: S608 -- put together from our own words
_HOLD_S = """CASE WHEN action = 'decide_hold' AND after->>'state' = 'on_hold' THEN extract(epoch FROM coalesce(
        min(at) FILTER (WHERE action IN ('resume', 'force_close')) OVER (
            PARTITION BY case_id ORDER BY seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), closed_at) - at)"""
_NO_REASON = "(SELECT CAST(NULL AS text) AS reason, CAST(NULL AS text) AS said_by)"
_REASON = """(
        SELECT details->>'reason' AS reason, details->'actor'->>'id' AS said_by FROM event_details
         WHERE case_month = t.case_month AND case_id = t.case_id AND seq = t.seq OFFSET 0)"""


def sort_in_memory(session: Session) -> None:
    """For the rest of the transaction: a month of a large city is sorted in memory."""
    session.execute(text("SET LOCAL work_mem = '64MB'"))


def closed_cases(session: Session, asked: Asked) -> dict[Key, int]:
    """How many cases of each group were closed."""
    groups = f"GROUP BY {asked.names}"[:-2] if asked.names else ""
    found = _rows(session, asked, "", f"SELECT {asked.names} count(*) FROM closed {groups}")  # noqa: S608
    return {tuple(row[:-1]): row[-1] for row in found}


def stage_times(
    session: Session, asked: Asked, *, whole: bool = False
) -> tuple[dict[Key, int], list[tuple[Key | None, Spent]]]:
    """How many cases of each group were closed, and what each stage took of them: clocks whose work was done, in
    working seconds; with `whole` also of all groups together, under None.
    """
    names = asked.names
    bits = f"GROUPING({names[:-2]})" if names else "0"
    nothing = "NULL::bigint, NULL::double precision[], NULL::bigint"
    sets = f"({names}stage){', (stage)' if whole and names else ''}"
    query = f"""
        SELECT 0, {names} 0 AS stage, count(*), {nothing} FROM closed {f"GROUP BY {names[:-2]}" if names else ""}
        UNION ALL
        SELECT {bits}, {names} stage, count(*), CAST(sum(value) AS bigint),
               percentile_cont(CAST(ARRAY[0.5, 0.9] AS double precision[])) WITHIN GROUP (ORDER BY value),
               count(*) FILTER (WHERE marks & :on_time = 0) FROM clocks GROUP BY GROUPING SETS ({sets})"""  # noqa: S608 -- our own words
    closed: dict[Key, int] = {}
    found: list[tuple[Key | None, Spent]] = []
    stages = list(STAGES.values())
    for without, *key, place, number, total, both, late in _rows(session, asked, _CLOCKS, query):
        if not place:
            closed[tuple(key)] = number
        else:
            median, p90 = both
            spent = Spent(stages[place - 1], number, total, median, p90, late)
            found.append((None if without else tuple(key), spent))
    return closed, found


def turns(session: Session, asked: Asked, *, reasons: bool = True, holds: bool = False) -> list[tuple[Key, Turn]]:
    """Every step off the straight way of closed cases, with the reason that was given where `reasons` are asked for;
    `holds`: at least those of cases that were held.
    """
    query = f"""
        SELECT {asked.names} case_id::text, action, coalesce(inputs->'granted' = 'true'::jsonb, false),
               coalesce(inputs->'recalled' = 'true'::jsonb, false), CAST({_HOLD_S}
                 WHEN action = 'decide_extension' AND inputs->'granted' = 'true'::jsonb
                 THEN extract(epoch FROM CAST(after->>'due_at' AS timestamptz)
                                         - CAST(before->>'due_at' AS timestamptz))
               END AS double precision), d.reason, d.said_by, at, closing
          FROM turns t LEFT JOIN LATERAL {_REASON if reasons else _NO_REASON} d ON true
         ORDER BY at, case_id, seq"""  # noqa: S608 -- put together from our own words
    long = asked.window.end - asked.window.start > LONG
    ctes = _TURNS_ALL if long else _TURNS_EACH.replace("{held}", "AND holds > 0" if holds else "")
    rows = _rows(session, asked, ctes, query)
    return [(tuple(row[:-9]), Turn(row[-9], Action(row[-8]), *row[-7:])) for row in rows]


def more_closed_than(session: Session, number: int, start: datetime, end: datetime) -> bool:
    """Whether more cases than so many were closed in a time, wherever and whoever sees them: an index knows."""
    query = text("""
        SELECT count(*) > :number FROM (
            SELECT 1 FROM evaluation_entries
             WHERE counted = 'closing' AND at >= :start AND at < :end LIMIT :number + 1) closed""")
    return bool(session.connection().execute(query, {"number": number, "start": start, "end": end}).scalar())


def closings(session: Session, asked: Asked, most: int) -> list[BehindRow]:
    """The closed cases themselves, in the order in which they were closed."""
    query = "SELECT case_id::text, closing, closed_at, CAST(NULL AS bigint) FROM closed ORDER BY 3, 1 LIMIT :most"
    return [tuple(row) for row in _rows(session, asked, "", query, most=most)]


def clocks(session: Session, asked: Asked, stage: str, most: int, *, late: bool) -> list[BehindRow]:
    """The done clocks of a stage of closed cases, all or only those that were late, in the order of their instants."""
    query = """
        SELECT case_id::text, closing, at, value FROM clocks
         WHERE stage = :stage AND (NOT :late OR marks & :on_time = 0) ORDER BY at, case_id LIMIT :most"""
    place = list(STAGES.values()).index(stage) + 1
    return [tuple(row) for row in _rows(session, asked, _CLOCKS, query, most=most, stage=place, late=late)]


def _rows(session: Session, asked: Asked, ctes: str, query: str, **more: Any) -> Sequence[Any]:
    """The statement over closed cases."""
    keys = "".join(f"{(OF_ENTRY | {Dimension.CLASS: 'class_id'})[dimension]}, " for dimension in asked.group_by)
    classes = f"LEFT JOIN {CLASS_OF}" if Dimension.CLASS in asked.group_by else ""
    group, _ = narrowed_to(asked.group)
    closed = _CLOSED.format(entries=ENTRIES, names=asked.names, keys=keys, classes=classes, group=group)
    also = f", {ctes.replace('{names}', asked.names)}" if ctes else ""
    sort_in_memory(session)
    return session.connection().execute(text(f"WITH {closed}{also} {query}"), asked.given | more).all()
