"""Organisations, people, grants and the people of duty zones, as their files show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import GrantRow, Organization, User
from app.accounts.rules import UserKind
from app.core.row_versions import row_version
from app.grid.models import DutyZone, DutyZonePerson


def organizations(session: Session) -> Sequence[Any]:
    """The open ones by code: (id, version, code, name, kind, parent, area_code)."""
    parent = aliased(Organization, name="parent")
    query = (
        select(
            Organization.id,
            row_version(Organization),
            Organization.code,
            Organization.name,
            Organization.kind,
            parent.code.label("parent"),
            Organization.area_code,
        )
        .outerjoin(parent, parent.id == Organization.parent_id)
        .where(Organization.closed_at.is_(None))
        .order_by(Organization.code)
    )
    return session.execute(query).all()


def organization_ids(session: Session) -> dict[str, UUID]:
    """The ids of the open organisations by code."""
    query = select(Organization.code, Organization.id).where(Organization.closed_at.is_(None))
    return {row.code: row.id for row in session.execute(query)}


def people(session: Session) -> Sequence[Any]:
    """Staff by user name, those who are shut out too: (id, version, username, name, organization, disabled_at)."""
    query = (
        select(
            User.id,
            row_version(User),
            User.username,
            User.name,
            Organization.code.label("organization"),
            User.organization_id,
            User.disabled_at,
        )
        .join(Organization, Organization.id == User.organization_id)
        .where(User.kind == UserKind.STAFF)
        .order_by(User.username)
    )
    return session.execute(query).all()


def user_ids(session: Session) -> dict[str, UUID]:
    """The ids of staff by user name."""
    query = select(User.username, User.id).where(User.kind == UserKind.STAFF)
    return {str(username): id_ for username, id_ in session.execute(query)}


def grants(session: Session, now: datetime) -> Sequence[Any]:
    """Grants that are valid or will be, by user name, role, organisation, ground and beginning."""
    query = (
        select(
            GrantRow.id,
            User.username,
            GrantRow.user_id,
            GrantRow.role,
            Organization.code.label("organization"),
            GrantRow.organization_id,
            GrantRow.area_code,
            GrantRow.valid_from,
            GrantRow.valid_to,
        )
        .join(User, User.id == GrantRow.user_id)
        .join(Organization, Organization.id == GrantRow.organization_id)
        .where(or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > now))
        .order_by(User.username, GrantRow.role, Organization.code, GrantRow.area_code, GrantRow.valid_from)
    )
    return session.execute(query).all()


def duty_zone_people(session: Session) -> Sequence[Any]:
    """(zone, username, user_id) of everybody who answers for a live duty zone, by zone and user name."""
    query = (
        select(DutyZonePerson.zone_code.label("zone"), User.username, DutyZonePerson.user_id)
        .join(User, User.id == DutyZonePerson.user_id)
        .where(DutyZonePerson.valid_to.is_(None))
        .order_by(DutyZonePerson.zone_code, User.username)
    )
    return session.execute(query).all()


def zone_codes(session: Session) -> frozenset[str]:
    """The codes of the live duty zones."""
    return frozenset(session.execute(select(DutyZone.code).where(DutyZone.valid_to.is_(None))).scalars())
