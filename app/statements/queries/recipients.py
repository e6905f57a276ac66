"""To whom figures may be mailed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.models import table
from app.notices.models import Contact
from app.notices.rules import Channel
from app.statements.models import StatementRecipients
from app.statements.queries.register import AnyRow

_RECIPIENTS = table(StatementRecipients)


def recipients(session: Session, *, lock: bool = False) -> AnyRow:
    """The one row."""
    query = select(_RECIPIENTS)
    return session.execute(query.with_for_update() if lock else query).one()


def put_recipients(session: Session, domains: Sequence[str], *, version: int, now: datetime) -> None:
    session.execute(update(_RECIPIENTS).values(domains=list(domains), version=version, changed_at=now))


def known_addresses(session: Session, addresses: Collection[str]) -> dict[str, set[str]]:
    """Those of the addresses that users who may sign in confirmed as theirs, with the users' ids."""
    query = select(Contact.address, Contact.user_id).join(User, User.id == Contact.user_id)
    query = query.where(Contact.channel == Channel.EMAIL, Contact.verified_at.is_not(None), User.disabled_at.is_(None))
    found: dict[str, set[str]] = {}
    for address, user_id in session.execute(query.where(Contact.address.in_(addresses))):
        found.setdefault(address, set()).add(str(user_id))
    return found
