"""Reading what figures are made of: the chains of cases, and what is known beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_IDS = "unnest(CAST(:ids AS uuid[])) AS wanted (id)"

# Month and id are the head of the events' key: each case is one place in one partition.
_STEPS = text(f"""
    SELECT e.case_id::text, e.action, e.at, e.before->>'state', e.after->>'state', e.after->>'stage',
           CAST(e.after->>'due_at' AS timestamptz), e.after->>'lead_id', e.after->>'type_id',
           d.details->'actor'->>'id', e.inputs->>'inspector_id', e.inputs->'granted' = 'true'::jsonb,
           e.inputs->'recalled' = 'true'::jsonb, e.inputs ? 'split_from' AND e.before IS NULL,
           CAST(e.inputs->>'score' AS integer)
      FROM {_IDS}
      JOIN cases c ON c.id = wanted.id
      JOIN case_events e ON e.case_month = c.case_month AND e.case_id = c.id
      LEFT JOIN event_details d ON d.case_month = e.case_month AND d.case_id = e.case_id AND d.seq = e.seq
     ORDER BY e.case_id, e.seq""")  # noqa: S608 -- put together from our own words


class Known(NamedTuple):
    """A case beside its chain."""

    id: str
    number: str
    cell: str
    source: str
    merged_into: str | None


_KNOWN = text(f"""
    SELECT c.id::text, c.number, c.filed_cell, c.source, c.merged_into::text
      FROM {_IDS} JOIN cases c ON c.id = wanted.id""")  # noqa: S608

_CLOCKS = text(f"""
    SELECT k.case_id::text, k.stage, k.started_at, k.unit, k.calendar_code, k.calendar_version
      FROM {_IDS} JOIN case_clocks k ON k.case_id = wanted.id""")  # noqa: S608

# OFFSET 0: few cases are merged at all, which a planner does not know of those that were asked for.
_MERGED_INTO = text("""
    WITH RECURSIVE towards (id) AS (
        SELECT unnest(CAST(:ids AS uuid[])) UNION
        SELECT c.id FROM towards
         CROSS JOIN LATERAL (SELECT id FROM cases WHERE merged_into = towards.id OFFSET 0) c
    ) SELECT id::text FROM towards""")

_TARGETS = text("""
    WITH RECURSIVE onwards (id, target) AS (
        SELECT c.id, c.merged_into FROM cases c
         WHERE c.id = ANY (CAST(:ids AS uuid[])) AND c.merged_into IS NOT NULL UNION
        SELECT onwards.id, c.merged_into FROM onwards JOIN cases c ON c.id = onwards.target
         WHERE c.merged_into IS NOT NULL
    ) SELECT id::text, target::text FROM onwards""")

# 20 metres are less than 0.0003 degrees of latitude anywhere; of longitude they are more the farther from the equator.
# Place and type are one index: in a busy place a hundred cases of all types lie as near.
_LIKE = """
    x.type_id = c.type_id AND x.id <> c.id
    AND x.geom && ST_Expand(c.geom, 0.0003 / greatest(cos(radians(c.lat)), 0.05), 0.0003)
    AND ST_Distance(CAST(x.geom AS geography), CAST(c.geom AS geography)) <= 20"""

# The first entry into `to_dispatch`; what ended unfiled and was opened again has entered it without being filed.
# OFFSET 0: found once, as each mention of it would be planned for all partitions again.
_FILED = """(SELECT CASE WHEN {0}.filed_at IS NOT NULL OR {0}.reopens = 0 THEN {0}.filed_at ELSE (
        SELECT min(e.at) FROM case_events e
         WHERE e.case_month = {0}.case_month AND e.case_id = {0}.id AND e.after->>'state' = 'to_dispatch') END AS at
     OFFSET 0)"""

_REPEATED = text(f"""
    SELECT closed.id::text
      FROM unnest(CAST(:ids AS uuid[]), CAST(:instants AS timestamptz[])) AS closed (id, at)
      JOIN cases c ON c.id = closed.id
     WHERE EXISTS (SELECT 1 FROM cases x CROSS JOIN LATERAL {_FILED.format("x")} AS filed
                    WHERE {_LIKE} AND filed.at > closed.at
                      AND filed.at <= least(closed.at + interval '30 days', CAST(:until AS timestamptz)))""")  # noqa: S608

# Closings are compared in a way that no index serves: within a month a tenth of all cases was closed.
_REPEATED_BY = text(f"""
    WITH filed AS MATERIALIZED (
        SELECT c.id, c.type_id, c.geom, c.lat, filed.at
          FROM {_IDS} JOIN cases c ON c.id = wanted.id CROSS JOIN LATERAL {_FILED.format("c")} AS filed)
    SELECT DISTINCT x.id::text
      FROM filed AS c
      JOIN cases x ON {_LIKE} AND x.closed_at + interval '0' < c.at AND x.closed_at + interval '30 days' >= c.at
     WHERE c.at IS NOT NULL""")  # noqa: S608

_PATROLLERS = text("""
    SELECT filed.id::text, p.user_id::text
      FROM unnest(CAST(:ids AS uuid[]), CAST(:cells AS text[]), CAST(:instants AS timestamptz[]))
           AS filed (id, cell, at)
      JOIN duty_zone_cells z ON z.cell_code = filed.cell
       AND z.valid_from <= filed.at AND (z.valid_to IS NULL OR z.valid_to > filed.at)
      JOIN duty_zone_people p ON p.zone_code = z.zone_code
       AND p.valid_from <= filed.at AND (p.valid_to IS NULL OR p.valid_to > filed.at)
     GROUP BY 1, 2 ORDER BY 1, 2""")


def steps_of(session: Session, ids: Collection[str]) -> Iterator[tuple[str, list[Sequence[Any]]]]:
    """(case id, its events oldest first as rows of what figures read), one case after the other."""
    rows = session.connection().execute(_STEPS, {"ids": list(ids)})
    for case_id, events in groupby(rows, key=itemgetter(0)):
        yield case_id, list(events)


def known_of(session: Session, ids: Collection[str]) -> dict[str, Known]:
    """The cases beside their chains, by id."""
    rows = session.connection().execute(_KNOWN, {"ids": list(ids)})
    return {row[0]: Known(*row) for row in rows}


def clock_units(session: Session, ids: Collection[str]) -> Mapping[tuple[str, str, datetime], tuple[str, str, int]]:
    """(unit, calendar's code and version) of each clock, by case, stage and start."""
    rows = session.connection().execute(_CLOCKS, {"ids": list(ids)})
    return {(case_id, stage, started_at): (unit, *calendar) for case_id, stage, started_at, unit, *calendar in rows}


def with_merged(session: Session, ids: Collection[str]) -> set[str]:
    """These cases and all that were merged into them, at whatever remove."""
    return set(session.connection().execute(_MERGED_INTO, {"ids": list(ids)}).scalars())


def targets_of(session: Session, ids: Collection[str]) -> dict[str, list[str]]:
    """The cases into which each was merged, the nearest first."""
    found: dict[str, list[str]] = {}
    for case_id, target in session.connection().execute(_TARGETS, {"ids": list(ids)}):
        found.setdefault(case_id, []).append(target)
    return found


def repeated(session: Session, closed: Mapping[str, datetime], until: datetime) -> set[str]:
    """Which of these closed cases saw a like one (same type, within 20 m) filed within 30 days after, by `until`."""
    if not closed:
        return set()
    given = {"ids": list(closed), "instants": list(closed.values()), "until": until}
    return set(session.connection().execute(_REPEATED, given).scalars())


def repeated_by(session: Session, ids: Collection[str]) -> set[str]:
    """The cases whose closing these ones, filed since, may have made a repeated one."""
    if not ids:
        return set()
    return set(session.connection().execute(_REPEATED_BY, {"ids": list(ids)}).scalars())


def patrollers(session: Session, filed: Mapping[str, tuple[str, datetime]]) -> dict[str, list[UUID]]:
    """The inspectors in whose duty zones a case's cell lay when it was filed; `filed` is (cell, instant) by case."""
    if not filed:
        return {}
    given = {
        "ids": list(filed),
        "cells": [cell for cell, _ in filed.values()],
        "instants": [at for _, at in filed.values()],
    }
    found: dict[str, list[UUID]] = {}
    for case_id, user_id in session.connection().execute(_PATROLLERS, given):
        found.setdefault(case_id, []).append(UUID(user_id))
    return found
