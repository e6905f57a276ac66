"""Periods on their way to being published, what is frozen of them, and reading it again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.core.models import table
from app.evaluation.models import EvaluationDraft, EvaluationPeriod, EvaluationRevision
from app.evaluation.queries.figures import ENTRIES, KEYS, Window, given
from app.evaluation.rules.counting import Counted
from app.evaluation.rules.freezing import Frozen
from app.evaluation.rules.indicators import Subject

PERIODS, DRAFTS, REVISIONS = table(EvaluationPeriod), table(EvaluationDraft), table(EvaluationRevision)
AnyRow = Row[*tuple[Any, ...]]
ENTRIES_AT_ONCE = 20_000


class Chunk(NamedTuple):
    """A piece of what is frozen: packed bytes, and the hash of what they say."""

    part: str
    chunk: int
    sha256: str
    body: bytes


_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('evaluation.periods.' || :period))")


def lock_period(session: Session, period: str) -> None:
    """Nobody else moves this period until the unit of work ends, whether it has a row yet or not."""
    session.connection().execute(_LOCK, {"period": period})


def period_row(session: Session, period: str) -> AnyRow | None:
    """How far a period is; None for one that nobody has reviewed yet."""
    return session.connection().execute(select(PERIODS).where(PERIODS.c.period == period)).one_or_none()


def period_rows(session: Session, first: date, beyond: date) -> dict[str, AnyRow]:
    """The periods that were reviewed once and begin within these days, by name."""
    query = select(PERIODS).where(PERIODS.c.first_day >= first, PERIODS.c.first_day < beyond)
    return {row.period: row for row in session.connection().execute(query)}


def save_period(session: Session, values: Mapping[str, Any]) -> None:
    """Make this the state of a period."""
    changed = {name: value for name, value in values.items() if name != "period"}
    query = upsert(PERIODS).values(dict(values)).on_conflict_do_update(index_elements=["period"], set_=changed)
    session.connection().execute(query)


_REVISIONS = text("""
    SELECT r.*, reviewer.name AS reviewer_name, publisher.name AS publisher_name
      FROM evaluation_revisions r
      JOIN users reviewer ON reviewer.id = r.reviewed_by JOIN users publisher ON publisher.id = r.published_by
     WHERE r.period = ANY (CAST(:periods AS text[])) ORDER BY r.period, r.revision""")


def revisions(session: Session, periods: Collection[str]) -> dict[str, list[AnyRow]]:
    """The revisions of these periods, the first one first."""
    found: dict[str, list[AnyRow]] = {}
    for row in session.connection().execute(_REVISIONS, {"periods": list(periods)}):
        found.setdefault(row.period, []).append(row)
    return found


_NEWEST = text("""
    SELECT DISTINCT ON (p.first_day, p.period) r.*
      FROM evaluation_periods p JOIN evaluation_revisions r ON r.period = p.period
     WHERE p.first_day >= COALESCE(CAST(:since AS date), '-infinity')
     ORDER BY p.first_day DESC, p.period, r.revision DESC""")


def newest_revisions(session: Session, since: date | None) -> list[AnyRow]:
    """The revision in force of every published period that begins on this day or later, the latest period first."""
    return list(session.connection().execute(_NEWEST, {"since": since}))


def user_name(session: Session, user_id: UUID) -> str:
    """The name of somebody of the staff."""
    return str(session.connection().execute(text("SELECT name FROM users WHERE id = :id"), {"id": user_id}).scalar())


def add_drafts(session: Session, draft_id: UUID, period: str, chunks: Iterable[Chunk]) -> None:
    """Keep some chunks of what a review froze."""
    rows = [{"draft_id": draft_id, "period": period, **chunk._asdict()} for chunk in chunks]
    session.connection().execute(insert(DRAFTS), rows)


def drop_drafts(session: Session, period: str, keep: UUID | None) -> None:
    """Forget what earlier reviews of a period froze and nobody published."""
    query = delete(DRAFTS).where(DRAFTS.c.period == period)
    session.connection().execute(query if keep is None else query.where(DRAFTS.c.draft_id != keep))


def hashes_of_draft(session: Session, draft_id: UUID) -> dict[str, list[str]]:
    """The hashes of the chunks of each part, in order."""
    query = select(DRAFTS.c.part, DRAFTS.c.sha256).where(DRAFTS.c.draft_id == draft_id)
    found: dict[str, list[str]] = {}
    for part, digest in session.connection().execute(query.order_by(DRAFTS.c.part, DRAFTS.c.chunk)):
        found.setdefault(part, []).append(digest)
    return found


_PUBLISH = text("""
    INSERT INTO evaluation_results (period, revision, part, chunk, sha256, body)
    SELECT :period, :revision, part, chunk, sha256, body FROM evaluation_drafts WHERE draft_id = :draft_id""")


def publish(session: Session, values: Mapping[str, Any], draft_id: UUID) -> None:
    """Make what a review froze the next revision; the bytes never leave the database."""
    session.connection().execute(insert(REVISIONS), dict(values))
    given_ = {"period": values["period"], "revision": values["revision"], "draft_id": draft_id}
    session.connection().execute(_PUBLISH, given_)


_RESULTS = text("""
    SELECT body FROM evaluation_results WHERE period = :period AND revision = :revision AND part = :part
     ORDER BY chunk""")
_RESULTS_OF_MANY = text("""
    SELECT r.period, r.body
      FROM unnest(CAST(:periods AS text[]), CAST(:revisions AS integer[])) AS wanted (period, revision)
      JOIN evaluation_results r ON r.period = wanted.period AND r.revision = wanted.revision
     WHERE r.part = :part AND r.chunk = 0""")
_DRAFT = text("SELECT body FROM evaluation_drafts WHERE draft_id = :draft_id AND part = :part ORDER BY chunk")


def result(session: Session, period: str, revision: int, part: str) -> list[bytes]:
    """The chunks of a part of a revision, packed; none where it has no such part."""
    given_ = {"period": period, "revision": revision, "part": part}
    return [bytes(body) for body in session.connection().execute(_RESULTS, given_).scalars()]


def results_of_many(session: Session, wanted: Mapping[str, int], part: str) -> dict[str, bytes]:
    """The first chunk of a part of many revisions, packed, by period; `wanted` is the revision by period."""
    given_ = {"periods": list(wanted), "revisions": list(wanted.values()), "part": part}
    return {row.period: bytes(row.body) for row in session.connection().execute(_RESULTS_OF_MANY, given_)}


def draft(session: Session, draft_id: UUID, part: str) -> list[bytes]:
    """The chunks of a part of what a review froze, packed."""
    given_ = {"draft_id": draft_id, "part": part}
    return [bytes(body) for body in session.connection().execute(_DRAFT, given_).scalars()]


_FROZEN = """
    SELECT counted, c.number, ordinal, CAST(extract(epoch FROM at) * 1000000 AS bigint), cell,
           unit_id::text, inspector_id::text, operator_id::text, leader_id::text, dispatcher_id::text,
           marks, value, c.id::text
      FROM entries JOIN cases c ON c.id = entries.case_id"""
_ALL = text(f'WITH {ENTRIES} {_FROZEN} ORDER BY counted, c.number COLLATE "C", ordinal')
_EXEMPT = text(f"WITH {ENTRIES} {_FROZEN} WHERE (marks & 64) <> 0 ORDER BY at, c.number")


def all_entries(session: Session, window: Window) -> Iterator[list[tuple[Counted, Frozen, str]]]:
    """Everything that is counted in a window, some at a time: (what, entry, case id), by kind and number.

    The rows come from a cursor of the server: a year of a large city has millions.
    """
    streamed = session.connection().execute(_ALL, given(Counted, window), execution_options={"stream_results": True})
    for rows in streamed.partitions(ENTRIES_AT_ONCE):
        yield [_frozen(row) for row in rows]


def exempt_handlings(session: Session, window: Window) -> list[Frozen]:
    """The handlings of a window that a granted appeal takes out, in the order of their instants."""
    rows = session.connection().execute(_EXEMPT, given([Counted.HANDLING], window))
    return [_frozen(row)[1] for row in rows]


def _frozen(row: Sequence[Any]) -> tuple[Counted, Frozen, str]:
    return Counted(row[0]), Frozen._make(row[1:-1]), row[-1]


def calendar_versions(session: Session) -> dict[str, int]:
    """The version of each calendar that is in force."""
    rows = session.connection().execute(text("SELECT code, version FROM calendars ORDER BY code"))
    return {row.code: row.version for row in rows}


def keys_on(session: Session, subject: Subject, window: Window) -> set[str]:
    """What of a kind of subject has handlings, reports or dispatches on some ground, in a stretch of time."""
    kinds = [Counted.HANDLING, Counted.REPORT, Counted.DISPATCH, Counted.FILING, Counted.PATROL]
    query = text(f"WITH {ENTRIES} SELECT DISTINCT {KEYS[subject]} AS key FROM entries")  # noqa: S608
    rows = session.connection().execute(query, given(kinds, window)).scalars()
    return {key for key in rows if key is not None}


_REVIEWERS = text("""
    SELECT DISTINCT g.user_id FROM grants g JOIN areas a ON a.level = 0 AND a.valid_to IS NULL
     WHERE g.role = :role AND starts_with(a.code, g.area_code)
       AND g.valid_from <= :now AND (g.valid_to IS NULL OR g.valid_to > :now)""")


def reviewers(session: Session, now: datetime) -> list[UUID]:
    """Who may review the figures of the whole city at an instant."""
    wanted = {"role": Role.EVALUATOR.value, "now": now}
    return list(session.connection().execute(_REVIEWERS, wanted).scalars())


def note_told(session: Session, period: str, more: int) -> None:
    """Note that reviewers were told of so many more cases of a period."""
    told = PERIODS.c.stale_told + more
    session.connection().execute(update(PERIODS).where(PERIODS.c.period == period).values(stale_told=told))
