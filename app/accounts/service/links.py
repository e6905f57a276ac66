"""One-time links: whoever has one chooses the password of one member of staff, once and within three days.

Nothing is stored of a link. It is bound to the password there is now, so that choosing one ends every link before it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.errors import TokenExpired, TokenInvalid, UserNotFound
from app.accounts.models import User
from app.accounts.service.grants import locked, note
from app.accounts.service.keys import keyed
from app.accounts.service.people import reset_password

LIFE = timedelta(days=3)
_ID, _INSTANT, _MAC = 16, 8, 32


@dataclass(frozen=True, slots=True)
class Link:
    """What is sent to somebody so that they choose a password."""

    token: str
    expires_at: datetime


def make_link(session: Session, user_id: UUID, *, now: datetime, actor_id: UUID | None = None) -> Link:
    """A link for a member of staff; that it was made is written down, the link is not.

    Raises: UserNotFound.
    """
    user = locked(session, user_id)
    expires_at = (now + LIFE).replace(microsecond=0)
    head = user_id.bytes + int(expires_at.timestamp()).to_bytes(_INSTANT, "big")
    token = base64.urlsafe_b64encode(head + _mac(head, user)).decode().rstrip("=")
    note(session, "user.make_link", user_id, {"expires_at": expires_at.isoformat()}, actor_id, now)
    return Link(token, expires_at)


def redeem_link(session: Session, token: str, password: str, *, now: datetime) -> UUID:
    """Choose the password that a link is for; all sign-ins of the user end. The user's id.

    Raises: TokenInvalid (never one of ours, used, or the user is disabled), TokenExpired, WeakPassword.
    """
    invalid = TokenInvalid("The link is not one of ours or was used: ask an administrator for another one.")
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid from error
    if len(raw) != _ID + _INSTANT + _MAC:
        raise invalid
    head, mac = raw[:-_MAC], raw[-_MAC:]
    user_id = UUID(bytes=head[:_ID])
    try:
        user = locked(session, user_id)
    except UserNotFound:
        raise invalid from None
    if not hmac.compare_digest(mac, _mac(head, user)) or user.disabled_at is not None:
        raise invalid
    if datetime.fromtimestamp(int.from_bytes(head[_ID:], "big"), UTC) <= now:
        raise TokenExpired("The link is older than three days: ask an administrator for another one.")
    reset_password(session, user_id, password, now=now, actor_id=user_id)
    return user_id


def _mac(head: bytes, user: User) -> bytes:
    return keyed("one-time link", head.hex(), user.password_hash or "")
