"""Closed cases of a time: their clocks as figures count them, and the events that took them off the straight way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.analysis.rules import Spent, Turn
from app.cases.rules import Action
from app.evaluation.queries.figures import ENTRIES, GIVEN, NAMES, Window, given
from app.evaluation.queries.summing import CLASS_OF, OF_ENTRY
from app.evaluation.rules.counting import Counted, Mark
from app.evaluation.rules.summing import STAGES, Dimension

Key = tuple[Any, ...]


class Asked(NamedTuple):
    """Which closed cases: grouped by what, of which time and ground, in whose months and hours (an IANA name), of which
    types and sources; None for all.
    """

    group_by: Sequence[Dimension]
    window: Window
    zone: str
    types: Sequence[UUID] | None = None
    sources: Sequence[str] | None = None

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
        }


# A month's cases are looked up one by one: OFFSET 0 keeps the planner from reading what was ever counted instead.
_CLOSED = """
    {entries}, closed ({names} case_id, closed_at) AS MATERIALIZED (
        SELECT {keys} case_id, at FROM entries {classes}
         WHERE (CAST(:types AS uuid[]) IS NULL OR type_id = ANY (CAST(:types AS uuid[])))
           AND (CAST(:sources AS text[]) IS NULL OR source = ANY (CAST(:sources AS text[]))))"""
_CLOCKS = f"""
    clocks AS (
        SELECT {{names}} array_position(CAST(:clocks AS text[]), e.counted) AS stage, e.marks, e.value
          FROM closed c CROSS JOIN LATERAL (
            SELECT counted, marks, value FROM evaluation_entries
             WHERE case_id = c.case_id AND counted || '' = ANY (CAST(:clocks AS text[])) AND value IS NOT NULL
               AND (NOT :covers OR case_id <> ALL (CAST(:covered AS uuid[]))) OFFSET 0) e
        UNION ALL
        SELECT {{names}} array_position(CAST(:clocks AS text[]), given.counted), given.marks, given.value FROM closed c
          JOIN unnest({GIVEN}) AS given ({NAMES}) ON given.case_id = c.case_id
         WHERE given.counted = ANY (CAST(:clocks AS text[])) AND given.value IS NOT NULL)"""  # noqa: S608 -- put together from our own words
# The condition is that of an index which holds just these events.
_TURNS = """
    turns AS (
        SELECT {names} c.closed_at, m.case_month, e.* FROM closed c
         CROSS JOIN LATERAL (SELECT case_month FROM cases WHERE id = c.case_id {held} OFFSET 0) m
         CROSS JOIN LATERAL (
            SELECT case_id, seq, action, at, before, after, inputs FROM case_events
             WHERE case_month = m.case_month AND case_id = c.case_id AND at <= :as_of
               AND (action IN ('request_extension', 'decide_extension', 'request_hold', 'decide_hold', 'resume',
                               'return', 'reopen', 'force_close')
                    OR action = 'check' AND after->>'state' = 'handling') OFFSET 0) e)"""
_HOLD_S = """CASE WHEN action = 'decide_hold' AND after->>'state' = 'on_hold' THEN extract(epoch FROM coalesce(
        min(at) FILTER (WHERE action IN ('resume', 'force_close')) OVER (
            PARTITION BY case_id ORDER BY seq ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), closed_at) - at)"""


def closed_cases(session: Session, asked: Asked) -> dict[Key, int]:
    """How many cases of each group were closed."""
    found = _rows(session, asked, "", "count(*) FROM closed", grouped=True)
    return {tuple(row[:-1]): row[-1] for row in found}


def stage_times(session: Session, asked: Asked) -> list[tuple[Key, Spent]]:
    """What each stage took of the closed cases of each group: clocks whose work was done, in working seconds."""
    columns = """stage, count(*), CAST(sum(value) AS bigint),
        percentile_cont(CAST(ARRAY[0.5, 0.9] AS double precision[])) WITHIN GROUP (ORDER BY value),
        count(*) FILTER (WHERE marks & :on_time = 0) FROM clocks"""
    rows = _rows(session, asked, _CLOCKS, columns, grouped=True, also="stage, ")
    found, names = [], list(STAGES.values())
    for *key, place, clocks, total, (median, p90), late in rows:
        found.append((tuple(key), Spent(names[place - 1], clocks, total, median, p90, late)))
    return found


def holds(session: Session, asked: Asked) -> list[tuple[Key, float]]:
    """How long each hold of closed cases was, in seconds of the wall clock."""
    inner = f"stretches AS (SELECT {asked.names} {_HOLD_S} END AS seconds FROM turns)"  # noqa: S608
    also = f"{_TURNS.replace('{held}', 'AND holds > 0')}, {inner}"
    rows = _rows(session, asked, also, "CAST(seconds AS double precision) FROM stretches WHERE seconds IS NOT NULL")
    return [(tuple(row[:-1]), row[-1]) for row in rows]


def turns(session: Session, asked: Asked) -> list[tuple[Key, Turn]]:
    """Every step off the straight way of closed cases, with the reason that was given."""
    columns = f"""case_id::text, action, coalesce(inputs->'granted' = 'true'::jsonb, false),
        coalesce(inputs->'recalled' = 'true'::jsonb, false), CAST({_HOLD_S}
            WHEN action = 'decide_extension' AND inputs->'granted' = 'true'::jsonb
            THEN extract(epoch FROM CAST(after->>'due_at' AS timestamptz) - CAST(before->>'due_at' AS timestamptz))
        END AS double precision), d.reason, d.said_by FROM turns t LEFT JOIN LATERAL (
            SELECT details->>'reason' AS reason, details->'actor'->>'id' AS said_by FROM event_details
             WHERE case_month = t.case_month AND case_id = t.case_id AND seq = t.seq OFFSET 0) d ON true"""  # noqa: S608
    rows = _rows(session, asked, _TURNS.replace("{held}", ""), columns)
    return [(tuple(row[:-7]), Turn(row[-7], Action(row[-6]), *row[-5:])) for row in rows]


def _rows(
    session: Session, asked: Asked, ctes: str, columns: str, *, grouped: bool = False, also: str = ""
) -> Sequence[Any]:
    """The statement over closed cases: its keys first. A month of a large city is sorted in memory."""
    names, by_class = asked.names, Dimension.CLASS in asked.group_by
    keys = "".join(f"{(OF_ENTRY | {Dimension.CLASS: 'class_id'})[dimension]}, " for dimension in asked.group_by)
    classes = f"LEFT JOIN {CLASS_OF}" if by_class else ""
    closed = _CLOSED.format(entries=ENTRIES, names=names, keys=keys, classes=classes)
    more = f", {ctes.replace('{names}', names)}" if ctes else ""
    groups = f" GROUP BY {names}{also}"[:-2] if grouped and (names or also) else ""
    session.execute(text("SET LOCAL work_mem = '64MB'"))
    query = text(f"WITH {closed}{more} SELECT {names}{columns}{groups}")
    return session.connection().execute(query, asked.given).all()
