"""Many organisations, people and grants at once: one statement for all rows of a kind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, or_, select, text, update
from sqlalchemy.orm import Session

from app.accounts.models import GrantRow, Organization
from app.core.models import table

_ADD_ORGANIZATIONS = text("""
    INSERT INTO organizations (id, code, name, kind, parent_id, area_code, created_at)
    SELECT id, code, name, kind, parent_id, area_code, created_at
      FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
           id uuid, code text, name text, kind text, parent_id uuid, area_code text, created_at timestamptz)
        ON CONFLICT (code) DO NOTHING
    RETURNING id
""")

_ADD_MEMBERS = text("""
    INSERT INTO users (id, kind, username, name, organization_id, created_at, disabled_at)
    SELECT id, 'staff', username, name, organization_id, created_at, disabled_at
      FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
           id uuid, username text, name text, organization_id uuid, created_at timestamptz, disabled_at timestamptz)
        ON CONFLICT (username) DO NOTHING
    RETURNING id
""")

# A row that somebody else wrote since it was read keeps what they wrote.
_CHANGE_MEMBERS = text("""
    UPDATE users u SET name = r.name, organization_id = r.organization_id
      FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
           id uuid, version bigint, name text, organization_id uuid)
     WHERE u.id = r.id AND u.kind = 'staff' AND cast(cast(u.xmin AS text) AS bigint) = r.version
    RETURNING u.id
""")

_ADD_GRANTS = text("""
    INSERT INTO grants (id, user_id, role, organization_id, area_code, valid_from, valid_to)
    SELECT id, user_id, role, organization_id, area_code, valid_from, valid_to
      FROM jsonb_to_recordset(cast(:rows AS jsonb)) AS r (
           id uuid, user_id uuid, role text, organization_id uuid, area_code text, valid_from timestamptz,
           valid_to timestamptz)
""")

_TOUCH = text("UPDATE users SET name = name WHERE id = ANY (cast(:ids AS uuid[]))")


def hold_open(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Those of the organisations that are open; they stay so until what they are given is kept."""
    query = select(Organization.id).where(Organization.id.in_(list(ids)), Organization.closed_at.is_(None))
    return set(session.execute(query.with_for_update(read=True, key_share=True)).scalars())


def add_organizations(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Store organisations, those above others with them; the ids of those whose code was free."""
    return set(session.execute(_ADD_ORGANIZATIONS, _json(rows)).scalars())


def add_members(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Store members of staff without a password; the ids of those whose user name was free."""
    return set(session.execute(_ADD_MEMBERS, _json(rows)).scalars())


def change_members(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Give members of staff these names and organisations; the ids of those whom nobody else changed meanwhile."""
    return set(session.execute(_CHANGE_MEMBERS, _json(rows)).scalars())


def add_grants(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    session.execute(_ADD_GRANTS, _json(rows))


def move_end(
    session: Session, grant_id: UUID, ends: datetime | None, now: datetime
) -> Row[str, str, datetime | None] | None:
    """Give a grant another end; (role, area_code, valid_to) as it was, None where it has ended."""
    lasting = or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > now)
    query = select(GrantRow.role, GrantRow.area_code, GrantRow.valid_to).where(GrantRow.id == grant_id, lasting)
    found = session.execute(query.with_for_update()).one_or_none()
    if found is not None:
        session.execute(update(table(GrantRow)).where(GrantRow.id == grant_id).values(valid_to=ends))
    return found


def touch(session: Session, user_ids: Collection[UUID]) -> None:
    """Grants are part of what is shown of a user: the users' versions move with them."""
    session.execute(_TOUCH, {"ids": [str(one) for one in user_ids]})


def _json(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {"rows": orjson.dumps([dict(row) for row in rows]).decode()}
