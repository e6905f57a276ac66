"""Who and what there is: users with their roles, organisations and their tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Text, and_, bindparam, cast, exists, false, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from app.accounts.models import GrantRow, Organization, User
from app.accounts.queries.visibility import live_grants
from app.accounts.rules import UserKind, widest

OrganizationRow: TypeAlias = Row[UUID, str, str, str, UUID | None, str | None]
UserRow: TypeAlias = Row[UUID, str | None, str, UUID | None, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """A user as other features name one; `username` is None for citizens."""

    id: UUID
    username: str | None
    name: str
    kind: str
    organization_id: UUID | None
    organization_code: str | None
    organization_name: str | None


@dataclass(frozen=True, slots=True)
class Me:
    """A user with organisation and valid grants, as `GET /me` shows it."""

    id: UUID
    username: str | None
    name: str
    kind: str
    created_at: datetime
    organization: Mapping[str, Any] | None
    grants: Sequence[Mapping[str, Any]]


_PERSON = (
    select(
        User.id,
        User.username,
        User.name,
        User.kind,
        User.organization_id,
        Organization.code.label("organization_code"),
        Organization.name.label("organization_name"),
    )
    .select_from(User)
    .outerjoin(Organization, Organization.id == User.organization_id)
)
_BY_IDS = _PERSON.where(User.id.in_(bindparam("ids", expanding=True)))

_ME = (
    select(
        User.id,
        User.username,
        User.name,
        User.kind,
        User.created_at,
        Organization.id.label("organization_id"),
        Organization.code.label("organization_code"),
        Organization.name.label("organization_name"),
        Organization.kind.label("organization_kind"),
        GrantRow.role,
        GrantRow.organization_id.label("grant_organization_id"),
        GrantRow.area_code,
        GrantRow.valid_from,
        GrantRow.valid_to,
    )
    .select_from(User)
    .outerjoin(Organization, Organization.id == User.organization_id)
    .outerjoin(GrantRow, and_(GrantRow.user_id == User.id, live_grants(bindparam("now"))))
    .where(User.id == bindparam("id"))
    .order_by(GrantRow.role, GrantRow.area_code, GrantRow.id)
)

_ORGANIZATION = select(
    Organization.id,
    Organization.code,
    Organization.name,
    Organization.kind,
    Organization.parent_id,
    Organization.area_code,
)


def me(session: Session, user_id: UUID, now: datetime) -> Me:
    """A user with organisation and the grants valid at `now`, in one statement.

    Raises: NoResultFound for an id that is no user's.
    """
    rows = session.execute(_ME, {"id": user_id, "now": now}).all()
    first = rows[0]
    organization = first.organization_id and {
        "id": first.organization_id,
        "code": first.organization_code,
        "name": first.organization_name,
        "kind": first.organization_kind,
    }
    grants = [
        {
            "role": row.role,
            "organization_id": row.grant_organization_id,
            "area_code": row.area_code,
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
        }
        for row in rows
        if row.role is not None
    ]
    return Me(first.id, first.username, first.name, first.kind, first.created_at, organization or None, grants)


def people_by_ids(session: Session, ids: Sequence[UUID]) -> dict[UUID, Person]:
    """The users with these ids, whatever became of them since; ids of nobody are left out."""
    if not ids:
        return {}
    return {row.id: Person(*row) for row in session.execute(_BY_IDS, {"ids": list(ids)})}


def people_with_role(
    session: Session, role: str, *, organization_id: UUID | None = None, area_code: str | None = None, now: datetime
) -> Sequence[Person]:
    """The enabled users with a valid grant of this role, by user name.

    organization_id: only grants in this organisation. area_code: only grants whose subtree holds this area.
    """
    wanted = [GrantRow.user_id == User.id, GrantRow.role == role, live_grants(now)]
    if organization_id is not None:
        wanted.append(GrantRow.organization_id == organization_id)
    if area_code is not None:
        wanted.append(literal(area_code).like(GrantRow.area_code + "%"))
    query = _PERSON.where(User.disabled_at.is_(None), exists().where(*wanted)).order_by(User.username)
    return [Person(*row) for row in session.execute(query)]


def user_id_of(session: Session, username: str) -> UUID | None:
    """The id of the member of staff with this (folded) user name."""
    return session.scalar(select(User.id).where(User.username == username))


def organization_by_code(session: Session, code: str) -> OrganizationRow | None:
    """The organisation with this code: (id, code, name, kind, parent_id, area_code), or None."""
    return session.execute(_ORGANIZATION.where(Organization.code == code)).one_or_none()


def organization_subtree(session: Session, root_id: UUID) -> Sequence[OrganizationRow]:
    """An organisation and all below it: (id, code, name, kind, parent_id, area_code), parents before children."""
    start = select(Organization.id, literal(0).label("depth")).where(Organization.id == root_id)
    tree = start.cte("tree", recursive=True)
    below = aliased(Organization)
    tree = tree.union_all(select(below.id, tree.c.depth + 1).join(tree, below.parent_id == tree.c.id))
    query = _ORGANIZATION.join(tree, tree.c.id == Organization.id).order_by(tree.c.depth, Organization.code)
    return session.execute(query).all()


def list_organizations(
    session: Session,
    *,
    kind: str | None,
    parent: UUID | str | None,
    after: str | None,
    limit: int,
    closed: bool = False,
) -> Sequence[OrganizationRow]:
    """Organisations by code: (id, code, name, kind, parent_id, area_code), one more than `limit` where there are more.

    parent: the id or the code of the one directly above. closed: those that are closed as well.
    """
    query = _ORGANIZATION.order_by(Organization.code).limit(limit + 1)
    if not closed:
        query = query.where(Organization.closed_at.is_(None))
    if kind is not None:
        query = query.where(Organization.kind == kind)
    if parent is not None:
        query = query.where(Organization.parent_id == _organization_id(parent))
    if after is not None:
        query = query.where(Organization.code > after)
    return session.execute(query).all()


def list_users(  # noqa: PLR0913 -- two filters of the caller, two limits of what they may see, the instant and the page
    session: Session,
    *,
    role: str | None,
    organization: UUID | str | None,
    areas: Sequence[str],
    own_organization: UUID | None,
    now: datetime,
    after: str | None,
    limit: int,
    q: str | None = None,
) -> Sequence[UserRow]:
    """Enabled staff whom the caller's grants cover, by user name: (id, username, name, organization_id, roles).

    A grant covers the people who act on its ground: whose grants share ground with `areas`; and everybody's own
    organisation. `roles` are those valid now. One more row than `limit` where there are more. q: how the user name
    begins, or a part of the name.
    """
    roles = (
        select(func.coalesce(func.array_agg(func.distinct(GrantRow.role)), cast([], ARRAY(Text))))
        .where(GrantRow.user_id == User.id, live_grants(now))
        .scalar_subquery()
    )
    query = (
        select(User.id, User.username, User.name, User.organization_id, roles.label("roles"))
        .where(User.kind == UserKind.STAFF, User.disabled_at.is_(None), _visible(areas, own_organization, now))
        .order_by(User.username)
        .limit(limit + 1)
    )
    if role is not None:
        query = query.where(exists().where(GrantRow.user_id == User.id, GrantRow.role == role, live_grants(now)))
    if organization is not None:
        query = query.where(User.organization_id == _organization_id(organization))
    if after is not None:
        query = query.where(User.username > after)
    if q is not None:
        named = User.username.startswith(q.casefold(), autoescape=True)
        query = query.where(or_(named, User.name.icontains(q, autoescape=True)))
    return session.execute(query).all()


def _visible(areas: Sequence[str], own_organization: UUID | None, now: datetime) -> ColumnElement[bool]:
    kept = widest(areas)
    if kept == ("",):
        return true()
    shared = [
        or_(GrantRow.area_code.like(prefix + "%"), literal(prefix).like(GrantRow.area_code + "%")) for prefix in kept
    ]
    on_my_ground = exists().where(GrantRow.user_id == User.id, live_grants(now), or_(false(), *shared))
    return or_(on_my_ground, User.organization_id == own_organization)


def _organization_id(named: UUID | str) -> Any:
    if isinstance(named, UUID):
        return named
    return select(Organization.id).where(Organization.code == named).scalar_subquery()
