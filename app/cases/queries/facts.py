"""What an action has to know about the case and the people around it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import GrantRow, Organization, User
from app.accounts.rules import Role
from app.cases.models import Case, CaseClock, CasePhoto, CaseReport, CaseTask
from app.cases.queries.visibility import visible
from app.cases.rules import END_STATES
from app.catalog.models import FilingCondition, Type
from app.catalog.rules import Limit, Unit
from app.core.auth import Principal
from app.media.models import Photo

_COLUMNS = [column for column in Case.__table__.c if column.name != "geom"]


def lock_visible(session: Session, number: str, principal: Principal) -> dict[str, Any] | None:
    """The case with this number, locked for this transaction; None where the principal does not see it."""
    query = select(*_COLUMNS).where(Case.number == number, visible(principal)).with_for_update(of=Case.__table__)
    row = session.execute(query).one_or_none()
    return None if row is None else dict(row._mapping)  # noqa: SLF001 -- the documented way to a row's mapping


def lock_in_order(session: Session, number: str, other: str) -> None:
    """Lock two cases in the order of their numbers before either is read, so that two merges cannot deadlock."""
    session.execute(select(Case.id).where(Case.number.in_([number, other])).order_by(Case.number).with_for_update())


def lock_by_id(session: Session, *case_ids: UUID) -> list[dict[str, Any]]:
    """Cases by id, locked in the order of their numbers, so that two actions on the same pair cannot deadlock."""
    query = select(*_COLUMNS).where(Case.id.in_(case_ids)).order_by(Case.number).with_for_update()
    return [dict(row._mapping) for row in session.execute(query)]  # noqa: SLF001 -- as above


def target_case(session: Session, number: str, principal: Principal) -> UUID | None:
    """The id of another case that the principal sees, not locked yet."""
    return session.execute(select(Case.id).where(Case.number == number, visible(principal))).scalar()


def own_relations(session: Session, case_id: UUID, user_id: UUID) -> Row[bool, list[str]]:
    """What a user is to a case: (whether one of its reports is theirs, the kinds of their open tasks on it)."""
    reported = select(CaseReport.report_id).where(CaseReport.case_id == case_id, CaseReport.reporter_id == user_id)
    kinds = select(func.array_agg(CaseTask.kind)).where(
        CaseTask.case_id == case_id, CaseTask.assignee_id == user_id, CaseTask.closed_at.is_(None)
    )
    query = select(reported.exists().label("reported"), func.coalesce(kinds.scalar_subquery(), []).label("tasks"))
    return session.execute(query).one()


def photo_prints(session: Session, case_id: UUID) -> Sequence[Row[str, str]]:
    """(role, SHA-256) of every photo on the case."""
    query = select(CasePhoto.role, Photo.sha256).join(Photo, Photo.id == CasePhoto.photo_id)
    return session.execute(query.where(CasePhoto.case_id == case_id)).all()


def running_clock(session: Session, case_id: UUID, *, last_handling: bool = False) -> dict[str, Any] | None:
    """The clock that runs for the case, or the handling clock that was started last."""
    clock = CaseClock
    query = select(clock.__table__).where(clock.case_id == case_id)
    if last_handling:
        query = query.where(clock.stage == "handling").order_by(clock.ordinal.desc()).limit(1)
    else:
        query = query.where(clock.ended_at.is_(None))
    row = session.execute(query).one_or_none()
    return None if row is None else dict(row._mapping)  # noqa: SLF001 -- as above


def clock_count(session: Session, case_id: UUID) -> int:
    query = select(func.coalesce(func.max(CaseClock.ordinal), 0)).where(CaseClock.case_id == case_id)
    return session.execute(query).scalar_one()


def _granted(role: Role, now: datetime) -> ColumnElement[bool]:
    return and_(
        GrantRow.user_id == User.id,
        GrantRow.role == role.value,
        GrantRow.valid_from <= now,
        or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > now),
        User.disabled_at.is_(None),
    )


def zone_inspector(session: Session, user_id: UUID, cell: str, now: datetime) -> bool:
    """Whether the user is an inspector whose grant covers the cell."""
    covers = func.starts_with(cell, GrantRow.area_code)
    query = select(User.id).join(GrantRow, _granted(Role.INSPECTOR, now)).where(User.id == user_id, covers).limit(1)
    return session.execute(query).scalar() is not None


def unit_handler(session: Session, user_id: UUID, organization_id: UUID, now: datetime) -> bool:
    """Whether the user is a handler of the organisation."""
    query = (
        select(User.id)
        .join(GrantRow, _granted(Role.HANDLER, now))
        .where(User.id == user_id, GrantRow.organization_id == organization_id)
        .limit(1)
    )
    return session.execute(query).scalar() is not None


def has_manager(session: Session, organization_id: UUID, now: datetime) -> bool:
    """Whether anybody manages the organisation."""
    query = select(User.id).join(GrantRow, _granted(Role.UNIT_MANAGER, now))
    return session.execute(query.where(GrantRow.organization_id == organization_id).limit(1)).scalar() is not None


def shares_post(session: Session, holders: Sequence[UUID], posts: Sequence[tuple[str, UUID]], now: datetime) -> bool:
    """Whether one of the holders has one of these (role, organisation) as well."""
    same = tuple_(GrantRow.role, GrantRow.organization_id).in_(posts)
    valid = and_(GrantRow.valid_from <= now, or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > now))
    query = select(GrantRow.user_id).where(GrantRow.user_id.in_(holders), same, valid).limit(1)
    return session.execute(query).scalar() is not None


def task_holders(session: Session, case_id: UUID, kind: str) -> Sequence[UUID]:
    """Who has an open task of this kind on the case."""
    task = CaseTask
    query = select(task.assignee_id).where(task.case_id == case_id, task.kind == kind, task.closed_at.is_(None))
    return session.execute(query).scalars().all()


def condition_limit(session: Session, condition_id: UUID) -> Limit:
    """The limit of a filing condition, also of one that is retired by now: a case keeps the one it was filed under."""
    found = FilingCondition
    row = session.execute(select(found.limit_amount, found.limit_unit).where(found.id == condition_id)).one()
    return Limit(row.limit_amount, Unit(row.limit_unit))


def known_organizations(session: Session, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the ids that are open organisations; none of them closes before what it is given is kept."""
    query = select(Organization.id).where(Organization.id.in_(ids), Organization.closed_at.is_(None))
    held = query.order_by(Organization.id).with_for_update(read=True, key_share=True)
    return frozenset(session.execute(held).scalars())


