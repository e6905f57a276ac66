"""The entries that are kept, and which cases wait to be counted again."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.evaluation.queries.histories import Known
from app.evaluation.rules.counting import Entry

COLUMNS = (
    "case_id",
    "counted",
    "ordinal",
    "at",
    "cell",
    "source",
    "type_id",
    "unit_id",
    "inspector_id",
    "operator_id",
    "leader_id",
    "dispatcher_id",
    "marks",
    "value",
)
EntryRow: TypeAlias = tuple[Any, ...]
"""An entry as a row of `COLUMNS`, ids as text."""

_NAMES = ", ".join(COLUMNS)
_AS_TEXT = ", ".join(f"{name}::text" if name.endswith("_id") else name for name in COLUMNS)
_KEPT = text(f"SELECT {_AS_TEXT} FROM evaluation_entries WHERE case_id = ANY (CAST(:ids AS uuid[]))")  # noqa: S608
_DELETE = text("""
    DELETE FROM evaluation_entries e
     USING unnest(CAST(:ids AS uuid[]), CAST(:kinds AS text[]), CAST(:ordinals AS smallint[])) AS gone (id, kind, nth)
     WHERE e.case_id = gone.id AND e.counted = gone.kind AND e.ordinal = gone.nth""")
_ALONE = text("SELECT pg_advisory_xact_lock(hashtext('evaluation.counting'))")
_BESIDE = text("SELECT pg_advisory_xact_lock_shared(hashtext('evaluation.counting'))")
# A case that changed several times waits several times; it is counted once.
_TAKE = text("SELECT seq, case_id::text FROM evaluation_pending ORDER BY seq LIMIT :most")
_DROP = text("DELETE FROM evaluation_pending WHERE seq = ANY (CAST(:seqs AS bigint[]))")
_WAITING = text("SELECT DISTINCT case_id::text FROM (SELECT case_id FROM evaluation_pending LIMIT :most) AS few")


class Taken(NamedTuple):
    """Cases that are being counted, and the rows that say they wait."""

    seqs: list[int]
    ids: set[str]


def row_of(known: Known, entry: Entry) -> EntryRow:
    """An entry as it is kept."""
    people = (entry.unit_id, entry.inspector_id, entry.operator_id, entry.leader_id, entry.dispatcher_id)
    return (
        known.id,
        entry.counted.value,
        entry.ordinal,
        entry.at,
        known.cell,
        known.source,
        None if entry.type_id is None else str(entry.type_id),
        *(None if one is None else str(one) for one in people),
        int(entry.marks),
        entry.value,
    )


def kept_rows(session: Session, ids: Collection[str]) -> dict[str, set[EntryRow]]:
    """The entries that are kept of these cases."""
    found: dict[str, set[EntryRow]] = {}
    for row in session.connection().execute(_KEPT, {"ids": list(ids)}):
        found.setdefault(row[0], set()).add(tuple(row))
    return found


def count_alone(session: Session, *, pages: bool) -> None:
    """One counts what waits at a time; those who count pages of all cases do it beside each other, not beside that."""
    session.connection().execute(_BESIDE if pages else _ALONE)


def replace_entries(session: Session, gone: Sequence[EntryRow], come: Sequence[EntryRow]) -> None:
    """Take these entries away and put those in."""
    if gone:
        ids, kinds, ordinals = zip(*(row[:3] for row in gone), strict=True)
        session.connection().execute(_DELETE, {"ids": list(ids), "kinds": list(kinds), "ordinals": list(ordinals)})
    if come:
        body = "".join("\t".join(_field(value) for value in row) + "\n" for row in come)
        raw = session.connection().connection.cursor()
        raw.copy_expert(f"COPY evaluation_entries ({_NAMES}) FROM STDIN", io.StringIO(body))


def _field(value: Any) -> str:
    """A value as COPY reads it; ours have no tabs, backslashes or ends of lines."""
    return r"\N" if value is None else str(value)


def take_pending(session: Session, most: int) -> Taken:
    """The cases that have waited longest."""
    rows = session.connection().execute(_TAKE, {"most": most}).all()
    return Taken([seq for seq, _ in rows], {case_id for _, case_id in rows})


def drop_pending(session: Session, seqs: Sequence[int]) -> None:
    """These were counted."""
    session.connection().execute(_DROP, {"seqs": list(seqs)})


_NEWEST = text("SELECT coalesce(max(seq), 0) FROM evaluation_pending")
# Whoever notes a case has this lock before the note gets its number, until everybody can see the note.
_NOTING = text("""
    SELECT virtualtransaction FROM pg_locks
     WHERE relation = CAST('evaluation_pending' AS regclass) AND mode = 'RowExclusiveLock'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""")
_SINCE = text("""
    SELECT DISTINCT case_id::text FROM evaluation_pending
     WHERE case_id = ANY (CAST(:ids AS uuid[])) AND seq > :seq""")
_FORGET = text("""
    DELETE FROM evaluation_pending
     WHERE seq IN (SELECT seq FROM evaluation_pending WHERE seq <= :seq ORDER BY seq LIMIT :most)""")
_PAGES = text("""
    SELECT array_agg(id::text)
      FROM (SELECT id, (row_number() OVER (ORDER BY case_month, id) - 1) / :size AS page FROM cases) AS placed
     GROUP BY page ORDER BY page""")


def newest_pending(session: Session) -> int:
    """The last note that a case waits, as far as it can be seen."""
    return int(session.connection().execute(_NEWEST).scalar_one())


def noting(session: Session) -> set[str]:
    """The transactions that are writing notes nobody can see yet."""
    return set(session.connection().execute(_NOTING).scalars())


def pending_since(session: Session, ids: Collection[str], seq: int) -> set[str]:
    """Which of these cases have changed since this note was written."""
    return set(session.connection().execute(_SINCE, {"ids": list(ids), "seq": seq}).scalars())


def forget_pending(session: Session, seq: int, most: int) -> bool:
    """Every case was counted since this note was written; at most so many notes, False when there is none."""
    result = session.connection().execute(_FORGET, {"seq": seq, "most": most})
    return result.rowcount > 0


def pages_of_cases(session: Session, size: int) -> list[list[str]]:
    """The ids of all cases, in pages of neighbours."""
    return list(session.connection().execute(_PAGES, {"size": size}).scalars())


def waiting(session: Session, most: int) -> set[str]:
    """Cases whose entries are older than their chains, of at most so many notes."""
    return set(session.connection().execute(_WAITING, {"most": most}).scalars())
