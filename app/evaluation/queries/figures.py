"""Counting entries: how many of each kind and marks every subject has in a stretch of time.

Entries of cases that changed since they were counted, or of an earlier view instant, are given along (`Overlay`): they
take the place of what is kept of these cases, so that every statement sees one and the same set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from app.evaluation.queries.keeping import COLUMNS, EntryRow
from app.evaluation.rules.counting import CLOCK_OF, Counted, Mark
from app.evaluation.rules.indicators import Count, Subject

TYPES = {
    "counted": "text",
    "ordinal": "smallint",
    "at": "timestamptz",
    "cell": "text",
    "source": "text",
    "marks": "integer",
    "value": "bigint",
}
KEYS: dict[Subject, str] = {
    Subject.CITY: "''",
    Subject.DISTRICT: "CASE WHEN length(cell) >= 6 THEN left(cell, 6) END",
    Subject.STREET: "CASE WHEN length(cell) >= 9 THEN left(cell, 9) END",
    Subject.COMMUNITY: "CASE WHEN length(cell) >= 12 THEN left(cell, 12) END",
    Subject.CELL: "CASE WHEN length(cell) >= 14 THEN cell END",
    Subject.UNIT: "unit_id::text",
    Subject.INSPECTOR: "inspector_id::text",
    Subject.OPERATOR: "operator_id::text",
    Subject.SHIFT_LEADER: "leader_id::text",
    Subject.DISPATCHER: "dispatcher_id::text",
}
"""What an entry is filed under for each kind of subject; areas by the digits of their codes (GB/T 2260 and beyond)."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """The cases whose kept entries are not those of the view instant, and what theirs are."""

    ids: Collection[str] = ()
    rows: Sequence[EntryRow] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Which entries count: those of a stretch of time as of an instant, on some ground, of some units.

    Shape: half-open [start, end); `prefixes` of cell codes, "" for all; `units` None for all.
    """

    start: datetime
    end: datetime
    at: datetime
    prefixes: tuple[str, ...]
    units: tuple[UUID, ...] | None = None
    overlay: Overlay = field(default_factory=Overlay)

    @property
    def given(self) -> dict[str, Any]:
        """The window as what statements are given."""
        overlay = self.overlay
        columns = list(zip(*overlay.rows, strict=True)) or [() for _ in COLUMNS]
        whole = "" in self.prefixes
        return {
            "start": self.start,
            "end": self.end,
            "as_of": self.at,
            "handled": int(Mark.HANDLED),
            "due": [Counted.HANDLING.value, *(kind.value for kind in CLOCK_OF.values())],
            "prefixes": None if whole else [f"{prefix}%" for prefix in self.prefixes],
            "units": None if self.units is None else [str(unit) for unit in self.units],
            "covers": bool(overlay.ids),
            "covered": list(overlay.ids),
            **{f"o_{name}": list(column) for name, column in zip(COLUMNS, columns, strict=True)},
        }


BehindRow: TypeAlias = tuple[str, int, datetime, int | None]
"""(case id, marks, instant, value) of an entry."""


def _type(name: str) -> str:
    return TYPES.get(name, "uuid")


GIVEN = ", ".join(f"CAST(:o_{name} AS {_type(name)}[])" for name in COLUMNS)
NAMES = ", ".join(COLUMNS)
# What is not done is late once its instant has passed: on that very instant it may still be done in time.
SEEN = "(at < :as_of OR at = :as_of AND (marks & :handled <> 0 OR counted <> ALL (CAST(:due AS text[]))))"
_WHERE = f"""
    counted = ANY (CAST(:kinds AS text[])) AND at >= :start AND at < :end AND {SEEN}
    AND (CAST(:prefixes AS text[]) IS NULL OR cell LIKE ANY (CAST(:prefixes AS text[])))
    AND (CAST(:units AS uuid[]) IS NULL OR unit_id = ANY (CAST(:units AS uuid[])))"""
ENTRIES = f"""
    entries AS (
        SELECT {NAMES} FROM evaluation_entries
         WHERE {_WHERE} AND (NOT :covers OR case_id <> ALL (CAST(:covered AS uuid[])))
        UNION ALL
        SELECT {NAMES} FROM unnest({GIVEN}) AS given ({NAMES}) WHERE {_WHERE}
    )"""  # noqa: S608 -- put together from our own words


