"""All SQL of duty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, literal, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import GrantRow, User
from app.accounts.queries.visibility import covered
from app.accounts.rules import Role, widest
from app.core.auth import Principal
from app.core.models import table
from app.duty.models import DutyTerms, Shift, ShiftPosition
from app.duty.rules import EndReason, Point

AnyRow = Row[*tuple[Any, ...]]
Edge = tuple[datetime, UUID]
# Who knows where people on duty are: the desks of their areas. Source: docs/adr/0017-duty.md.
DESK = (Role.OPERATOR, Role.SHIFT_LEADER, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN)

_SHIFTS = table(Shift)
_POSITIONS = table(ShiftPosition)
_WITH_NAME = select(_SHIFTS, User.name.label("user_name")).join(User, User.id == _SHIFTS.c.user_id)


def of_desk(principal: Principal) -> ColumnElement[bool] | None:
    """The clause that holds for the shifts on the ground of the principal's desk; None for who sits at none.

    A shift lies where its last position lies, and before the first one (or outside the city) wherever its inspector
    may work.
    """
    areas = widest(principal.areas(*DESK))
    if not areas:
        return None
    shared = [
        or_(GrantRow.area_code.startswith(area, autoescape=True), literal(area).startswith(GrantRow.area_code))
        for area in areas
    ]
    inspector = and_(GrantRow.role == Role.INSPECTOR, GrantRow.user_id == Shift.user_id)
    live = and_(GrantRow.valid_from <= func.now(), or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > func.now()))
    works = exists().where(inspector, live, or_(*shared))
    return or_(
        and_(Shift.cell_code.is_not(None), covered(Shift.cell_code, areas)), and_(Shift.cell_code.is_(None), works)
    )


def visible(principal: Principal) -> ColumnElement[bool]:
    """The clause that holds for the shifts that this principal may see: their own, and those of their desk."""
    own = Shift.user_id == principal.id
    desk = of_desk(principal)
    return own if desk is None else or_(own, desk)


def terms(session: Session) -> AnyRow:
    """What this city asks of people on duty."""
    return session.execute(select(table(DutyTerms))).one()


def lock_terms(session: Session) -> AnyRow:
    """The same, kept from others who would change it until this unit of work ends."""
    return session.execute(select(table(DutyTerms)).with_for_update()).one()


def change_terms(session: Session, values: Mapping[str, int]) -> None:
    session.execute(update(table(DutyTerms)).values(dict(values)))


def open_shift(session: Session, user_id: UUID) -> AnyRow | None:
    """The shift that somebody is on, locked."""
    query = select(_SHIFTS).where(_SHIFTS.c.user_id == user_id, _SHIFTS.c.ended_at.is_(None))
    return session.execute(query.with_for_update(key_share=True)).one_or_none()


def shift_by_id(session: Session, shift_id: UUID) -> AnyRow | None:
    """A shift, whosever it is; for comparing what a client sent."""
    return session.execute(select(_SHIFTS).where(_SHIFTS.c.id == shift_id)).one_or_none()


def add_shift(session: Session, values: Mapping[str, Any]) -> bool:
    """Write a new shift; False where its id is taken or the person is on shift."""
    statement = insert(_SHIFTS).values(dict(values)).on_conflict_do_nothing().returning(_SHIFTS.c.id)
    return session.execute(statement).one_or_none() is not None


def find_shift(session: Session, shift_id: UUID, principal: Principal) -> AnyRow | None:
    """A shift with its person's name; None where the principal does not see it."""
    return session.execute(_WITH_NAME.where(_SHIFTS.c.id == shift_id, visible(principal))).one_or_none()


def lock_shift(session: Session, shift_id: UUID, principal: Principal) -> AnyRow | None:
    """The same, locked."""
    query = _WITH_NAME.where(_SHIFTS.c.id == shift_id, visible(principal))
    return session.execute(query.with_for_update(of=_SHIFTS, key_share=True)).one_or_none()


def end_shift(session: Session, shift_id: UUID, values: Mapping[str, Any]) -> None:
    session.execute(update(_SHIFTS).where(_SHIFTS.c.id == shift_id).values(dict(values)))


def shifts_page(
    session: Session,
    principal: Principal,
    *,
    on_duty: bool | None,
    user_id: UUID | None,
    limit: int,
    after: Edge | None,
) -> Sequence[AnyRow]:
    """Shifts that the principal sees with their people's names, newest first; one more than the page."""
    query: Select[*tuple[Any, ...]] = _WITH_NAME.where(visible(principal))
    if on_duty is not None:
        query = query.where(_SHIFTS.c.ended_at.is_(None) if on_duty else _SHIFTS.c.ended_at.is_not(None))
    if user_id is not None:
        query = query.where(_SHIFTS.c.user_id == user_id)
    return _newest_first(session, query, limit, after)


