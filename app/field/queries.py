"""All SQL of field work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.accounts.rules import Role
from app.cases.models import Case, CaseTask
from app.cases.queries import visible
from app.cases.rules import State
from app.catalog.models import Type
from app.core.auth import Principal
from app.duty.models import Shift
from app.duty.queries import DESK
from app.duty.queries import visible as visible_shift
from app.grid.models import Area

AnyRow = Row[*tuple[Any, ...]]
# Under a name of its own, beside the tasks by which an inspector sees a case.
_TASK = aliased(CaseTask, name="task")
_OTHER = aliased(CaseTask, name="other")
_TASKS = (
    select(
        _TASK.id,
        _TASK.kind,
        _TASK.assignee_id,
        User.name.label("assignee_name"),
        _TASK.created_at.label("asked_at"),
        _TASK.expires_at,
        _TASK.accepted_at,
        _TASK.closed_at.label("done_at"),
        _TASK.outcome,
        _TASK.reason,
        Case.number,
        Case.state,
        Case.version,
        Case.description,
        Case.address,
        Case.lon,
        Case.lat,
        Case.filed_cell,
        Case.yellow_at,
        Case.due_at,
        Case.paused,
        Type.scheme.label("type_scheme"),
        Type.kind.label("type_kind"),
        Type.code.label("type_code"),
        Type.name.label("type_name"),
    )
    .select_from(_TASK)
    .join(Case, Case.id == _TASK.case_id)
    .join(User, User.id == _TASK.assignee_id)
    .outerjoin(Type, Type.id == Case.type_id)
)


def _mine(principal: Principal) -> ColumnElement[bool]:
    """What the principal was asked; of the unit they manage, what its handlers have to do now.

    Of a unit the two are found apart, each by its index: together they would be looked for among all tasks.
    """
    units = principal.organizations(Role.UNIT_MANAGER)
    if not units:
        return _TASK.assignee_id == principal.id
    own = select(_OTHER.id).where(_OTHER.assignee_id == principal.id)
    handled = and_(Case.lead_id.in_(units), Case.state == State.HANDLING.value)
    of_unit = select(_OTHER.id).join(Case, Case.id == _OTHER.case_id).where(handled, _OTHER.kind == "handle")
    return _TASK.id.in_(union_all(own, of_unit.where(_OTHER.closed_at.is_(None)).correlate(None)))


def tasks_page(
    session: Session,
    principal: Principal,
    *,
    kind: str | None,
    state: str | None,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> Sequence[AnyRow]:
    """Tasks of the principal with their cases, as far as they see these; newest first, one more than the page."""
    query: Select[*tuple[Any, ...]] = _TASKS.where(_mine(principal), visible(principal))
    if kind is not None:
        query = query.where(_TASK.kind == kind)
    if state is not None:
        query = query.where(_TASK.closed_at.is_(None) if state == "open" else _TASK.closed_at.is_not(None))
    if after is not None:
        query = query.where(tuple_(_TASK.created_at, _TASK.id) < tuple_(*after))
    query = query.order_by(_TASK.created_at.desc(), _TASK.id.desc()).limit(limit + 1)
    return session.connection().execute(query).all()


def task(session: Session, task_id: UUID) -> AnyRow:
    """One task with its case."""
    return session.connection().execute(_TASKS.where(_TASK.id == task_id)).one()


def area_names(session: Session, codes: Collection[str]) -> dict[str, Row[str, str, int]]:
    """(code, name, level) of areas, live or retired, by code; in one statement."""
    query = select(Area.code, Area.name, Area.level).where(Area.code.in_(sorted(codes)))
    return {row.code: row for row in session.connection().execute(query)}


# What inspectors are asked to do; what units handle is theirs to see.
_WALKED = ("verify", "check")
TASKS_SHOWN = 20


class WantedOfficers(NamedTuple):
    """Which people in the field. on_duty: those on a shift, or those who only have tasks."""

    on_duty: bool | None = None
    user_id: UUID | None = None


def _asked(principal: Principal) -> ColumnElement[bool]:
    """The clause that holds for the open tasks of inspectors on the ground of the principal's desk."""
    return and_(_TASK.closed_at.is_(None), _TASK.kind.in_(_WALKED), visible(principal, DESK))


def officers_page(
    session: Session,
    principal: Principal,
    wanted: WantedOfficers,
    *,
    now: datetime,
    limit: int,
    after: tuple[str, UUID] | None,
) -> Sequence[AnyRow]:
    """Who is on a shift that the desk sees, or has open tasks there: (id, name, shift_id, open, overdue) by name."""
    late = and_(Case.due_at < now, Case.paused.is_(False))
    tasks = select(_TASK.assignee_id, func.count().label("open"), func.count().filter(late).label("overdue")).join(
        Case, Case.id == _TASK.case_id
    )
    asked = tasks.where(_asked(principal)).group_by(_TASK.assignee_id).subquery("asked")
    seen = select(Shift.user_id, Shift.id).where(Shift.ended_at.is_(None), visible_shift(principal)).subquery("seen")
    none = func.coalesce
    query = (
        select(
            User.id,
            User.name,
            seen.c.id.label("shift_id"),
            none(asked.c.open, 0).label("open"),
            none(asked.c.overdue, 0).label("overdue"),
        )
        .outerjoin(asked, asked.c.assignee_id == User.id)
        .outerjoin(seen, seen.c.user_id == User.id)
        .where(or_(asked.c.assignee_id.is_not(None), seen.c.id.is_not(None)))
    )
    if wanted.on_duty is not None:
        query = query.where(seen.c.id.is_not(None) if wanted.on_duty else seen.c.id.is_(None))
    if wanted.user_id is not None:
        query = query.where(User.id == wanted.user_id)
    if after is not None:
        query = query.where(tuple_(User.name, User.id) > tuple_(*after))
    return session.connection().execute(query.order_by(User.name, User.id).limit(limit + 1)).all()


def officers_tasks(session: Session, principal: Principal, user_ids: Collection[UUID]) -> Sequence[AnyRow]:
    """The open tasks of these people that the desk sees, of each the most urgent `TASKS_SHOWN`, most urgent first."""
    urgency = (Case.due_at.asc().nulls_last(), _TASK.created_at, _TASK.id)
    place = func.row_number().over(partition_by=_TASK.assignee_id, order_by=urgency).label("place")
    found = _TASKS.add_columns(place).where(_asked(principal), _TASK.assignee_id.in_(sorted(user_ids))).subquery()
    query = select(found).where(found.c.place <= TASKS_SHOWN).order_by(found.c.assignee_id, found.c.place)
    return session.connection().execute(query).all()
