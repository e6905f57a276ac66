"""What a city promises by where a report came from: who enters it, who looks first, by when, with which reply."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from app.accounts.rules import Role
from app.catalog.rules import Limit
from app.core.errors import Fault
from app.sla.errors import BadSource
from app.sla.rules.calendar import Calendar
from app.sla.rules.clocks import Stage
from app.sla.rules.working_time import budget


class Source(StrEnum):
    """Who or what brought the case to the city's notice."""

    CITIZEN = "citizen"
    INSPECTOR = "inspector"
    HOTLINE = "hotline"
    VIDEO = "video"
    SECRET_INSPECTION = "secret_inspection"  # noqa: S105 - 暗访, an unannounced visit, not a password
    PLANNED_INSPECTION = "planned_inspection"
    MEDIA = "media"
    SUPERIOR = "superior"
    OPEN311 = "open311"


class Reply(StrEnum):
    """What whoever reported it gets when the case ends."""

    NONE = "none"
    MESSAGE = "message"
    CALL_BACK = "call_back"


NEVER_VERIFIED = frozenset({Source.INSPECTOR, Source.PLANNED_INSPECTION})
"""An inspector stood there already. Source: domain.md §5"""
ENTERING_ROLES = frozenset(Role) - {Role.SYSTEM, Role.AUDITOR}
"""Roles that may enter reports at all: the auditor writes nothing, the system sees nothing."""


@dataclass(frozen=True, slots=True)
class SourceRule:
    """The rule of one source.

    Shape:  `reply_limit` only where the reply is a call-back. `limits` override those of the stages; that of handling
            is a cap on the filing condition's.
    """

    source: Source
    name_zh: str
    name_en: str
    entered_by: frozenset[Role]
    needs_verification: bool = False
    reply: Reply = Reply.NONE
    reply_limit: Limit | None = None
    active: bool = True
    limits: Mapping[Stage, Limit] = field(default_factory=lambda: MappingProxyType({}))

    def may_be_entered_by(self, roles: Iterable[str]) -> bool:
        """Whether somebody with these roles may say that a report is of this source."""
        return self.active and not self.entered_by.isdisjoint(roles)


def check_source(rule: SourceRule) -> None:
    """Refuse a rule that would leave reports without a way in, or promise what cannot be kept.

    Raises: BadSource with a fault for each thing to change.
    """
    faults = [
        Fault(pointer, detail)
        for pointer, detail, wrong in (
            ("/name_zh", "say what the city calls it", not rule.name_zh.strip()),
            ("/name_en", "say what it is called in English", not rule.name_en.strip()),
            ("/entered_by", f"roles are {', '.join(sorted(ENTERING_ROLES))}", bool(rule.entered_by - ENTERING_ROLES)),
            ("/entered_by", "citizens may always report", _shuts_citizens_out(rule)),
            ("/active", "citizens may always report", rule.source is Source.CITIZEN and not rule.active),
            ("/needs_verification", "an inspector saw it already", _seen_already(rule)),
            ("/reply_limit", "say within what time to call back", _owes_limit(rule)),
            ("/reply_limit", "only a call-back has a limit: leave it out", _idle_limit(rule)),
            ("/reply_limit", "must be above 0", rule.reply_limit is not None and rule.reply_limit.amount == 0),
            ("/limits", "a limit is above 0", any(limit.amount == 0 for limit in rule.limits.values())),
        )
        if wrong
    ]
    if faults:
        raise BadSource(f"The rule of {rule.source} cannot be kept like this.", faults=faults)


def _shuts_citizens_out(rule: SourceRule) -> bool:
    return rule.source is Source.CITIZEN and Role.CITIZEN not in rule.entered_by


def _seen_already(rule: SourceRule) -> bool:
    return rule.needs_verification and rule.source in NEVER_VERIFIED


def _owes_limit(rule: SourceRule) -> bool:
    return rule.reply is Reply.CALL_BACK and rule.reply_limit is None


def _idle_limit(rule: SourceRule) -> bool:
    return rule.reply is not Reply.CALL_BACK and rule.reply_limit is not None


def capped(limit: Limit, cap: Limit | None, calendar: Calendar) -> Limit:
    """The smaller of a limit and a cap.

    A cap holds for limits of its own kind of time: working time and time that runs day and night do not compare,
    there the limit stays as it is. So the answer always runs as the limit did.

    Example:
        >>> from datetime import time
        >>> from decimal import Decimal
        >>> from app.catalog.rules import Unit
        >>> city = Calendar("city", 1, "Asia/Shanghai", (((time(8), time(12)), (time(14), time(18))),) * 5 + ((), ()))
        >>> cap = Limit(Decimal(2), Unit.WORKING_DAY)
        >>> capped(Limit(Decimal(40), Unit.WORKING_HOUR), cap, city) == cap
        True
        >>> capped(Limit(Decimal(30), Unit.NATURAL_DAY), cap, city).unit.value
        'natural_day'
    """
    if cap is None or cap.unit.runs_always is not limit.unit.runs_always:
        return limit
    return cap if budget(cap, calendar) < budget(limit, calendar) else limit
