"""Which cases a principal sees: one WHERE clause, used by every query that shows or locks a case.

Source: domain.md §4.
"""

from __future__ import annotations

from collections.abc import Hashable
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import aliased

from app.accounts.rules import Role
from app.cases.models import Case, CaseReport, CaseTask
from app.cases.rules import State
from app.core.auth import Principal
from app.grid.models import DutyZonePerson

# Roles that see every case in their areas.
BY_AREA = (
    Role.OPERATOR,
    Role.SHIFT_LEADER,
    Role.DISPATCHER,
    Role.SUPERVISOR,
    Role.EVALUATOR,
    Role.AUDITOR,
    Role.ADMIN,
)
CITY_DIGITS = 4
"""The code of a city is at most so long, those of its districts are longer (GB/T 2260)."""
_LAST = "\U0010ffff"
# Named once: a name made anew costs every statement a millisecond.
_ELSEWHERE = aliased(Case, name="elsewhere")
MASKED = frozenset({Role.EVALUATOR, Role.AUDITOR})
SHARED = func.cardinality(Case.unit_ids) > case((Case.lead_id.is_(None), 0), else_=1)
"""Another organisation than the lead is among those that ever had the case. Every lead is among them as well."""


def visible(principal: Principal, by_area: tuple[Role, ...] = BY_AREA) -> ColumnElement[bool]:
    """The clause that holds for the cases this principal may see; false for citizens and anonymous callers."""
    return or_(*reasons(principal, by_area))


def reasons(principal: Principal, by_area: tuple[Role, ...] = BY_AREA) -> list[ColumnElement[bool]]:
    """Why the principal sees a case: one clause for each reason, at least one of which has to hold."""
    if principal.kind == "system":
        return [true()]
    if principal.kind != "staff" or principal.id is None:
        return [false()]
    clauses, rare = shared_reasons(principal, by_area), rare_reasons(principal)
    return [*clauses, *(and_(*elsewhere(principal, by_area), reason) for reason in rare)]


def shared_reasons(principal: Principal, by_area: tuple[Role, ...] = BY_AREA) -> list[ColumnElement[bool]]:
    """Those of the reasons that are the same for everybody with the same `sight`: the ground, and what a unit has."""
    prefixes = principal.areas(*by_area)
    clauses = [_in_areas(prefixes)] if prefixes else []
    units = principal.organizations(Role.UNIT_MANAGER)
    if units:
        # What a unit leads is read in the order of one index; what it had or helps with beside is a small part of all.
        clauses += [Case.lead_id.in_(units), and_(SHARED, Case.unit_ids.overlap(list(units)))]
    return clauses


def sight(principal: Principal) -> Hashable:
    """What the shared reasons depend on: equal for members of staff who see the same by them."""
    return principal.areas(*BY_AREA), frozenset(principal.organizations(Role.UNIT_MANAGER))


def sees_only_reported(principal: Principal) -> bool:
    """Whether, beside what is shared, they see nothing but what they reported themselves."""
    return not principal.roles & {Role.INSPECTOR, Role.HANDLER}


def elsewhere(principal: Principal, by_area: tuple[Role, ...] = BY_AREA) -> list[ColumnElement[bool]]:
    """What has to hold for rare reasons to add anything; empty for who does not see a whole city anyway."""
    city = [prefix for prefix in principal.areas(*by_area) if len(prefix) <= CITY_DIGITS]
    return [_beyond(city[0])] if city else []


def _beyond(prefix: str) -> ColumnElement[bool]:
    """Whether there is any case on other ground, asked once a statement: for who sees the whole city, nothing is added
    by what they reported, and that may be a hundred thousand.
    """
    if not prefix:
        return false()
    # These operators are those of the index ix_cases_current_cell.
    before = exists().where(_ELSEWHERE.current_cell.op("~<~", is_comparison=True)(prefix))
    after = exists().where(_ELSEWHERE.current_cell.op("~>=~", is_comparison=True)(prefix + _LAST))
    return or_(before, after)


def rare_reasons(principal: Principal) -> list[ColumnElement[bool]]:
    """Those of the reasons that hold for few cases: what somebody patrols, was asked, handles or reported."""
    if principal.kind != "staff" or principal.id is None:
        return []
    clauses = []
    if Role.INSPECTOR in principal.roles:
        clauses += _of_inspector(principal)
    if Role.HANDLER in principal.roles:
        clauses.append(Case.handler_id == principal.id)
        clauses.append(_helped_by(principal.organizations(Role.HANDLER)))
    clauses.append(_reported_by(principal))
    return clauses


def _in_areas(prefixes: tuple[str, ...]) -> ColumnElement[bool]:
    if "" in prefixes:
        return true()
    return or_(*(Case.current_cell.startswith(prefix, autoescape=True) for prefix in prefixes))


def zones_of(principal: Principal) -> Select[str]:
    """The codes of the duty zones that somebody patrols now."""
    return select(DutyZonePerson.zone_code).where(
        DutyZonePerson.user_id == principal.id,
        DutyZonePerson.valid_from <= func.now(),
        or_(DutyZonePerson.valid_to.is_(None), DutyZonePerson.valid_to > func.now()),
    )


def _of_inspector(principal: Principal) -> list[ColumnElement[bool]]:
    """Cases in their zones, and those they were ever asked about."""
    zones = zones_of(principal)
    asked = exists().where(and_(CaseTask.case_id == Case.id, CaseTask.assignee_id == principal.id))
    return [Case.zone_code.in_(zones), asked]


def _helped_by(units: tuple[UUID, ...]) -> ColumnElement[bool]:
    """What is handled with the help of these organisations."""
    return and_(Case.state == State.HANDLING.value, Case.helper_ids.overlap(list(units)))


def _reported_by(principal: Principal) -> ColumnElement[bool]:
    return exists().where(and_(CaseReport.case_id == Case.id, CaseReport.reporter_id == principal.id))


def shown_plainly(principal: Principal) -> ColumnElement[bool]:
    """The clause that holds for those visible cases whose people and words this principal may see.

    It is case by case: an evaluator of the city who inspects one zone sees that zone's cases as an inspector does.
    """
    if not principal.roles & MASKED:
        return true()
    return visible(principal, tuple(role for role in BY_AREA if role not in MASKED))
