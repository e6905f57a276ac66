"""Telling the managers of an addressee that a paper was issued to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.rules import Role
from app.notices import service as notices
from app.notices.rules import Occasion


def tell_addressee(session: Session, addressee_id: UUID, case_number: str, *, now: datetime) -> None:
    """Put a notice into the inbox of everybody who manages the addressee, in the transaction that issues the paper."""
    managers = accounts.users_with_role(session, Role.UNIT_MANAGER, organization_id=addressee_id, now=now)
    people = [manager.id for manager in managers]
    notices.tell(session, Occasion.DOCUMENT_ISSUED, people, case_number, now=now)
