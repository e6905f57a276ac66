"""How a user sees themselves."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import queries
from app.accounts.rules import Role, UserKind
from app.accounts.schemas import GrantOut, MeOut


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
