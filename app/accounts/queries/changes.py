"""Writing people, organisations and grants."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.accounts.models import GrantRow, Organization, User
from app.accounts.queries.visibility import live_grants
from app.accounts.rules import UserKind
from app.core.ids import new_id

_HOLD = text("SELECT pg_advisory_xact_lock(7216033, hashtext(:id))")


def hold_id(session: Session, id_: UUID) -> None:
    """Let only one at a time make something under an id that a client made; the others wait for its outcome."""
    session.execute(_HOLD, {"id": str(id_)})


def add_organization(session: Session, row: Mapping[str, Any]) -> bool:
    """Store an organisation; False where its code is taken."""
    statement = upsert(Organization).values(row).on_conflict_do_nothing(index_elements=["code"])
    return session.execute(statement.returning(Organization.id)).scalar() is not None


def add_staff(session: Session, row: Mapping[str, Any]) -> bool:
    """Store a member of staff; False where the user name is taken."""
    statement = upsert(User).values({"kind": UserKind.STAFF, **row}).on_conflict_do_nothing(index_elements=["username"])
    return session.execute(statement.returning(User.id)).scalar() is not None


def citizen_with_phone(session: Session, *, phone: str, name: str, now: datetime) -> UUID:
    """The citizen with this number, made where there is none; safe against two doing so at once."""
    known = select(User.id).where(User.phone == phone)
    if (found := session.scalar(known)) is not None:
        return found
    row = {"id": new_id(), "kind": UserKind.CITIZEN, "name": name, "phone": phone, "created_at": now}
    session.execute(upsert(User).values(row).on_conflict_do_nothing(index_elements=["phone"]))
    return session.scalars(known).one()


def lock_staff(session: Session, user_id: UUID) -> User | None:
    """The member of staff with this id, locked until the unit of work ends."""
    query = select(User).where(User.id == user_id, User.kind == UserKind.STAFF).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def lock_user(session: Session, user_id: UUID) -> User | None:
    """The user with this id, staff or citizen, locked until the unit of work ends."""
    query = select(User).where(User.id == user_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def times_granted(session: Session, row: Mapping[str, Any]) -> list[tuple[UUID, datetime, datetime | None]]:
    """When the same thing is granted already, from the new grant's beginning on: (id, valid_from, valid_to)."""
    query = select(GrantRow.id, GrantRow.valid_from, GrantRow.valid_to).where(
        GrantRow.user_id == row["user_id"],
        GrantRow.role == row["role"],
        GrantRow.organization_id == row["organization_id"],
        GrantRow.area_code == row["area_code"],
        or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > row["valid_from"]),
    )
    return [
        (found.id, found.valid_from, found.valid_to) for found in session.execute(query.order_by(GrantRow.valid_from))
    ]


def add_grant(session: Session, row: Mapping[str, Any]) -> None:
    session.execute(insert(GrantRow).values(row))


def end_grants(session: Session, user_id: UUID, role: str, area_code: str | None, *, now: datetime) -> list[UUID]:
    """End the user's valid grants of a role, on one area or on all.

    Returns the ids of those ended.
    """
    which = [GrantRow.user_id == user_id, GrantRow.role == role, GrantRow.valid_from < now, live_grants(now)]
    if area_code is not None:
        which.append(GrantRow.area_code == area_code)
    ended = update(GrantRow).where(*which).values(valid_to=now).returning(GrantRow.id)
    return list(session.scalars(ended))


def grants_on(
    session: Session, area_codes: list[str], now: datetime
) -> Sequence[Row[UUID, UUID, str, UUID, str, datetime, datetime | None]]:
    """The grants on exactly these areas that are valid or will be, locked:
    (id, user_id, role, organization_id, area_code, valid_from, valid_to).
    """
    query = (
        select(
            GrantRow.id,
            GrantRow.user_id,
            GrantRow.role,
            GrantRow.organization_id,
            GrantRow.area_code,
            GrantRow.valid_from,
            GrantRow.valid_to,
        )
        .where(GrantRow.area_code.in_(area_codes), or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > now))
        .order_by(GrantRow.id)
        .with_for_update()
    )
    return session.execute(query).all()


def end_grant(session: Session, grant_id: UUID, now: datetime) -> None:
    """End one grant; one that has not begun yet never will."""
    session.execute(update(GrantRow).where(GrantRow.id == grant_id, GrantRow.valid_from < now).values(valid_to=now))
    session.execute(GrantRow.__table__.delete().where(and_(GrantRow.id == grant_id, GrantRow.valid_from >= now)))  # type: ignore[attr-defined]
