"""How administrators see a member of staff."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.queries import staff
from app.accounts.schemas import HeldGrantOut, OrganizationOut, UserOut
from app.accounts.service.people import find_member


def shown_member(session: Session, user_id: UUID, now: datetime) -> tuple[UserOut, int]:
    """A member of staff with the grants that are valid or will be, and their version.

    Raises: UserNotFound.
    """
    found = find_member(session, user_id)
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
