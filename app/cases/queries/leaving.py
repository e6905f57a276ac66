"""What people who leave had in person, and what still depends on an organisation that shall close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, or_, select, text, union_all
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.rules import END_STATES
from app.parts.models import Part
from app.routing.models import PartOwner, RoutingRule, ShopfrontContract

_MOST_NAMED = 50

# Whoever holds one of these roles now can still do it; a handler only where their grant is of the unit that leads.
_STILL = """
    EXISTS (SELECT FROM grants g JOIN users u ON u.id = g.user_id
             WHERE g.user_id = {person} AND u.disabled_at IS NULL AND {role}
               AND g.valid_from <= :now AND (g.valid_to IS NULL OR g.valid_to > :now))"""
_INSPECTS = _STILL.format(person="t.assignee_id", role="g.role = 'inspector'")
_WORKS_FOR_LEAD = _STILL.format(
    person="t.assignee_id", role="g.role IN ('handler', 'unit_manager') AND g.organization_id = c.lead_id"
)
_HOLDS = _STILL.format(
    person="c.holder_id", role="g.role IN (SELECT jsonb_array_elements_text(CAST(:posts AS jsonb) -> c.state))"
)
_LEFT_TASK = f"""
    t.case_id = c.id AND t.closed_at IS NULL AND (CAST(:person AS uuid) IS NULL OR t.assignee_id = :person)
    AND NOT CASE t.kind WHEN 'handle' THEN {_WORKS_FOR_LEAD} ELSE {_INSPECTS} END"""
_LEFT_HOLD = f"""
    c.holder_id IS NOT NULL AND (CAST(:person AS uuid) IS NULL OR c.holder_id = :person) AND NOT {_HOLDS}"""
_LEFT = f"""
      FROM cases c
     WHERE c.state NOT IN ('closed', 'rejected', 'void', 'merged') AND c.id <> ALL (CAST(:without AS uuid[]))
       AND (EXISTS (SELECT FROM case_tasks t WHERE {_LEFT_TASK}) OR {_LEFT_HOLD})
     ORDER BY c.number
     LIMIT :most"""
_NUMBERS = text(f"SELECT c.number {_LEFT}")
_LOCKED = text(f"SELECT c.id {_LEFT} FOR NO KEY UPDATE OF c SKIP LOCKED")
_TASKS = text(f"""
    SELECT t.id, t.kind, t.assignee_id, t.created_at, t.offered_at FROM cases c, case_tasks t
     WHERE c.id = :case AND {_LEFT_TASK}
     ORDER BY t.created_at, t.id
       FOR UPDATE OF t""")  # noqa: S608 -- as above
_RELEASE = text(f"UPDATE cases c SET holder_id = NULL WHERE c.id = :case AND {_LEFT_HOLD} RETURNING c.id")  # noqa: S608 -- as above

_MANAGER = text("""
    SELECT g.user_id FROM grants g JOIN users u ON u.id = g.user_id AND u.disabled_at IS NULL
     WHERE g.role = 'unit_manager' AND g.organization_id = :unit
       AND g.valid_from <= :now AND (g.valid_to IS NULL OR g.valid_to > :now)
     ORDER BY (SELECT count(*) FROM case_tasks t WHERE t.assignee_id = g.user_id AND t.closed_at IS NULL), g.user_id
     LIMIT 1""")


def left_numbers(
    session: Session, person: UUID, posts: Mapping[str, Sequence[str]], now: datetime, most: int
) -> Sequence[str]:
    """The numbers of the open cases that this person has in person and can do nothing about any more.

    Shape: posts has for each state the roles of whoever may hold a case in it.
    """
    return session.execute(_NUMBERS, _values(person, posts, now) | {"most": most, "without": []}).scalars().all()


def lock_left(
    session: Session,
    person: UUID | None,
    posts: Mapping[str, Sequence[str]],
    now: datetime,
    *,
    most: int,
    without: Sequence[UUID],
) -> Sequence[UUID]:
    """Open cases that this person, or anybody, has left; locked, those that somebody acts on left out."""
    values = _values(person, posts, now) | {"most": most, "without": [str(one) for one in without]}
    return session.execute(_LOCKED, values).scalars().all()


def left_tasks(session: Session, case_id: UUID, now: datetime) -> Sequence[Row[Any]]:
    """The open tasks of a locked case whose people cannot do them any more: (id, kind, assignee_id, …), locked."""
    return session.execute(_TASKS, {"case": case_id, "person": None, "now": now}).all()


def release(session: Session, case_id: UUID, posts: Mapping[str, Sequence[str]], now: datetime) -> bool:
    """The case belongs to its desk again where whoever took it over has left; whether it did."""
    return session.execute(_RELEASE, _values(None, posts, now) | {"case": case_id}).scalar() is not None


def manager_of(session: Session, organization_id: UUID, now: datetime) -> UUID | None:
    """The manager of a unit with the fewest open tasks."""
    return session.execute(_MANAGER, {"unit": organization_id, "now": now}).scalar()


def _values(person: UUID | None, posts: Mapping[str, Sequence[str]], now: datetime) -> dict[str, Any]:
    return {"person": person, "posts": orjson.dumps(dict(posts)).decode(), "now": now}


def uses_of(session: Session, organization_id: UUID, today: date) -> dict[str, list[str]]:
    """The open cases that an organisation leads or helps, the routing rules that name it, and the parts and contracts
    that are bound to it; at most 50 of each.
    """
    numbers = (
        select(Case.number)
        .where(
            Case.state.notin_(sorted(END_STATES)),
            or_(Case.lead_id == organization_id, Case.helper_ids.contains([organization_id])),
        )
        .order_by(Case.number)
        .limit(_MOST_NAMED)
    )
    rules = (
        select(RoutingRule.id)
        .where(
            RoutingRule.retired_at.is_(None),
            or_(RoutingRule.valid_to.is_(None), RoutingRule.valid_to > today),
            or_(RoutingRule.lead_id == organization_id, RoutingRule.helper_ids.contains([organization_id])),
        )
        .order_by(RoutingRule.id)
        .limit(_MOST_NAMED)
    )
    bindings = union_all(
        *(
            select(name).where(
                bound.retired_at.is_(None),
                or_(bound.valid_to.is_(None), bound.valid_to > today),
                bound.organization_id == organization_id,
            )
            for bound, name in ((PartOwner, PartOwner.code), (ShopfrontContract, ShopfrontContract.code))
        ),
        select(Part.code).where(Part.owner_id == organization_id, Part.retired_at.is_(None)).limit(_MOST_NAMED),
    ).limit(_MOST_NAMED)
    found = {
        "cases": list(session.execute(numbers).scalars()),
        "rules": [str(one) for one in session.execute(rules).scalars()],
        "bindings": sorted(session.execute(bindings).scalars()),
    }
    return {kind: names for kind, names in found.items() if names}
