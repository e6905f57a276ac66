"""What an actor is to one case: the roles whose grants cover it and the relations that hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.rules import Role, verbs_of
from app.cases import queries
from app.cases.rules import SYSTEM, Relation, Standing, State
from app.core.auth import Principal

# Who has the case in each state, so that a colleague may take it over. Source: domain.md §5.
HOLDING_ROLES: Mapping[State, frozenset[Role]] = {
    State.RECEIVED: frozenset({Role.OPERATOR}),
    State.VERIFYING: frozenset({Role.INSPECTOR}),
    State.TO_FILE: frozenset({Role.OPERATOR, Role.SHIFT_LEADER}),
    State.TO_DISPATCH: frozenset({Role.DISPATCHER}),
    State.HANDLING: frozenset({Role.HANDLER, Role.UNIT_MANAGER}),
    State.ON_HOLD: frozenset({Role.DISPATCHER, Role.UNIT_MANAGER}),
    State.TO_CHECK: frozenset({Role.INSPECTOR}),
    State.TO_CLOSE: frozenset({Role.SHIFT_LEADER}),
}
# Their grant reaches the cases of their organisation, wherever these lie; all others' reach their areas.
BY_ORGANIZATION = frozenset({Role.UNIT_MANAGER, Role.HANDLER})
TASK_OF = {State.VERIFYING: "verify", State.TO_CHECK: "check"}


def standing_of(session: Session, case: Mapping[str, Any], principal: Principal, now: datetime) -> Standing:
    """The actor's roles and relations to the case."""
    if principal.kind == "system":
        return SYSTEM
    if principal.id is None:
        return Standing(frozenset())
    reported, tasks = queries.own_relations(session, case["id"], principal.id)
    roles = _covering(case, principal)
    if Role.INSPECTOR in principal.roles and (reported or tasks):
        # Whoever reported it or was asked about it acts on it, wherever it lies.
        roles |= {Role.INSPECTOR}
    state = State(case["state"])
    holds = {
        Relation.REPORTER: reported,
        Relation.ASKED: TASK_OF.get(state, "") in tasks,
        Relation.LEAD_UNIT: case["lead_id"] in principal.organizations(Role.UNIT_MANAGER),
        Relation.HELPER_UNIT: helping_unit(case, principal) is not None,
        Relation.ASSIGNED: case["handler_id"] == principal.id,
        Relation.UNMANAGED: _unmanaged(session, case, roles, now),
        Relation.NOT_HANDLER: case["handler_id"] != principal.id,
        Relation.SAME_ROLE: _may_take_over(session, case, principal, roles, tasks),
    }
    return Standing(roles, frozenset(relation for relation, held in holds.items() if held))


def identifies(case: Mapping[str, Any], principal: Principal) -> bool:
    """Whether the principal may know who reported the case: by a grant that covers it, not by one for elsewhere."""
    cell: str = case["current_cell"]
    return principal.kind == "system" or any(
        "reporter.identify" in verbs_of([grant.role]) and cell.startswith(grant.area_code) for grant in principal.grants
    )


def helping_unit(case: Mapping[str, Any], principal: Principal) -> UUID | None:
    """The organisation that helps the lead and in which the principal manages or handles; None: there is none."""
    mine = principal.organizations(*BY_ORGANIZATION)
    return next((helper for helper in case["helper_ids"] if helper in mine), None)


def _covering(case: Mapping[str, Any], principal: Principal) -> frozenset[Role]:
    cell: str = case["current_cell"]
    units: list[UUID] = case["unit_ids"]
    reaching = {
        Role(grant.role)
        for grant in principal.grants
        if (grant.organization_id in units if grant.role in BY_ORGANIZATION else cell.startswith(grant.area_code))
    }
    return frozenset(reaching)


def _unmanaged(session: Session, case: Mapping[str, Any], roles: frozenset[Role], now: datetime) -> bool:
    """Nobody manages the lead; looked up only for those to whom it matters, who dispatch where it is handled."""
    lead: UUID | None = case["lead_id"]
    if case["state"] != State.HANDLING or Role.DISPATCHER not in roles or lead is None:
        return False
    return not queries.has_manager(session, lead, now)


def _may_take_over(
    session: Session, case: Mapping[str, Any], principal: Principal, roles: frozenset[Role], tasks: list[str]
) -> bool:
    """Somebody else of the same role and organisation has it now.

    What nobody holds in person is the desk's or the unit's: there any colleague of the role may take it.
    """
    state = State(case["state"])
    holding = HOLDING_ROLES.get(state, frozenset()) & roles
    if not holding or case["holder_id"] == principal.id or TASK_OF.get(state, "-") in tasks:
        return False
    if state is State.TO_CHECK and case["handler_id"] == principal.id:
        return False  # who handled it is not asked to check it
    if holding & BY_ORGANIZATION:
        mine = principal.organizations(*BY_ORGANIZATION)
        return case["lead_id"] in mine and case["handler_id"] != principal.id
    holders = [] if case["holder_id"] is None else [case["holder_id"]]
    if state in TASK_OF:
        holders = list(queries.task_holders(session, case["id"], TASK_OF[state]))
    posts = [(grant.role, grant.organization_id) for grant in principal.grants if grant.role in holding]
    return not holders or queries.shares_post(session, holders, posts, case["updated_at"])