def _newest_first(
    session: Session, query: Select[*tuple[Any, ...]], limit: int, after: Edge | None
) -> Sequence[AnyRow]:
    if after is not None:
        query = query.where(tuple_(_SHIFTS.c.started_at, _SHIFTS.c.id) < tuple_(*after))
    return session.execute(query.order_by(_SHIFTS.c.started_at.desc(), _SHIFTS.c.id.desc()).limit(limit + 1)).all()


# As arrays, so that the statement is the same for one position and for five hundred.
_ADD_POSITIONS = text("""
    WITH added AS (
        INSERT INTO shift_positions (shift_id, at, lon, lat, accuracy_m, jumped, heard_at)
        SELECT :shift, at, lon, lat, accuracy_m, jumped, :now
          FROM unnest(CAST(:at AS timestamptz[]), CAST(:lon AS float8[]), CAST(:lat AS float8[]),
                      CAST(:accuracy AS float8[]), CAST(:jumped AS bool[])) AS p (at, lon, lat, accuracy_m, jumped)
        ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*) FROM added""")


def add_positions(session: Session, shift_id: UUID, points: Sequence[Point], now: datetime) -> int:
    """Write positions of a track; how many were not there yet. One statement, however many they are."""
    values = {
        "shift": shift_id,
        "now": now,
        "at": [point.fix.at for point in points],
        "lon": [point.fix.lon for point in points],
        "lat": [point.fix.lat for point in points],
        "accuracy": [point.fix.accuracy_m for point in points],
        "jumped": [point.jumped for point in points],
    }
    return int(session.execute(_ADD_POSITIONS, values).scalar_one())


def move_shift(session: Session, shift_id: UUID, values: Mapping[str, Any]) -> None:
    """Keep where somebody on shift is now."""
    session.execute(update(_SHIFTS).where(_SHIFTS.c.id == shift_id).values(dict(values)))


def track_page(session: Session, shift_id: UUID, *, limit: int, after: datetime | None) -> Sequence[AnyRow]:
    """(at, lon, lat, accuracy_m, jumped) of a shift's track, oldest first; one more than the page."""
    at = _POSITIONS.c.at
    query = select(at, _POSITIONS.c.lon, _POSITIONS.c.lat, _POSITIONS.c.accuracy_m, _POSITIONS.c.jumped)
    query = query.where(_POSITIONS.c.shift_id == shift_id)
    if after is not None:
        query = query.where(at > after)
    return session.execute(query.order_by(at).limit(limit + 1)).all()


def end_forgotten(session: Session, started_before: datetime, lasted: timedelta) -> Sequence[UUID]:
    """End the shifts that nobody ended in time, as of the end of that time; those somebody acts on are left."""
    forgotten = (
        select(_SHIFTS.c.id)
        .where(_SHIFTS.c.ended_at.is_(None), _SHIFTS.c.started_at <= started_before)
        .with_for_update(skip_locked=True)
    )
    statement = update(_SHIFTS).where(_SHIFTS.c.id.in_(forgotten), _SHIFTS.c.ended_at.is_(None))
    values = {"ended_at": _SHIFTS.c.started_at + lasted, "end_reason": EndReason.FORGOTTEN.value}
    return session.execute(statement.values(values).returning(_SHIFTS.c.id)).scalars().all()


_PURGE = text("""
    WITH gone AS (
        DELETE FROM shift_positions WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM shift_positions WHERE at < :before LIMIT :most))
        RETURNING 1)
    SELECT count(*) FROM gone""")


def purge_positions(session: Session, before: datetime, most: int) -> int:
    """Delete positions that were taken before an instant; how many."""
    return int(session.execute(_PURGE, {"before": before, "most": most}).scalar_one())


def forget_last_positions(session: Session, before: datetime) -> int:
    """Shifts that ended before an instant stay, where they ended does not; how many."""
    statement = update(_SHIFTS).where(_SHIFTS.c.ended_at < before, _SHIFTS.c.position_at.is_not(None))
    nothing = dict.fromkeys(("lon", "lat", "accuracy_m", "position_at", "heard_at", "cell_code"))
    return len(session.execute(statement.values(nothing).returning(_SHIFTS.c.id)).all())