def numbers(session: Session, subject: Subject, counts: Sequence[Count], window: Window) -> dict[str, tuple[int, ...]]:
    """The counts of every subject, in their order, by key; subjects without any entry of these kinds are not there."""
    kinds = {count.counted for count in counts if count.counted is not None}
    columns = ", ".join(number_column(count) for count in counts)
    query = text(f"""
        WITH {ENTRIES}, alike AS (
            SELECT {KEYS[subject]} AS key, counted, marks, count(*) AS number, coalesce(sum(value), 0) AS total
              FROM entries WHERE {KEYS[subject]} IS NOT NULL GROUP BY 1, 2, 3)
        SELECT key, {columns} FROM alike GROUP BY key""")  # noqa: S608 -- put together from our own words
    return {row[0]: tuple(row[1:]) for row in session.connection().execute(query, given(kinds, window))}


def number_column(count: Count) -> str:
    """A count as a column of rows (counted, marks, number, total): the marks that matter are just those it wants."""
    marks = f"marks & {int(count.having | count.lacking)} = {int(count.having)}"
    kind = "" if count.counted is None else f"counted = '{count.counted.value}' AND "
    column = "total" if count.of_values else "number"
    return f"CAST(coalesce(sum({column}) FILTER (WHERE {kind}{marks}), 0) AS bigint)"


def quantile(session: Session, subject: Subject, share: float, window: Window) -> dict[str, float]:
    """Working seconds within which this share of the handlings that are done was done, by subject.

    Source: figures.md; between two handlings in proportion (percentile_cont).
    """
    query = text(f"""
        WITH {ENTRIES}
        SELECT {KEYS[subject]} AS key, percentile_cont(:share) WITHIN GROUP (ORDER BY value)
          FROM entries
         WHERE {KEYS[subject]} IS NOT NULL AND marks & :done = :done AND marks & :apart = 0 GROUP BY 1""")  # noqa: S608
    marks = {"share": share, "done": int(Mark.HANDLED), "apart": int(Mark.EXEMPT | Mark.DEFERRED)}
    return {row[0]: row[1] for row in session.connection().execute(query, given([Counted.HANDLING], window) | marks)}


def entries_behind(
    session: Session, subject: Subject, code: str, counted: Counted, window: Window
) -> Sequence[BehindRow]:
    """(case id, marks, instant, value) of every entry of a kind that one subject has."""
    query = text(f"""
        WITH {ENTRIES}
        SELECT case_id::text, marks, at, value FROM entries WHERE {KEYS[subject]} = :key
         ORDER BY at, case_id, ordinal""")  # noqa: S608
    rows = session.connection().execute(query, given([counted], window) | {"key": code})
    return [tuple(row) for row in rows]


def given(kinds: Iterable[Counted], window: Window) -> dict[str, Any]:
    """What a statement asks for that begins with `ENTRIES`."""
    return window.given | {"kinds": [kind.value for kind in kinds]}


_CHANGED_SINCE = text("""
    SELECT id::text FROM cases WHERE updated_at > :at AND opened_at <= :at ORDER BY updated_at LIMIT :most""")


def changed_since(session: Session, at: datetime, most: int) -> set[str]:
    """Cases that were there at an instant and went on since: what is kept of them is of a later one."""
    return set(session.connection().execute(_CHANGED_SINCE, {"at": at, "most": most}).scalars())


_REPEATED_SINCE = text("""
    SELECT DISTINCT case_id::text FROM evaluation_entries
     WHERE counted = 'closing' AND marks & :repeated <> 0 AND at <= :at AND at >= :at - interval '30 days'""")


def repeated_lately(session: Session, at: datetime) -> set[str]:
    """Closings of the 30 days before an instant that count as repeated, perhaps for what was filed after it."""
    given = {"at": at, "repeated": int(Mark.REPEATED)}
    return set(session.connection().execute(_REPEATED_SINCE, given).scalars())


_ROSTER_OF_AREAS = text("""
    SELECT code FROM areas WHERE level = :level AND valid_to IS NULL
       AND (CAST(:prefixes AS text[]) IS NULL OR code LIKE ANY (CAST(:prefixes AS text[])))""")
_ROSTER_OF_UNITS = text("""
    SELECT id::text FROM organizations WHERE kind = 'unit' AND closed_at IS NULL
       AND (CAST(:units AS uuid[]) IS NULL OR id = ANY (CAST(:units AS uuid[])))""")
_ROSTER_OF_PEOPLE = text("""
    SELECT DISTINCT g.user_id::text FROM grants g
     WHERE g.role = :role AND g.valid_from <= :at AND (g.valid_to IS NULL OR g.valid_to > :at)
       AND (CAST(:prefixes AS text[]) IS NULL OR g.area_code LIKE ANY (CAST(:prefixes AS text[])))""")
_LEVELS = {Subject.CITY: 0, Subject.DISTRICT: 1, Subject.STREET: 2, Subject.COMMUNITY: 3, Subject.CELL: 4}


