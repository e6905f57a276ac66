"""What both records are asked by: people by id or name."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.rules import normal_username
from app.core.errors import Fault, Invalid


def user_named(session: Session, named: str, pointer: str, hint: str) -> UUID:
    """The id of somebody who was named by id or user name.

    Raises: Invalid where nobody has that name.
    """
    try:
        return UUID(named)
    except ValueError:
        found = accounts.user_id_of(session, normal_username(named))
    if found is None:
        raise Invalid(f"There is no user {named}.", faults=[Fault(pointer, hint)])
    return found
