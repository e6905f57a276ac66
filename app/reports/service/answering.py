"""What a reporter does after sending: join another case, rate, say that it is not solved, have everything erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases import service as cases
from app.cases.rules import Action, Relation, Standing
from app.core.auth import Principal
from app.core.config import config
from app.media import service as media
from app.reports import queries
from app.reports.rules import tracking_code
from app.reports.service.status import leading_case

REPORTER = Standing(frozenset(), frozenset({Relation.REPORTER}))
JOINER = Standing(frozenset(), frozenset({Relation.REPORTER, Relation.JOINER}))
# What of a report's own events is personal: who sent it, in which words, from where, with which device and pictures.
PERSONAL = frozenset({"actor", "description", "reason", "text", "position", "device", "photo_ids"})

ReportRow = Row[*tuple[Any, ...]]


def join(session: Session, report: ReportRow, case_number: str, *, principal: Principal, now: datetime) -> None:
    """The reporter says: that other case is mine too. The case their report opened is merged into it.

    Raises: IllegalMove, FactMissing (no open case with this number within 300 m).
    """
    command = cases.Command(Action.MERGE, {"into": case_number, "report_id": report.id})
    _act(session, report, command, principal, now)


def rate(
    session: Session, report: ReportRow, inputs: Mapping[str, Any], *, principal: Principal, now: datetime
) -> None:
    """The reporter rates how it was handled; once.

    Raises: IllegalMove.
    """
    command = cases.Command(Action.RATE, {**inputs, "report_id": report.id})
    _act(session, report, command, principal, now)


def reopen(
    session: Session, report: ReportRow, inputs: Mapping[str, Any], *, principal: Principal, now: datetime
) -> None:
    """The reporter says that it is not solved, with a photo, within seven days; once.

    Raises: IllegalMove, FactMissing, UnknownPhoto.
    """
    _, case = leading_case(report.cases)
    reopen_case(session, case["number"], report.id, inputs, principal=principal, now=now)


def reopen_case(
    session: Session, number: str, report_id: UUID, inputs: Mapping[str, Any], *, principal: Principal, now: datetime
) -> None:
    """Somebody says for the sender of a report, or is the sender, that a case of it is not solved.

    Raises: IllegalMove, FactMissing, UnknownPhoto.
    """
    command = cases.Command(Action.REOPEN, {**inputs, "report_id": report_id})
    cases.act_as_reporter(session, number, command, principal=principal, standing=REPORTER, now=now)


def _act(session: Session, report: ReportRow, command: cases.Command, principal: Principal, now: datetime) -> None:
    _, case = leading_case(report.cases)
    standing = JOINER if command.action is Action.MERGE else REPORTER
    cases.act_as_reporter(session, case["number"], command, principal=principal, standing=standing, now=now)


def erase(session: Session, report: ReportRow, *, now: datetime) -> int:
    """Erase what is personal in a report: its row, who rang, its cases' copies of its words, its events' details.

    Its photos stay on their cases and belong to nobody, unless their sender used them elsewhere, too.
    Cases with their places and times stay, and their chains still verify; each case that ever knew of the report (it
    may have been split or merged since) says in a `redact` event what went. Erasing again finds nothing left.
    Returns the number of events that lost something.
    """
    erased = 0
    # Before any case is locked, as whoever rings back and reopens does it.
    queries.erase_caller(session, report.id)
    queries.erase_call_backs(session, report.id, now)
    told = queries.cases_told(session, report.number, report.id)
    # Before the events forget which photos they brought.
    photos = queries.photos_of_nobody_else(session, report.id, [case_id for case_id, _ in told])
    media.forget_owner(session, photos)
    for case_id, words in told:
        seqs = queries.own_events(session, case_id, report.id)
        erased += cases.redact(session, cases.Erasure(case_id, seqs, PERSONAL, words), now=now)
    cases.forget_reporter(session, report.id)
    queries.forget_copies(session, report.id, tracking_code(config().data_key, report.id))
    queries.change_report(
        session,
        report.id,
        {
            "description": None,
            "address": None,
            "stated": None,
            "reporter_id": None,
            "flags": [],
            "sender": f"erased:{report.id}",
            "fingerprint": f"erased:{report.id}",
            "erased_at": report.erased_at or now,
        },
    )
    return erased
