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
from app.reports import queries
from app.reports.service.status import leading_case

REPORTER = Standing(frozenset(), frozenset({Relation.REPORTER}))
JOINER = Standing(frozenset(), frozenset({Relation.REPORTER, Relation.JOINER}))
# What of a report's own events is personal: who sent it, in which words, from which device, with which pictures.
PERSONAL = frozenset({"actor", "description", "reason", "text", "device", "photo_ids"})

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
    command = cases.Command(Action.REOPEN, {**inputs, "report_id": report.id})
    _act(session, report, command, principal, now)


def _act(session: Session, report: ReportRow, command: cases.Command, principal: Principal, now: datetime) -> None:
    _, case = leading_case(report.cases)
    standing = JOINER if command.action is Action.MERGE else REPORTER
    cases.act_as_reporter(session, UUID(case["id"]), command, principal=principal, standing=standing, now=now)


def erase(session: Session, report: ReportRow, *, now: datetime) -> int:
    """Erase what is personal in a report: its row, its case's copy of its words, and its events' details.

    The case itself, its place and its times stay, and its chain still verifies; each case says in a `redact` event
    what went. Returns the number of events that lost something.
    """
    erased = 0
    for case in report.cases:
        seqs = queries.own_events(session, UUID(case["id"]), report.id)
        erased += cases.redact(session, UUID(case["id"]), seqs=seqs, names=PERSONAL, now=now)
    cases.forget_reporter(session, report.id)
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
            "erased_at": now,
        },
    )
    return erased
