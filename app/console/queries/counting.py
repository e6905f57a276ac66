"""How many cases are open, in which state and how urgent; what the wall shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Row, Select, and_, bindparam, case, cast, func, select, union, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.accounts.models import Organization
from app.accounts.queries.visibility import covered
from app.cases.models import Case, CaseClock, CaseTask
from app.cases.queries import visible
from app.cases.queries.listing import LAMPS, narrowed
from app.cases.queries.visibility import BY_AREA, reasons
from app.cases.rules import END_STATES
from app.cases.rules.filters import CaseFilter
from app.catalog.models import Type
from app.console.rules.days import Stretch
from app.core.auth import Principal
from app.duty.models import Shift
from app.duty.queries import of_desk
from app.sla.rules import Lamp, Stage

AnyRow = Row[*tuple[Any, ...]]
_NOW = bindparam("now", type_=DateTime(timezone=True))
# In this order, which is that of the partial index ix_cases_open.
OPEN = Case.state.notin_(sorted(END_STATES))
LATE = LAMPS[Lamp.RED](_NOW)


def open_counts(session: Session, found: CaseFilter, principal: Principal, *, now: datetime) -> Sequence[AnyRow]:
    """Rows (state, open, green, yellow, red, grey) of the open cases that the principal may see."""
    return session.connection().execute(_counts(found, principal), {"now": now}).all()


@lru_cache(maxsize=128)
def _counts(found: CaseFilter, principal: Principal) -> Select[*tuple[Any, ...]]:
    """Each reason for seeing a case is looked up by itself, without those that were counted for a reason before.

    Joined by OR, the reasons would be one condition that no index serves.
    """
    clauses, seen = narrowed(found, principal), reasons(principal)
    ways = [
        select(Case.state, Case.paused, Case.yellow_at, Case.due_at).where(
            OPEN, reason, *(other.is_not(True) for other in seen[:place]), *clauses
        )
        for place, reason in enumerate(seen)
    ]
    rows = (ways[0] if len(ways) == 1 else union_all(*ways)).subquery()
    ticking = rows.c.paused.is_(False)
    lamps = {
        Lamp.GREEN: and_(ticking, rows.c.yellow_at >= _NOW),
        Lamp.YELLOW: and_(ticking, rows.c.yellow_at < _NOW, rows.c.due_at >= _NOW),
        Lamp.RED: and_(ticking, rows.c.due_at < _NOW),
        Lamp.GREY: rows.c.paused.is_(True),
    }
    counts = (_times(clause).label(lamp.value) for lamp, clause in lamps.items())
    return select(rows.c.state, func.count().label("open"), *counts).group_by(rows.c.state)


def my_counts(session: Session, found: CaseFilter, principal: Principal, *, now: datetime) -> AnyRow:
    """One row (open, overdue) of the open cases that the principal took over, handles or was asked about."""
    me = principal.id
    asked = select(CaseTask.case_id).where(CaseTask.assignee_id == me, CaseTask.closed_at.is_(None))
    ways = [select(Case.id).where(Case.handler_id == me), select(Case.id).where(Case.holder_id == me), asked]
    query = select(func.count().label("open"), _times(LATE).label("overdue"))
    query = query.where(Case.id.in_(union(*ways)), OPEN, visible(principal), *narrowed(found, principal))
    return session.connection().execute(query, {"now": now}).one()


def _times(clause: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(clause)


def open_by_owner_and_type(session: Session, principal: Principal, *, now: datetime) -> Sequence[AnyRow]:
    """Rows of the open cases on the principal's ground, by owner and then by type: `of` says which of them.

    With owner_id, owner_code, owner_name of an owner and scheme, kind, class_code, class_name of a type, all null for
    cases without one; and open, overdue.
    """
    late = case((LATE, 1), else_=0).label("late")
    rows = select(Case.lead_id, Case.type_id, late).where(OPEN, _ground(principal)).subquery()
    grouped = (
        select(
            func.grouping(rows.c.lead_id, rows.c.type_id).label("of"),
            rows.c.lead_id,
            rows.c.type_id,
            func.count().label("open"),
            func.coalesce(func.sum(rows.c.late), 0).label("overdue"),
        )
        .group_by(func.grouping_sets(rows.c.lead_id, rows.c.type_id))
        .subquery()
    )
    query = (
        select(
            grouped.c.of,
            grouped.c.lead_id.label("owner_id"),
            Organization.code.label("owner_code"),
            Organization.name.label("owner_name"),
            Type.scheme,
            Type.kind,
            Type.class_code,
            Type.class_name,
            grouped.c.open,
            grouped.c.overdue,
        )
        .outerjoin_from(grouped, Organization, Organization.id == grouped.c.lead_id)
        .outerjoin(Type, Type.id == grouped.c.type_id)
    )
    return session.connection().execute(query, {"now": now}).all()


def received_and_closed(session: Session, principal: Principal, spans: Sequence[Stretch]) -> Sequence[AnyRow]:
    """Rows (received, closed) for each stretch of time, in their order."""
    instants = ARRAY(DateTime(timezone=True))
    begins, ends = zip(*spans, strict=True)
    span = (
        func.unnest(cast(list(begins), instants), cast(list(ends), instants))
        .table_valued("begins", "ends", with_ordinality="place")
        .render_derived()
    )
    query = select(
        *(
            _counted(principal, column >= span.c.begins, column < span.c.ends).label(name)
            for name, column in (("received", Case.opened_at), ("closed", Case.closed_at))
        )
    ).order_by(span.c.place)
    return session.connection().execute(query.select_from(span)).all()


def _counted(principal: Principal, *clauses: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(Case).where(*clauses, _ground(principal)).scalar_subquery()


def today(session: Session, principal: Principal, day: Stretch) -> AnyRow:
    """One row of a day: filed; of the cases closed in it, those that were handled, and those handled in time; how many
    people are on duty now, null for who sits at no desk.
    """
    clock = (
        select(CaseClock.due_at, CaseClock.ended_at)
        .where(CaseClock.case_id == Case.id, CaseClock.stage == Stage.HANDLING.value, CaseClock.outcome == "done")
        .order_by(CaseClock.ordinal.desc())
        .limit(1)
        .lateral("handling")
    )
    closed = (
        select(func.count().label("handled"), _times(clock.c.ended_at <= clock.c.due_at).label("in_time"))
        .select_from(Case)
        .join(clock, Case.id.is_not(None))
        .where(Case.closed_at >= day.begin, Case.closed_at < day.end, _ground(principal))
        .subquery()
    )
    filed = _counted(principal, Case.filed_at >= day.begin, Case.filed_at < day.end).label("filed")
    query = select(filed, closed.c.handled, closed.c.in_time, _on_duty(principal).label("on_duty"))
    return session.connection().execute(query).one()


def _on_duty(principal: Principal) -> Any:
    desk = of_desk(principal)
    if desk is None:
        return cast(None, Case.version.type)
    people = select(func.count(func.distinct(Shift.user_id)))
    return people.where(Shift.ended_at.is_(None), desk).scalar_subquery()


def _ground(principal: Principal) -> ColumnElement[bool]:
    return covered(Case.current_cell, principal.areas(*BY_AREA))