def own_report(session: Session, case_id: UUID, found: UUID | None) -> Row[UUID, int | None, datetime | None] | None:
    """(report_id, rating, reopened_at) of the case's report with this id, or of this reporter."""
    report = CaseReport
    query = select(report.report_id, report.rating, report.reopened_at).where(
        report.case_id == case_id, or_(report.report_id == found, report.reporter_id == found)
    )
    return session.execute(query.order_by(report.reported_at).limit(1)).one_or_none()


_METRES_PER_DEGREE = 111_000.0  # of latitude, rounded down; the box below is wide enough at any latitude lived at


def near_case(session: Session, number: str, lon: float, lat: float, within_m: float) -> UUID | None:
    """The id of the case with this number if it lies within so many metres of a point (WGS 84, degrees)."""
    distance = func.ST_DistanceSphere(Case.geom, func.ST_SetSRID(func.ST_MakePoint(lon, lat), 4326))
    return session.execute(select(Case.id).where(Case.number == number, distance <= within_m)).scalar()


_LIKE_REACH_M = 50.0
_POINT = func.ST_SetSRID(func.ST_MakePoint(bindparam("lon"), bindparam("lat")), 4326)
_DISTANCE = func.ST_DistanceSphere(Case.geom, _POINT).label("distance_m")
_BOX = func.ST_MakeEnvelope(bindparam("west"), bindparam("south"), bindparam("east"), bindparam("north"), 4326)
# Asked for every report: put together once, and sent on the bare connection.
_LIKE = (
    select(Case.number, _DISTANCE, Type.scheme, Type.kind, Type.code, Type.name)
    .select_from(Case)
    .outerjoin(Type, Type.id == Case.type_id)
    .where(
        Case.geom.op("&&")(_BOX),
        Case.state.notin_(sorted(END_STATES)),
        Case.opened_at >= bindparam("since"),
        _DISTANCE <= _LIKE_REACH_M,
    )
    .order_by(_DISTANCE)
    .limit(5)
)
_LIKE_OF_CLASS = _LIKE.where(or_(Type.class_code.is_(None), Type.class_code == bindparam("class_code")))


def like_cases(
    session: Session, lon: float, lat: float, *, class_code: str | None, since: datetime
) -> Sequence[Row[Any]]:
    """Open cases near a point that may be about the same thing, nearest first, at most five.

    Shape:  (number, distance_m, scheme, kind, code, name); of the type's class where one is given.
    Units:  lon, lat in degrees, WGS 84; within 50 m.
    """
    east = _LIKE_REACH_M / (_METRES_PER_DEGREE * max(math.cos(math.radians(lat)), 0.01))
    north = _LIKE_REACH_M / _METRES_PER_DEGREE
    box = {"west": lon - east, "south": lat - north, "east": lon + east, "north": lat + north}
    values = {"lon": lon, "lat": lat, "since": since, **box}
    if class_code is None:
        return session.connection().execute(_LIKE, values).all()
    return session.connection().execute(_LIKE_OF_CLASS, {**values, "class_code": class_code}).all()