def roster(session: Session, subject: Subject, window: Window) -> set[str]:
    """Everything of this kind that has figures, also where nothing is counted; of cells only those with entries."""
    asked = window.given
    if subject in {Subject.CITY, Subject.CELL}:
        return set()
    if subject in _LEVELS:
        wanted = {"level": _LEVELS[subject], "prefixes": asked["prefixes"]}
        return set(session.connection().execute(_ROSTER_OF_AREAS, wanted).scalars())
    if subject is Subject.UNIT:
        return set(session.connection().execute(_ROSTER_OF_UNITS, {"units": asked["units"]}).scalars())
    wanted = {"role": subject.value, "at": window.at, "prefixes": asked["prefixes"]}
    return set(session.connection().execute(_ROSTER_OF_PEOPLE, wanted).scalars())


_NAMED: dict[str, TextClause] = {
    "areas": text("SELECT code, code, name FROM areas WHERE code = ANY (CAST(:keys AS text[]))"),
    "organizations": text("SELECT id::text, code, name FROM organizations WHERE id = ANY (CAST(:keys AS uuid[]))"),
    "users": text(
        "SELECT id::text, coalesce(username, id::text), name FROM users WHERE id = ANY (CAST(:keys AS uuid[]))"
    ),
}


def named(session: Session, table: str, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """(code, name) of areas, organizations or users by what entries are filed under."""
    rows = session.connection().execute(_NAMED[table], {"keys": list(keys)})
    return {key: (code, name) for key, code, name in rows}


_KEY_OF_AREA = text("SELECT code FROM areas WHERE code = :code AND level = :level")
_KEY_OF_UNIT = text("SELECT id::text FROM organizations WHERE code = :code")
_KEY_OF_PERSON = text("SELECT id::text FROM users WHERE username = :code AND kind = 'staff'")
_CITY = text("SELECT code, name FROM areas WHERE level = 0 AND valid_to IS NULL ORDER BY code LIMIT 1")


def key_of(session: Session, subject: Subject, code: str) -> str | None:
    """What entries of this area, organization or member of staff are filed under; None where there is none."""
    if subject is Subject.CITY:
        return "" if code in {"", city(session)[0]} else None
    if subject in _LEVELS:
        return session.connection().execute(_KEY_OF_AREA, {"code": code, "level": _LEVELS[subject]}).scalar()
    query = _KEY_OF_UNIT if subject is Subject.UNIT else _KEY_OF_PERSON
    return session.connection().execute(query, {"code": code}).scalar()


def is_counted(session: Session, subject: Subject, key: str, kinds: Collection[Counted], window: Window) -> bool:
    """Whether a subject has any entry of these kinds."""
    query = text(f"WITH {ENTRIES} SELECT EXISTS (SELECT FROM entries WHERE {KEYS[subject]} = :key)")  # noqa: S608
    return bool(session.connection().execute(query, given(kinds, window) | {"key": key}).scalar())


def city(session: Session) -> tuple[str, str]:
    """(code, name) of the city; empty before its boundary was imported."""
    row = session.connection().execute(_CITY).one_or_none()
    return ("", "") if row is None else (row.code, row.name)


_UNIT = text("SELECT code, name FROM organizations WHERE code = :unit OR id::text = :unit")


def unit_named(session: Session, unit: str) -> tuple[str, str]:
    """(code, name) of a unit by its id or code; what is none has the name that it was asked by."""
    row = session.connection().execute(_UNIT, {"unit": unit}).one_or_none()
    return (unit, unit) if row is None else (row.code, row.name)


_CASES = text("""
    SELECT c.id::text, c.number, c.state, c.filed_cell, c.source, c.opened_at, c.closed_at, c.forced,
           t.scheme, t.kind, t.code, t.name, o.code AS owner_code, o.name AS owner_name
      FROM cases c LEFT JOIN types t ON t.id = c.type_id LEFT JOIN organizations o ON o.id = c.lead_id
     WHERE c.id = ANY (CAST(:ids AS uuid[]))""")


def cases_in_order(session: Session, ids: Collection[str], at_once: int) -> Iterator[Sequence[Any]]:
    """The same of many cases, some at a time by number; in a transaction, as the database keeps its place."""
    query = text(f'{_CASES.text} ORDER BY c.number COLLATE "C"')
    streamed = session.connection().execute(query, {"ids": list(ids)}, execution_options={"stream_results": True})
    return streamed.partitions(at_once)


def cases_of(session: Session, ids: Collection[str]) -> dict[str, Any]:
    """What a list of cases behind a figure shows of each, by id."""
    return {row.id: row for row in session.connection().execute(_CASES, {"ids": list(ids)})}
