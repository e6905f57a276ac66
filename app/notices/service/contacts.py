"""Where staff are reached beside their inbox, confirmed by a code that was sent there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.errors import UserNotFound
from app.accounts.service import Attempt, ContactAddress
from app.core.clock import to_rfc3339
from app.core.errors import Fault
from app.notices import queries
from app.notices.errors import BadContact, ContactNotFound
from app.notices.rules import ADVICE, Channel, Occasion, masked, normal_address


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact as its owner wants it; `asking` is the network address from where they ask."""

    channel: Channel
    address: str
    language: str
    wanted: Sequence[Occasion]
    quiet_hours: bool
    asking: str | None


def contacts_of(session: Session, user_id: UUID) -> list[dict[str, Any]]:
    """Somebody's contacts as they see them."""
    return [_shown(row) for row in queries.contacts_of(session, user_id)]


def masked_contacts_of(session: Session, user_id: UUID) -> list[dict[str, Any]]:
    """Somebody's contacts as an administrator sees them: the addresses are nobody else's to read.

    Raises: UserNotFound.
    """
    if not queries.is_staff(session, user_id):
        raise UserNotFound(f"There is no member of staff {user_id}.")
    rows = queries.contacts_of(session, user_id)
    return [_shown(row) | {"address": masked(Channel(row.channel), row.address)} for row in rows]


def put_contact(session: Session, user_id: UUID, new: NewContact, *, now: datetime) -> dict[str, Any]:
    """Keep a contact. One that is not confirmed is sent a code; a new address has to be confirmed anew.

    Raises: BadContact, TooManyAttempts.
    """
    address = normal_address(new.channel, new.address)
    if address is None:
        advice = ADVICE[new.channel]
        raise BadContact(advice, faults=[Fault("/address", advice)])
    before = queries.contact(session, user_id, new.channel, lock=True)
    same = before is not None and before.address == address
    verified_at = before.verified_at if before is not None and same else None
    if not same:
        queries.drop_unsent(session, user_id, new.channel)
    values = {"user_id": user_id, "channel": str(new.channel), "address": address, "language": new.language}
    values |= {"wanted": sorted({str(one) for one in new.wanted}), "quiet_hours": new.quiet_hours}
    queries.put_contact(session, values | {"verified_at": verified_at, "changed_at": now})
    if verified_at is None:
        where = ContactAddress(user_id, new.channel, address)
        accounts.send_contact_code(session, where, new.asking, now=now, english=new.language == "en")
    return _one(session, user_id, new.channel)


def admit_code(
    session: Session, user_id: UUID, channel: Channel, asking: str | None, *, now: datetime
) -> tuple[ContactAddress, Attempt]:
    """Let somebody try the code of a contact, or say how long they must wait; it does not raise for that.

    Raises: ContactNotFound.
    """
    row = queries.contact(session, user_id, channel)
    if row is None:
        raise _missing(channel)
    where = ContactAddress(user_id, row.channel, row.address)
    return where, accounts.admit_contact(session, where, asking, now=now)


def confirm_contact(
    session: Session, where: ContactAddress, attempt: Attempt, code: str, asking: str | None, *, now: datetime
) -> dict[str, Any] | None:
    """The contact, which is used from now on; None for a wrong code, which is counted. Confirming again is harmless.

    Raises: ContactNotFound.
    """
    row = queries.contact(session, where.owner, where.channel, lock=True)
    if row is None or row.address != where.address:
        raise _missing(where.channel)
    if row.verified_at is not None:
        return _shown(row)
    if not accounts.confirm_contact(session, attempt, where, code, asking, now=now):
        return None
    queries.note_verified(session, where.owner, where.channel, now)
    return _one(session, where.owner, where.channel)


def remove_contact(session: Session, user_id: UUID, channel: Channel) -> None:
    """Reach somebody there no more; what waits to be sent there is not.

    Raises: ContactNotFound.
    """
    queries.drop_unsent(session, user_id, channel)
    if not queries.remove_contact(session, user_id, channel):
        raise _missing(channel)


def forget_contacts(session: Session) -> int:
    """Forget where people were reached who were shut out; returns how many contacts."""
    return queries.forget_contacts(session)


def _missing(channel: str) -> ContactNotFound:
    return ContactNotFound(f"You have no contact for {channel}: add it with PUT /me/contacts/{channel}.")


def _one(session: Session, user_id: UUID, channel: str) -> dict[str, Any]:
    return _shown(queries.contact(session, user_id, channel))


def _shown(row: Any) -> dict[str, Any]:
    return {
        "channel": row.channel,
        "address": row.address,
        "language": row.language,
        "wanted": row.wanted,
        "quiet_hours": row.quiet_hours,
        "verified_at": None if row.verified_at is None else to_rfc3339(row.verified_at),
    }
