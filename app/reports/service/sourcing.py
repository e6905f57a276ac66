"""Of which source a report is: what its sender says as far as their roles may, else what their role stands for."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.cases.rules import Source
from app.core.auth import Principal
from app.core.config import config
from app.core.errors import Fault, Invalid
from app.reports import queries
from app.reports.errors import SourceNotYours
from app.reports.rules import Caller, SubmitReport, keyed_hash, source_of
from app.sla import service as sla
from app.sla.rules import Reply, SourceRule


def sourced(session: Session, command: SubmitReport, principal: Principal) -> Source:
    """The source of a report, which its sender may enter; a caller only where the city rings back.

    Raises: Invalid, SourceNotYours.
    """
    rules = sla.timing(session).sources
    if command.source is None:
        found = source_of(principal.roles, rules)
    else:
        _check_stated(rules[command.source], principal)
        found = command.source
    if command.caller is not None and (principal.kind != "staff" or rules[found].reply is not Reply.CALL_BACK):
        fault = Fault("/caller", "leave it out, or enter the call as a report of a source with call-backs: hotline")
        raise Invalid(f"Nobody is rung back about reports of the source {found}.", faults=[fault])
    return found


def _check_stated(rule: SourceRule, principal: Principal) -> None:
    if principal.kind != "staff":
        raise Invalid("Only staff say where a report comes from.", faults=[Fault("/source", "leave it out")])
    if not rule.active:
        raise Invalid(
            f"The city takes no reports of the source {rule.source} at present.",
            faults=[Fault("/source", "GET /sources lists those that are in use")],
        )
    if not rule.may_be_entered_by(principal.roles):
        may = sorted(rule.entered_by)
        people = ", ".join(may) or "nobody (it comes by its own interface)"
        raise SourceNotYours(
            f"Reports of the source {rule.source} are entered by: {people}.", source=rule.source.value, entered_by=may
        )


def keep_caller(session: Session, row: dict[str, Any], caller: Caller) -> None:
    """Write down who rang about a report."""
    queries.add_caller(
        session,
        {
            "report_id": row["id"],
            "name": caller.name,
            "phone": caller.phone,
            "phone_hash": phone_hash(caller.phone),
            "call_back": caller.call_back,
            "language": caller.language,
            "created_at": row["received_at"],
            "forgotten_at": None,
        },
    )


def phone_hash(phone: str) -> str:
    """The same for the same number, and nothing that tells which it is."""
    return keyed_hash(config().data_key, "caller", phone).hex()
