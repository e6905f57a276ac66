"""Periods on their way: reviewed by one, published by another, revised the same way; what was published stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.orm import Session

from app.core import audit
from app.core.clock import to_rfc3339
from app.core.errors import Stale
from app.core.ids import new_id
from app.core.row_versions import check_version
from app.evaluation import queries
from app.evaluation.errors import PeriodNotOver, PeriodNotReady, RevisionNotFound, SameReviewer
from app.evaluation.queries.periods import AnyRow
from app.evaluation.rules.freezing import PeriodState, seal, unpacked
from app.evaluation.rules.periods import Kind, Period, named, period_of
from app.evaluation.service.definitions import PUBLISHING, find_definition
from app.evaluation.service.freezing import Freeze, freeze

DUE = (Kind.MONTH, Kind.QUARTER, Kind.YEAR)
"""The kinds of periods that are listed before anybody reviewed them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a period is: its row (None: nobody has reviewed it) and its revisions, the first one first."""

    period: Period
    row: AnyRow | None
    revisions: Sequence[AnyRow]

    @property
    def state(self) -> PeriodState:
        return PeriodState.OPEN if self.row is None else PeriodState(self.row.state)

    @property
    def version(self) -> int:
        return 0 if self.row is None else int(self.row.version)

    @property
    def newest(self) -> AnyRow | None:
        return self.revisions[-1] if self.revisions else None


def standing(session: Session, period: Period) -> Standing:
    """How far a period is."""
    row = queries.period_row(session, period.name)
    return Standing(period, row, queries.revisions(session, [period.name]).get(period.name, []))


def standings(session: Session, year: int, today: date) -> list[Standing]:
    """The months, quarters and the year that have begun, and whatever else was reviewed; the newest first."""
    first, beyond = date(year, 1, 1), date(year + 1, 1, 1)
    rows = queries.period_rows(session, first, beyond)
    begun = {named(kind, date(year, month, 1)).name for kind in DUE for month in range(1, 13)}
    names = rows.keys() | {name for name in begun if period_of(name).first <= today}
    kept = queries.revisions(session, rows.keys())
    found = [Standing(period_of(name), rows.get(name), kept.get(name, [])) for name in names]
    return sorted(found, key=lambda one: (one.period.beyond, one.period.first, one.period.name), reverse=True)


def ready_at(period: Period, zone: ZoneInfo, earliest_days: int) -> datetime:
    """The first instant at which a period may be reviewed."""
    return period.end(zone) + timedelta(days=earliest_days)


def check_over(session: Session, period: Period, zone: ZoneInfo, now: datetime) -> None:
    """Refuse to review a period too early.

    Raises: PeriodNotOver.
    """
    days = int(find_definition(session, PUBLISHING).content["earliest_days"])
    ready = ready_at(period, zone, days)
    if now < ready:
        detail = f"{period.name} may be reviewed {days} days after its end, from {to_rfc3339(ready)} on."
        raise PeriodNotOver(detail, ready_at=to_rfc3339(ready))


def frozen_now(session: Session, period: Period, zone: ZoneInfo, now: datetime) -> Freeze:
    """What a review of a period freezes now; made while its chunks are taken, in this session.

    Raises: PeriodNotOver, FiguresNotReady.
    """
    check_over(session, period, zone, now)
    newest = standing(session, period).newest
    return freeze(session, period, zone, now, against=None if newest is None else newest.revision)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a review froze, under which its chunks are kept, and how many these are."""

    id: UUID
    frozen: Freeze
    chunks: int


def review(session: Session, period: Period, draft: Draft, *, expected: int | None, actor_id: UUID | None) -> None:
    """Whoever reviews a period says that it may be published as it was frozen, whose chunks are kept already.

    Raises: Stale.
    """
    queries.lock_period(session, period.name)
    before = standing(session, period)
    check_version(expected, before.version, f"The period {period.name}")
    kept = sum(len(digests) for digests in queries.hashes_of_draft(session, draft.id).values())
    if kept != draft.chunks:
        raise Stale(f"The period {period.name} was reviewed by somebody else meanwhile: read it again.")
    values = {
        "period": period.name,
        "first_day": period.first,
        "state": PeriodState.REVIEW.value,
        "version": before.version + 1,
        "draft_id": draft.id,
        "as_of": draft.frozen.as_of,
        "inputs": draft.frozen.inputs,
        "reviewed_by": actor_id,
        "reviewed_at": draft.frozen.as_of,
    }
    queries.save_period(session, values)
    queries.drop_drafts(session, period.name, draft.id)
    queries.drop_review(session, period.name)
    _note(session, "evaluation.review", period, {"version": before.version + 1}, actor_id, draft.frozen.as_of)


