"""How a user sees themselves, and how administrators see a member of staff."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import queries, service
from app.accounts.queries import staff
from app.accounts.rules import Role, UserKind
from app.accounts.schemas import GrantOut, HeldGrantOut, MeOut, OrganizationOut, UserOut


def shown(session: Session, user_id: UUID, now: datetime) -> MeOut:
    """The user with the grants that are valid now; a citizen's one role, which nobody granted, looks like one."""
    me = queries.me(session, user_id, now)
    grants = [GrantOut.model_validate(grant) for grant in me.grants]
    if me.kind == UserKind.CITIZEN:
        role = Role.CITIZEN
        grants = [GrantOut(role=role, organization_id=None, area_code="", valid_from=me.created_at, valid_to=None)]
    return MeOut.model_validate(
        {"id": me.id, "username": me.username, "name": me.name, "organization": me.organization, "grants": grants}
    )


def member_shown(session: Session, user_id: UUID, now: datetime) -> tuple[UserOut, int]:
    """A member of staff with the grants that are valid or will be, and their version.

    Raises: UserNotFound.
    """
    found = service.find_member(session, user_id)
    grants = [HeldGrantOut.model_validate(grant) for grant in staff.grants_to_come(session, user_id, now)]
    out = UserOut(
        id=found.id,
        username=found.username,
        name=found.name,
        organization=OrganizationOut(
            id=found.organization_id,
            code=found.organization_code,
            name=found.organization_name,
            kind=found.organization_kind,
        ),
        roles=sorted({grant.role for grant in grants if grant.valid_from <= now}),
        grants=grants,
        has_password=found.has_password,
        disabled_at=found.disabled_at,
        created_at=found.created_at,
    )
    return out, int(found.version)
