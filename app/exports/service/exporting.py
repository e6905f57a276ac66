"""Exports that are jobs: asked for, begun, finished or failed, given to whoever asked, removed after a week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.core import audit
from app.core.auth import Principal
from app.core.errors import DomainError
from app.core.jobs import enqueue
from app.exports.errors import (
    ExportBroken,
    ExporterGone,
    ExportNotFound,
    ExportNotReady,
    ExportOutdated,
    ExportsUnderWay,
)
from app.exports.models import CaseExport
from app.exports.queries import register
from app.exports.rules import (
    AT_ONCE,
    ATTEMPTS,
    KEPT,
    VERBS,
    Contents,
    ExportStatus,
    Language,
    percent,
    scope_of,
    told_query,
)

AGAIN_S = 30
REMOVED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: parameters by their names, a format, a language, of what."""

    query: Mapping[str, Any]
    format: str
    language: Language
    what: Contents = Contents.CASES


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to make an export, for whoever asked, with what they may see by now."""

    export_id: UUID
    number: int
    wanted: Wanted
    principal: Principal
    asked_at: datetime

    @property
    def file_key(self) -> str:
        return f"exports/{self.export_id}-{self.number}.{self.wanted.format}"


def scope(principal: Principal) -> str:
    """What stands for everything that this principal was granted."""
    return scope_of((one.role, str(one.organization_id), one.area_code) for one in principal.grants)


def note_export(session: Session, wanted: Wanted, rows: int, *, by: UUID | None, now: datetime) -> None:
    """Write down that somebody took so many cases out of the system."""
    detail = {
        "format": str(wanted.format),
        "language": wanted.language,
        "query": told_query(wanted.query),
        "rows": rows,
    }
    audit.note(session, action="case.export", subject="cases:export", detail=detail, actor_id=by, now=now)


def request_export(session: Session, wanted: Wanted, principal: Principal, *, now: datetime) -> CaseExport:
    """Record an export and queue it; the same that waits or is being made is answered again.

    Raises: ExportsUnderWay.
    """
    user_id = _id_of(principal)
    register.lock_exports_of(session, user_id)
    busy = register.under_way(session, user_id)
    for one in busy:
        if (one.what, one.query, one.format, one.language) == (wanted.what, dict(wanted.query), *_written(wanted)):
            return one
    if len(busy) >= AT_ONCE:
        raise ExportsUnderWay(
            f"{len(busy)} of your exports are being made: wait until one is ready, or ask for fewer cases.",
            retry_after_s=AGAIN_S,
            exports=[str(one.id) for one in busy],
        )
    row = {"user_id": user_id, "what": wanted.what, "query": dict(wanted.query)}
    row |= zip(("format", "language"), _written(wanted), strict=True)
    made = register.add_export(session, {**row, "scope": scope(principal), "created_at": now, "expires_at": now + KEPT})
    if wanted.what is Contents.CASES:
        enqueue(session, "exports.make_file", export_id=str(made.id))
    else:
        enqueue(session, "analysis.make_report", export_id=str(made.id))
    return made


def _written(wanted: Wanted) -> tuple[str, Language]:
    return wanted.format, wanted.language


def _id_of(principal: Principal) -> UUID:
    if principal.id is None:
        raise ExportNotFound("Exports belong to people who are signed in.")
    return principal.id


def begin(session: Session, export_id: UUID, *, now: datetime) -> Attempt | None:
    """Begin an export, or begin it afresh after a stop; None where nothing is to be done any more.

    Whatever an earlier attempt wrote does not count. Contents the person may see is asked anew.
    """
    found = register.export(session, export_id, locked=True)
    if found is None or found.status in {ExportStatus.READY, ExportStatus.FAILED}:
        return None
    principal = accounts.absent_principal(session, found.user_id, now=now)
    if principal is None or not principal.may(VERBS[Contents(found.what)]):
        fail(session, export_id, ExporterGone("Whoever asked for it may not do so any more."), now=now)
        return None
    if found.attempts >= ATTEMPTS:
        stopped = f"It was begun {found.attempts} times and stopped each time: ask again, or for fewer cases."
        fail(session, export_id, ExportBroken(stopped), now=now)
        return None
    number = found.attempts + 1
    row = {"status": ExportStatus.RUNNING, "attempts": number, "rows": 0, "started_at": now, "scope": scope(principal)}
    register.change_export(session, export_id, row)
    wanted = Wanted(found.query, found.format, "en" if found.language == "en" else "zh-CN", Contents(found.what))
    return Attempt(export_id, number, wanted, principal, now)


def expect(session: Session, attempt: Attempt, cases: int) -> None:
    """Say how many cases there are."""
    register.change_export(session, attempt.export_id, {"expected": cases})


def note_progress(session: Session, attempt: Attempt, rows: int) -> bool:
    """Say how many are written; false where another attempt was begun, which this one leaves the work to."""
    return register.note_rows(session, attempt.export_id, attempt.number, rows)


def finish(session: Session, attempt: Attempt, rows: int, size_bytes: int, *, now: datetime) -> bool:
    """Give the file to whoever asked, on record; false where another attempt was begun."""
    found = register.export(session, attempt.export_id, locked=True)
    if found is None or found.status != ExportStatus.RUNNING or found.attempts != attempt.number:
        return False
    row = {"status": ExportStatus.READY, "rows": rows, "expected": rows, "file_key": attempt.file_key}
    register.change_export(session, attempt.export_id, {**row, "size_bytes": size_bytes, "finished_at": now})
    if attempt.wanted.what is Contents.CASES:
        note_export(session, attempt.wanted, rows, by=attempt.principal.id, now=now)
    return True


def fail(session: Session, export_id: UUID, why: DomainError, *, now: datetime) -> None:
    """Record why there will be no file."""
    problem = {"type": f"/problems/{why.slug}", "title": why.title, "detail": why.detail}
    row = {"status": ExportStatus.FAILED, "problem": problem, "finished_at": now}
    register.change_export(session, export_id, row)


def own_export(session: Session, export_id: UUID, principal: Principal) -> CaseExport:
    """An export of the principal's.

    Raises: ExportNotFound.
    """
    found = register.own_export(session, export_id, _id_of(principal))
    if found is None:
        raise ExportNotFound(f"You have no export {export_id}: they are removed after {KEPT.days} days.")
    return found


def own_exports(session: Session, principal: Principal) -> Sequence[CaseExport]:
    """The newest exports of the principal."""
    return register.own_exports(session, _id_of(principal))


def own_file(session: Session, export_id: UUID, principal: Principal) -> CaseExport:
    """An export of the principal's that has a file which they may still see.

    Raises: ExportNotFound, ExportNotReady, ExportOutdated.
    """
    found = own_export(session, export_id, principal)
    if found.problem is not None:
        raise ExportNotReady(f"It could not be made: {found.problem['detail']}", export_status=found.status)
    if found.file_key is None:
        done = percent(found.rows, found.expected, found.status)
        raise ExportNotReady(f"It is {done} % done: ask for the export until it is ready.", export_status=found.status)
    if found.scope != scope(principal):
        raise ExportOutdated("It holds what your grants let you see then: ask for a new export.")
    return found


def outlived(session: Session, *, now: datetime) -> list[tuple[UUID, str | None]]:
    """Exports whose time is over, with their files; some of them where there are many."""
    return [(one.id, one.file_key) for one in register.outlived(session, now, REMOVED_AT_ONCE)]


def forget(session: Session, export_id: UUID) -> None:
    """Forget an export whose file is gone."""
    register.remove_export(session, export_id)


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the files that an export names; others are of attempts that were stopped."""
    return register.known_keys(session, keys)


def shown(export: CaseExport) -> dict[str, Any]:
    """An export as the API shows it."""
    names = ("id", "what", "status", "rows", "expected", "format", "language", "query", "size_bytes", "problem")
    at = ("created_at", "finished_at", "expires_at")
    return {
        **{name: getattr(export, name) for name in (*names, *at)},
        "progress": percent(export.rows, export.expected, export.status),
        "file": f"/api/v1/exports/{export.id}/file" if export.file_key else None,
    }
