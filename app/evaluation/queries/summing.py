"""Counting for summaries: by any dimensions, whole months from their sums, the rest from the entries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.evaluation.queries.figures import ENTRIES, GIVEN, KEYS, NAMES, SEEN, BehindRow, Window, given, number_column
from app.evaluation.queries.rolling import Rolled
from app.evaluation.rules.counting import Counted, Mark
from app.evaluation.rules.indicators import APART, Count, Subject
from app.evaluation.rules.summing import Dimension

OF_ENTRY: dict[Dimension, str] = {
    Dimension.DISTRICT: KEYS[Subject.DISTRICT],
    Dimension.STREET: KEYS[Subject.STREET],
    Dimension.COMMUNITY: KEYS[Subject.COMMUNITY],
    Dimension.CELL: KEYS[Subject.CELL],
    Dimension.UNIT: "unit_id::text",
    Dimension.TYPE: "type_id::text",
    Dimension.CLASS: "type_id::text",
    Dimension.SOURCE: "source",
    Dimension.STAGE: "counted",
    Dimension.MONTH: "to_char(at AT TIME ZONE :zone, 'YYYY-MM')",
    Dimension.DAY: "to_char(at AT TIME ZONE :zone, 'YYYY-MM-DD')",
    Dimension.WEEKDAY: "CAST(extract(isodow FROM at AT TIME ZONE :zone) AS integer)",
    Dimension.HOUR: "CAST(extract(hour FROM at AT TIME ZONE :zone) AS integer)",
}
"""What an entry is grouped by; classes by the type itself, which `CLASS_OF` knows the class of."""
_OF_MONTH: dict[Dimension, str] = {
    Dimension.DISTRICT: "district",
    Dimension.UNIT: "unit_id::text",
    Dimension.TYPE: "type_id::text",
    Dimension.CLASS: "type_id::text",
    Dimension.SOURCE: "source",
    Dimension.MONTH: "to_char(month, 'YYYY-MM')",
}
CLASS_OF = """(
    SELECT id AS of_type, first_value(id::text) OVER (PARTITION BY scheme, kind, class_code ORDER BY id) AS class_id
      FROM types) AS class_of ON of_type = type_id"""
"""Joined where times are read by class: one type of each class stands for it."""
_GROUND = "(CAST(:prefixes AS text[]) IS NULL OR cell LIKE ANY (CAST(:prefixes AS text[])))"
_DISTRICTS = "(CAST(:prefixes AS text[]) IS NULL OR district LIKE ANY (CAST(:prefixes AS text[])))"
_MINE = "(CAST(:units AS uuid[]) IS NULL OR unit_id = ANY (CAST(:units AS uuid[])))"
_STRETCHES = """unnest(CAST(:s_kinds AS text[]), CAST(:s_starts AS timestamptz[]), CAST(:s_ends AS timestamptz[]))
        AS s (s_kind, s_start, s_end)"""
_IN_STRETCH = f"counted = s_kind AND at >= s_start AND at < s_end AND {SEEN} AND {_GROUND} AND {_MINE}"
_MONTHS = "unnest(CAST(:m_months AS date[]), CAST(:m_kinds AS text[])) AS m (m_month, m_kind)"
_LOCAL_MONTH = "CAST(date_trunc('month', at AT TIME ZONE :zone) AS date)"


class Place(NamedTuple):
    """Whose months and hours they are (an IANA name), and how many entries are read at most."""

    zone: str
    most: int


class Sums(NamedTuple):
    """What a summary is counted from, whole months and stretches (kind, start, end) of entries; and what of."""

    months: Sequence[Rolled]
    stretches: Sequence[tuple[str, datetime, datetime]]
    counts: Sequence[Count] = ()


def sums(
    session: Session, group_by: Sequence[Dimension], window: Window, parts: Sums, zone: str
) -> list[tuple[tuple[Any, ...], tuple[int, ...]]]:
    """(values of the dimensions, its numbers in the order of `parts.counts`) of every group with an entry in it.

    Of cases whose entries are not those of the view instant, what the months hold is taken away and theirs is added.
    """
    of_entry, of_month = _keys(group_by, OF_ENTRY), _keys(group_by, _OF_MONTH)
    months = f"""
        SELECT {of_month} counted, marks, number, total FROM {_MONTHS}
          JOIN evaluation_months ON month = m_month AND counted = m_kind WHERE {_DISTRICTS} AND {_MINE}
        UNION ALL
        SELECT {of_entry} counted, marks, -1, -coalesce(value, 0) FROM evaluation_entries
          JOIN {_MONTHS} ON m_month = {_LOCAL_MONTH} AND counted = m_kind
         WHERE :covers AND case_id = ANY (CAST(:covered AS uuid[])) AND {_GROUND} AND {_MINE}
        UNION ALL
        SELECT {of_entry} counted, marks, 1, coalesce(value, 0) FROM unnest({GIVEN}) AS given ({NAMES})
          JOIN {_MONTHS} ON m_month = {_LOCAL_MONTH} AND counted = m_kind WHERE {_GROUND} AND {_MINE}
        UNION ALL"""  # noqa: S608 -- put together from our own words
    names = "".join(f"k{place}, " for place in range(len(group_by)))
    alike = ", ".join(str(place + 1) for place in range(len(group_by) + 2))
    numbers = ", ".join(number_column(count) for count in parts.counts)
    query = text(f"""
        WITH rows AS ({months if parts.months else ""}
        (SELECT {of_entry} counted, marks, count(*), sum(value) FROM {_STRETCHES}
          JOIN evaluation_entries ON {_IN_STRETCH}
         WHERE NOT :covers OR case_id <> ALL (CAST(:covered AS uuid[])) GROUP BY {alike})
        UNION ALL
        SELECT {of_entry} counted, marks, 1, coalesce(value, 0) FROM unnest({GIVEN}) AS given ({NAMES})
          JOIN {_STRETCHES} ON {_IN_STRETCH})
        SELECT {names} {numbers} FROM rows AS r ({names} counted, marks, number, total)
         {f"GROUP BY {names[:-2]}" if names else ""} HAVING sum(number) > 0""")  # noqa: S608 -- our own words
    width = len(group_by)
    rows = session.connection().execute(query, _given(window, parts, zone))
    return [(tuple(row[:width]), tuple(row[width:])) for row in rows]


def sums_together(
    session: Session, groupings: Sequence[Sequence[Dimension]], window: Window, parts: Sums, zone: str
) -> list[list[tuple[tuple[Any, ...], tuple[int, ...]]]]:
    """What `sums` says of each of several groupings, in their order; from stretches of entries, read once."""
    every = tuple(dict.fromkeys(name for grouping in groupings for name in grouping))
    of_entry = _keys(every, OF_ENTRY)
    names = "".join(f"k{place}, " for place in range(len(every)))
    numbers = ", ".join(number_column(count) for count in parts.counts)
    query = text(f"""
        WITH entry AS (
            SELECT {of_entry} counted, marks, value FROM {_STRETCHES} JOIN evaluation_entries ON {_IN_STRETCH}
             WHERE NOT :covers OR case_id <> ALL (CAST(:covered AS uuid[]))
            UNION ALL
            SELECT {of_entry} counted, marks, value FROM unnest({GIVEN}) AS given ({NAMES})
              JOIN {_STRETCHES} ON {_IN_STRETCH}),
        rows AS (
            SELECT {_which(groupings, every)} AS which, {names} counted, marks, count(*) AS number,
                   coalesce(sum(value), 0) AS total
              FROM entry AS e ({names} counted, marks, value)
             GROUP BY GROUPING SETS ({_sets(groupings, every, "counted, marks")}))
        SELECT which, {names} {numbers} FROM rows GROUP BY {names} which""")  # noqa: S608 -- our own words
    found: list[list[tuple[tuple[Any, ...], tuple[int, ...]]]] = [[] for _ in groupings]
    for which, *row in session.connection().execute(query, _given(window, parts, zone)):
        places = [every.index(name) for name in groupings[which]]
        found[which].append((tuple(row[place] for place in places), tuple(row[len(every) :])))
    return found


def _sets(groupings: Sequence[Sequence[Dimension]], every: Sequence[Dimension], also: str) -> str:
    """Groupings as sets of the columns k0, k1, … of all their dimensions."""
    columns = [[f"k{every.index(name)}" for name in grouping] for grouping in groupings]
    return ", ".join(f"({', '.join([*names, also] if also else names)})" for names in columns)


def _which(groupings: Sequence[Sequence[Dimension]], every: Sequence[Dimension]) -> str:
    """The number of the grouping that a row is of."""
    if not every:
        return "0"
    without = {
        sum(1 << (len(every) - 1 - place) for place, name in enumerate(every) if name not in grouping): number
        for number, grouping in enumerate(groupings)
    }
    cases = " ".join(f"WHEN {bits} THEN {number}" for bits, number in without.items())
    return f"CASE GROUPING({', '.join(f'k{place}' for place in range(len(every)))}) {cases} END"


def times(
    session: Session, groupings: Sequence[Sequence[Dimension]], counted: Sequence[str], window: Window, zone: str
) -> list[dict[tuple[Any, ...], tuple[float, float]]]:
    """(median, ninth decile) of the working seconds of what was done by group, for each of several groupings, in their
    order; from the entries alone, which are read once.
    """
    every = tuple(dict.fromkeys(name for grouping in groupings for name in grouping))
    of_entry = _keys(every, OF_ENTRY | {Dimension.CLASS: "class_id"})
    classes = f"LEFT JOIN {CLASS_OF}" if Dimension.CLASS in every else ""
    names = "".join(f"k{place}, " for place in range(len(every)))
    query = text(f"""
        WITH rows AS (
            SELECT {of_entry} value FROM {_STRETCHES} JOIN evaluation_entries ON {_IN_STRETCH} {classes}
             WHERE (NOT :covers OR case_id <> ALL (CAST(:covered AS uuid[]))) AND {_DONE}
            UNION ALL
            SELECT {of_entry} value FROM unnest({GIVEN}) AS given ({NAMES})
              JOIN {_STRETCHES} ON {_IN_STRETCH} {classes} WHERE {_DONE})
        SELECT {_which(groupings, every)}, {names}
               percentile_cont(CAST(ARRAY[0.5, 0.9] AS double precision[])) WITHIN GROUP (ORDER BY value)
          FROM rows AS r ({names} value) GROUP BY GROUPING SETS ({_sets(groupings, every, "")})
        HAVING count(*) > 0""")  # noqa: S608 -- put together from our own words
    parts = Sums((), [(kind, window.start, window.end) for kind in counted])
    marks = {"done": int(Mark.HANDLED), "apart": int(APART)}
    found: list[dict[tuple[Any, ...], tuple[float, float]]] = [{} for _ in groupings]
    for which, *row, (median, ninth) in session.connection().execute(query, _given(window, parts, zone) | marks):
        places = [every.index(name) for name in groupings[which]]
        found[which][tuple(row[place] for place in places)] = (median, ninth)
    return found


_DONE = "marks & :done = :done AND marks & :apart = 0"


def entries_of_group(
    session: Session, group: Mapping[Dimension, Collection[str] | None], count: Count, window: Window, place: Place
) -> Sequence[BehindRow]:
    """What a number of a group counts, in the order of the instants; which of them where there are too many is chance.

    Shape: `group` has for each dimension the values that fall together, None for entries without any.
    """
    of_group, keys = narrowed_to(group)
    query = text(f"""
        WITH {ENTRIES}, behind AS MATERIALIZED (
            SELECT case_id, ordinal, marks, at, value FROM entries
             WHERE marks & :having = :having AND marks & :lacking = 0 {of_group} LIMIT :most)
        SELECT case_id::text, marks, at, value FROM behind ORDER BY at, case_id, ordinal""")  # noqa: S608
    kinds = Counted if count.counted is None else [count.counted]
    marks = {"having": int(count.having), "lacking": int(count.lacking)}
    wanted = given(kinds, window) | keys | marks | {"zone": place.zone, "most": place.most}
    return [tuple(row) for row in session.connection().execute(query, wanted)]


def narrowed_to(group: Mapping[Dimension, Collection[str] | None]) -> tuple[str, dict[str, list[str]]]:
    """A group of entries as more of a WHERE clause, and what that is given beside the zone."""
    clauses = "".join(
        f" AND {OF_ENTRY[dimension]} IS NULL"
        if values is None
        else f" AND CAST({OF_ENTRY[dimension]} AS text) = ANY (CAST(:g_{dimension.value} AS text[]))"
        for dimension, values in group.items()
    )
    return clauses, {f"g_{name.value}": list(values or ()) for name, values in group.items()}


def _keys(group_by: Sequence[Dimension], columns: dict[Dimension, str]) -> str:
    return "".join(f"{columns[dimension]}, " for dimension in group_by if dimension in columns)


def _given(window: Window, parts: Sums, zone: str) -> dict[str, Any]:
    return window.given | {
        "zone": zone,
        "m_months": [month for month, _ in parts.months],
        "m_kinds": [kind for _, kind in parts.months],
        "s_kinds": [kind for kind, _, _ in parts.stretches],
        "s_starts": [start for _, start, _ in parts.stretches],
        "s_ends": [end for _, _, end in parts.stretches],
    }


_TYPES = text("""
    SELECT id::text, scheme, kind, code, name, class_code, class_name FROM types
     WHERE id = ANY (CAST(:ids AS uuid[]))""")


def types_of(session: Session, ids: Sequence[str]) -> dict[str, Any]:
    """Types with their classes, by id."""
    return {row.id: row for row in session.connection().execute(_TYPES, {"ids": list(ids)})}


_TYPES_NAMED = text("""
    SELECT id::text FROM types WHERE scheme = :scheme AND kind = :kind
       AND CASE WHEN :by_class THEN class_code ELSE code END = :code""")


def types_named(session: Session, scheme: str, kind: str, code: str, *, by_class: bool) -> list[str]:
    """Ids of the types of a class, or of the one type of a code."""
    wanted = {"scheme": scheme, "kind": kind, "code": code, "by_class": by_class}
    return list(session.connection().execute(_TYPES_NAMED, wanted).scalars())
