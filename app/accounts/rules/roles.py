"""Which role may use which verb: the one table that decides it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias


class Role(StrEnum):
    """The roles a grant can give, and `system` for what the clock does by itself.

    Source: domain.md §4
    """

    CITIZEN = "citizen"
    INSPECTOR = "inspector"
    OPERATOR = "operator"
    SHIFT_LEADER = "shift_leader"
    DISPATCHER = "dispatcher"
    HANDLER = "handler"
    UNIT_MANAGER = "unit_manager"
    SUPERVISOR = "supervisor"
    EVALUATOR = "evaluator"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SYSTEM = "system"


class Standing(StrEnum):
    """What a caller is who holds no role at the moment."""

    ANONYMOUS = "anonymous"
    NO_ROLE = "no_role"


Audience: TypeAlias = frozenset[Role | Standing]

STAFF_ROLES = frozenset(Role) - {Role.CITIZEN, Role.SYSTEM}

ANYONE: Audience = frozenset(Role) | frozenset(Standing)
# Auditors read all and write nothing, not even a report; everybody else may report, with or without a sign-in.
ANYONE_WRITING: Audience = ANYONE - {Role.AUDITOR}
SIGNED_IN: Audience = ANYONE - {Standing.ANONYMOUS}
SIGNED_IN_WRITING: Audience = SIGNED_IN - {Role.AUDITOR}
STAFF: Audience = frozenset(STAFF_ROLES) | {Role.SYSTEM}
STAFF_WRITING: Audience = STAFF - {Role.AUDITOR, Role.EVALUATOR}
DESK: Audience = frozenset({Role.OPERATOR, Role.SHIFT_LEADER, Role.DISPATCHER, Role.SUPERVISOR})
RINGING: Audience = frozenset({Role.OPERATOR, Role.SHIFT_LEADER})
ADMIN: Audience = frozenset({Role.ADMIN})
READING_ALL: Audience = frozenset({Role.ADMIN, Role.AUDITOR})

VERBS: Mapping[str, Audience] = MappingProxyType(
    {
        # One's own account.
        "me.read": SIGNED_IN,
        "users.list": STAFF,
        "users.read": READING_ALL,
        "users.admin": ADMIN,
        "me.password": SIGNED_IN,
        "organizations.list": ANYONE,
        "organizations.admin": ADMIN,
        # Ground, types and working time are public facts.
        "grid.read": ANYONE,
        "grid.import": ADMIN,
        "grid.people": STAFF,
        "catalog.read": ANYONE,
        "catalog.admin": ADMIN,
        "calendar.read": ANYONE,
        "calendar.admin": ADMIN,
        # Photos: everybody may send one and see the public copy; the untouched original shows faces and plates.
        "photo.create": ANYONE_WRITING,
        "photo.read": ANYONE,
        "photo.original": ADMIN,
        # Parts: where they stand is a public fact, whose they are and what they went through is for staff.
        "part.find": ANYONE,
        "part.read": STAFF,
        "part.admin": ADMIN,
        "part.propose": STAFF_WRITING,
        "part.decide": frozenset({Role.OPERATOR, Role.SHIFT_LEADER, Role.ADMIN}),
        # Reports.
        "report.create": ANYONE_WRITING,
        "report.track": ANYONE,
        "report.answer": ANYONE_WRITING,
        "report.read_own": SIGNED_IN,
        "report.list": SIGNED_IN,
        "report.read": SIGNED_IN,
        "report.join": SIGNED_IN_WRITING,
        "report.rate": SIGNED_IN_WRITING,
        "report.reopen": SIGNED_IN_WRITING,
        "source.list": STAFF,
        "source.admin": ADMIN,
        # Who rang is shown in plain to those who ring back, on record.
        "caller.disclose": RINGING,
        "call_back.list": RINGING | ADMIN,
        "call_back.do": RINGING,
        # Hidden from the handling unit, the inspector, the evaluator and the auditor.
        "reporter.identify": DESK | ADMIN,
        # Cases: which of them a caller sees is a WHERE clause, what they may do is the move table.
        "case.list": STAFF,
        "case.read": STAFF,
        "case.act": STAFF_WRITING,
        "case.export": STAFF,
        "case.verify_chain": STAFF,
        # On a case that they see; whoever is no administrator has no other way to an original.
        "case.original": frozenset({Role.OPERATOR, Role.SHIFT_LEADER, Role.SUPERVISOR, Role.ADMIN}),
        # What the wall shows of one's ground; what one keeps in the console.
        "figures.read": DESK | ADMIN | {Role.EVALUATOR, Role.AUDITOR, Role.UNIT_MANAGER},
        # Who reviews a period does not publish it; weights are the evaluators' trade.
        "figures.define": frozenset({Role.EVALUATOR, Role.ADMIN}),
        "figures.review": frozenset({Role.EVALUATOR}),
        "figures.publish": frozenset({Role.EVALUATOR, Role.ADMIN}),
        # To whom figures may be mailed beside the users of this system.
        "statements.admin": ADMIN,
        "overview.read": DESK | ADMIN | {Role.EVALUATOR, Role.AUDITOR},
        "console.keep": frozenset(STAFF_ROLES),
        # The live stream tells of those cases that its reader sees.
        "stream.read": STAFF,
        # One's own inbox.
        "notice.read": SIGNED_IN,
        # Papers: which of them a caller sees is a WHERE clause; which post issues which kind is data.
        "document.read": STAFF,
        "document.issue": frozenset({Role.SUPERVISOR, Role.DISPATCHER, Role.SHIFT_LEADER}),
        # Where one is reached beside it.
        "contacts.own": STAFF,
        "contacts.admin": ADMIN,
        "templates.admin": ADMIN,
        # Field work. Where people are is known to the desk of their area, and to nobody who only reads or reckons.
        "shift.work": frozenset({Role.INSPECTOR}),
        "shift.end": DESK | ADMIN | {Role.INSPECTOR},
        "shift.read": DESK | ADMIN | {Role.INSPECTOR},
        "position.read": DESK | ADMIN,
        "officer.read": DESK | ADMIN,
        "task.read_own": frozenset({Role.INSPECTOR, Role.HANDLER, Role.UNIT_MANAGER}),
        "task.answer": frozenset({Role.INSPECTOR, Role.HANDLER}),
        "routing.explain": STAFF,
        "routing.read": STAFF,
        "routing.admin": ADMIN,
        # Running the system.
        "webhooks.admin": ADMIN,
        "outbox.read": ADMIN,
        "audit.read": READING_ALL,
        # All tables of the administration as files, out and in.
        "tables.admin": ADMIN,
    }
)


def verbs_of(roles: Iterable[Role | str], *, signed_in: bool = True) -> frozenset[str]:
    """The verbs that somebody with these roles may use; without roles, those of anybody (signed in or not).

    Raises: ValueError when a role is not one of `Role`.

    Example:
        >>> "report.create" in verbs_of([], signed_in=False)
        True
        >>> "case.act" in verbs_of(["auditor"])
        False
    """
    held: set[Role | Standing] = {Role(role) for role in roles}
    if not held:
        held = {Standing.NO_ROLE if signed_in else Standing.ANONYMOUS}
    return frozenset(verb for verb, audience in VERBS.items() if not audience.isdisjoint(held))
