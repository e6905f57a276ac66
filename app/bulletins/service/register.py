"""Bulletins as jobs: asked for, begun, finished or failed, given to whoever may see them, drafts removed in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.bulletins.errors import BulletinBroken, BulletinNotFound, BulletinNotReady, BulletinsUnderWay
from app.bulletins.models import Bulletin
from app.bulletins.queries import register
from app.bulletins.rules import AT_ONCE, ATTEMPTS, DRAFTS_KEPT, BulletinFormat, BulletinState, Language, file_name
from app.bulletins.service.gathering import record_of
from app.bulletins.service.templates import find_template
from app.core import audit
from app.core.errors import DomainError
from app.core.jobs import enqueue
from app.evaluation.rules.periods import Period, period_of

AGAIN_S = 30
REMOVED_AT_ONCE = 500
READY = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which bulletin is wanted; `revision` None is the one in force, `serial` None leaves room for the number."""

    period: Period
    revision: int | None
    draft: bool
    format: BulletinFormat
    language: Language
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to make a bulletin, by a version of the texts."""

    bulletin_id: UUID
    number: int
    wanted: Wanted
    template: int

    @property
    def file_key(self) -> str:
        return f"bulletins/{self.bulletin_id}-{self.number}.{self.wanted.format}"


def request_bulletin(session: Session, wanted: Wanted, *, actor_id: UUID | None, now: datetime) -> Bulletin:
    """Record a bulletin and queue it; the same that waits or is being made is answered again.

    Raises: RevisionNotFound, PeriodNotReady, BulletinsUnderWay.
    """
    register.lock_bulletins(session)
    record = record_of(session, wanted.period, wanted.revision, draft=wanted.draft)
    kept = find_template(session, wanted.language)
    row = {
        "period": wanted.period.name,
        "revision": record.revision,
        "draft": wanted.draft,
        "format": wanted.format,
        "language": wanted.language,
        "serial": wanted.serial,
        "template": 0 if kept is None else kept.version,
    }
    busy = register.under_way(session)
    for one in busy:
        if all(getattr(one, name) == value for name, value in row.items()):
            return one
    if len(busy) >= AT_ONCE:
        detail = f"{len(busy)} bulletins are being made: wait until one is ready."
        raise BulletinsUnderWay(detail, retry_after_s=AGAIN_S)
    made = register.add_bulletin(session, {**row, "asked_by": actor_id, "asked_at": now})
    audit.note(
        session,
        action="bulletin.make",
        subject=f"evaluation_period:{wanted.period.name}",
        detail={name: row[name] for name in ("revision", "draft", "format", "language", "serial", "template")},
        actor_id=actor_id,
        now=now,
    )
    enqueue(session, "bulletins.make_file", bulletin_id=str(made.id))
    return made


def begin(session: Session, bulletin_id: UUID, *, now: datetime) -> Attempt | None:
    """Begin a bulletin, or begin it afresh after a stop; None where nothing is to be done any more."""
    found = register.bulletin(session, bulletin_id, locked=True)
    if found is None or found.state in {BulletinState.READY, BulletinState.FAILED}:
        return None
    if found.attempts >= ATTEMPTS:
        stopped = f"It was begun {found.attempts} times and stopped each time: ask again."
        fail(session, bulletin_id, BulletinBroken(stopped), now=now)
        return None
    number = found.attempts + 1
    row = {"state": BulletinState.RUNNING, "attempts": number, "progress": 0}
    register.change_bulletin(session, bulletin_id, row)
    wanted = Wanted(
        period_of(found.period),
        found.revision,
        found.draft,
        BulletinFormat(found.format),
        Language(found.language),
        found.serial,
    )
    return Attempt(bulletin_id, number, wanted, found.template)


def note_progress(session: Session, attempt: Attempt, progress: int) -> bool:
    """Say how far it is; false where another attempt was begun, which this one leaves the work to."""
    return register.note_progress(session, attempt.bulletin_id, attempt.number, progress)


def finish(session: Session, attempt: Attempt, size_bytes: int, sha256: str, *, now: datetime) -> bool:
    """Give the file to those who may see it; false where another attempt was begun."""
    found = register.bulletin(session, attempt.bulletin_id, locked=True)
    if found is None or found.state != BulletinState.RUNNING or found.attempts != attempt.number:
        return False
    row = {"state": BulletinState.READY, "progress": READY, "file_key": attempt.file_key, "sha256": sha256}
    register.change_bulletin(session, attempt.bulletin_id, {**row, "size_bytes": size_bytes, "made_at": now})
    return True


def fail(session: Session, bulletin_id: UUID, why: DomainError, *, now: datetime) -> None:
    """Record why there will be no file."""
    problem = {"type": f"/problems/{why.slug}", "title": why.title, "detail": why.detail}
    row: Mapping[str, Any] = {"state": BulletinState.FAILED, "problem": problem, "made_at": now}
    register.change_bulletin(session, bulletin_id, row)


def find_bulletin(session: Session, period: Period, bulletin_id: UUID, *, drafts: bool) -> Bulletin:
    """A bulletin of a period; `drafts`: also one that was made of a draft.

    Raises: BulletinNotFound.
    """
    found = register.bulletin_of(session, period.name, bulletin_id, drafts=drafts)
    if found is None:
        raise BulletinNotFound(f"There is no bulletin {bulletin_id} of {period.name} that you may see.")
    return found


def bulletins_of(session: Session, period: Period, *, drafts: bool) -> Sequence[Bulletin]:
    """The newest bulletins of a period; `drafts`: also those that were made of drafts."""
    return register.bulletins_of(session, period.name, drafts=drafts)


def bulletin_with_file(session: Session, period: Period, bulletin_id: UUID, *, drafts: bool) -> Bulletin:
    """A bulletin that has a file.

    Raises: BulletinNotFound, BulletinNotReady.
    """
    found = find_bulletin(session, period, bulletin_id, drafts=drafts)
    if found.problem is not None:
        raise BulletinNotReady(f"It could not be made: {found.problem['detail']}", state=found.state)
    if found.file_key is None:
        raise BulletinNotReady(f"It is {found.progress} % done: ask until it is ready.", state=found.state)
    return found


def old_drafts(session: Session, *, now: datetime) -> list[tuple[UUID, str | None]]:
    """Bulletins of drafts that were kept for long enough, with their files; some of them where there are many."""
    return [(one.id, one.file_key) for one in register.old_drafts(session, now - DRAFTS_KEPT, REMOVED_AT_ONCE)]


def forget(session: Session, bulletin_id: UUID) -> None:
    """Forget a bulletin whose file is gone."""
    register.remove_bulletin(session, bulletin_id)


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the files that a bulletin names; others are of attempts that were stopped."""
    return register.known_keys(session, keys)


def name_of(found: Bulletin) -> str:
    """What the file of a bulletin is called."""
    return file_name(found.period, found.revision, found.language, BulletinFormat(found.format), draft=found.draft)


def shown(found: Bulletin) -> dict[str, Any]:
    """A bulletin as the API shows it."""
    names = ("id", "period", "revision", "draft", "format", "language", "serial", "template", "state", "progress")
    more = ("sha256", "problem", "asked_at", "made_at")
    place = f"/api/v1/evaluation/periods/{found.period}/bulletins/{found.id}/file"
    return {
        **{name: getattr(found, name) for name in (*names, *more)},
        "name": name_of(found),
        "bytes": found.size_bytes,
        "file": place if found.file_key else None,
    }