def publish(
    session: Session,
    period: Period,
    reason: str | None,
    *,
    expected: int | None,
    actor_id: UUID | None,
    now: datetime,
) -> None:
    """Publish what was reviewed: the first revision without a reason, every later one with one.

    Raises: Stale, PeriodNotReady, SameReviewer.
    """
    queries.lock_period(session, period.name)
    found = standing(session, period)
    check_version(expected, found.version, f"The period {period.name}")
    row = _reviewed(found, first=reason is None)
    if row.reviewed_by == actor_id:
        raise SameReviewer("You reviewed this period: somebody else has to publish it.")
    values = _revision(session, row, len(found.revisions) + 1, reason) | {"published_by": actor_id, "published_at": now}
    queries.publish(session, values, row.draft_id)
    queries.drop_drafts(session, period.name, None)
    state = {"state": PeriodState.PUBLISHED.value, "version": found.version + 1, "draft_id": None}
    queries.save_period(session, row._asdict() | state | {"stale_told": 0})
    detail = {"revision": values["revision"], "sha256": values["sha256"], "reason": reason}
    _note(session, "evaluation.publish", period, detail, actor_id, now)


def _revision(session: Session, row: AnyRow, number: int, reason: str | None) -> dict[str, Any]:
    """A revision of what was reviewed, under its seal."""
    manifest = {
        "period": row.period,
        "revision": number,
        "as_of": to_rfc3339(row.as_of),
        "reason": reason,
        "inputs": row.inputs,
        "parts": queries.hashes_of_draft(session, row.draft_id),
    }
    reviewed = {name: getattr(row, name) for name in ("period", "as_of", "reviewed_by", "reviewed_at")}
    return reviewed | {"revision": number, "reason": reason, "manifest": manifest, "sha256": seal(manifest)}


def _reviewed(found: Standing, *, first: bool) -> AnyRow:
    name = found.period.name
    if found.row is None or found.state is not PeriodState.REVIEW:
        raise PeriodNotReady(f"{name} is {found.state.value}: it has to be reviewed first.", state=found.state.value)
    if first and found.revisions:
        raise PeriodNotReady(f"{name} was published before: revise it, and say why.", state=found.state.value)
    if not first and not found.revisions:
        raise PeriodNotReady(f"{name} was never published: publish it.", state=found.state.value)
    return found.row


def _note(
    session: Session, action: str, period: Period, detail: Mapping[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    subject = f"evaluation_period:{period.name}"
    audit.note(session, action=action, subject=subject, detail=detail, actor_id=actor_id, now=now)


def draft_diff(session: Session, row: AnyRow) -> dict[str, Any] | None:
    """What a review would change of the revision in force; None before the first."""
    return _diff(queries.draft(session, row.draft_id, "diff"))


def revision_diff(session: Session, row: AnyRow) -> dict[str, Any] | None:
    """What a revision changed of the one before; None of the first."""
    return _diff(queries.result(session, row.period, row.revision, "diff"))


def _diff(chunks: Sequence[bytes]) -> dict[str, Any] | None:
    return None if not chunks else orjson.loads(unpacked(chunks[0]))


def find_revision(session: Session, period: Period, revision: int | None) -> AnyRow:
    """A revision of a period; None is the one in force.

    Raises: RevisionNotFound.
    """
    found = standing(session, period).revisions
    for row in found[-1:] if revision is None else found:
        if revision in {None, row.revision}:
            return row
    number = "" if revision is None else f" under the revision {revision}"
    raise RevisionNotFound(f"{period.name} was never published{number}.")


def new_draft() -> UUID:
    """The id under which a review keeps what it froze."""
    return new_id()


user_name = queries.user_name
