"""One-time codes: citizens sign in by one that is sent to their phone, staff confirm by one where they are reached."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.models import PhoneCode
from app.accounts.queries import changes
from app.accounts.queries import sign_in as queries
from app.accounts.service import families, keys, sign_in
from app.accounts.service.families import Tokens
from app.accounts.service.sign_in import Attempt
from app.core import outbox
from app.core.ids import new_id

_MINUTES = int(rules.CODE_LIFE.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class ContactAddress:
    """Where a member of staff says that they are reached."""

    owner: UUID
    channel: str
    address: str


def send_code(session: Session, phone: str, address: str | None, *, now: datetime) -> None:
    """Send a six-digit code. The same happens whether the number has signed in before or not.

    Raises: BadPhone, TooManyAttempts.
    """
    number = rules.normal_phone(phone)
    code = _new_code(session, keys.of_phone(number), address, now)
    message = f"【网格化城市管理】验证码 {code}，{_MINUTES} 分钟内有效，请勿告诉他人。"
    outbox.send(session, channel="sms", recipient=number, text=message, now=now)


def send_contact_code(
    session: Session, contact: ContactAddress, address: str | None, *, now: datetime, english: bool = False
) -> None:
    """Send a six-digit code to a contact, which shows that its owner reads what goes there.

    address: from where it is asked for.
    Raises: TooManyAttempts.
    """
    code = _new_code(session, keys.of_contact(contact.owner, contact.channel), address, now, contact.address)
    subject = "网格化城市管理验证码"
    message = f"【网格化城市管理】验证码 {code}，{_MINUTES} 分钟内有效，用于确认此联系方式。"
    if english:
        subject = "City Grid code"
        message = f"[City Grid] {code} confirms that you are reached here; it is valid for {_MINUTES} minutes."
    outbox.send(session, channel=contact.channel, recipient=contact.address, text=message, subject=subject, now=now)


def _new_code(session: Session, key: bytes, address: str | None, now: datetime, *bound: str) -> str:
    """A code that is kept under this key, unless too many were sent."""
    address_key = keys.of_asking_address(address)
    queries.lock_phone(session, key)
    to_it, from_address = queries.codes_sent(session, phone_key=key, address_key=address_key, now=now)
    wait = rules.wait_for_code(to_it, from_address, now)
    if wait.total_seconds() > 0:
        raise sign_in.too_many(wait)
    code_id, code = new_id(), f"{secrets.randbelow(1_000_000):06d}"
    row = {
        "id": code_id,
        "phone_key": key,
        "address_key": address_key,
        "digest": keys.of_code(code_id, code, *bound),
        "sent_at": now,
        "expires_at": now + rules.CODE_LIFE,
    }
    queries.add_code(session, row)
    return code


def admit_phone(session: Session, phone: str, address: str | None, *, now: datetime) -> Attempt:
    """Let somebody try a code, or say how long they must wait: guessing codes slows like guessing passwords.

    Raises: BadPhone.
    """
    return sign_in.gate(session, keys.of_attempt(rules.normal_phone(phone), address), now=now)


def admit_contact(session: Session, contact: ContactAddress, address: str | None, *, now: datetime) -> Attempt:
    """Let somebody try the code of a contact, or say how long they must wait."""
    return sign_in.gate(session, keys.of_attempt(f"contact {contact.channel} {contact.owner}", address), now=now)


def confirm_contact(
    session: Session, attempt: Attempt, contact: ContactAddress, code: str, address: str | None, *, now: datetime
) -> bool:
    """Whether this is a code that was sent to the contact. It does not raise for a wrong one: the try must be kept.

    attempt: from `admit_contact`; address: from where the code came.
    """
    key = keys.of_contact(contact.owner, contact.channel)
    if not _uses_code(session, key, code, keys.of_asking_address(address), now, contact.address):
        sign_in.failed(session, attempt, now=now)
        return False
    sign_in.succeeded(session, attempt, now=now)
    return True


def citizen_sign_in(
    session: Session, attempt: Attempt, phone: str, code: str, address: str | None, *, now: datetime
) -> Tokens | None:
    """Start a token family for the phone's owner, who becomes a user at the first sign-in.

    attempt: from `admit_phone`. None for a wrong, used or expired code, or one with too many wrong tries; it does not
    raise for those, because the try must be kept.
    Raises: BadPhone.
    """
    number = rules.normal_phone(phone)
    if not _uses_code(session, keys.of_phone(number), code, keys.of_asking_address(address), now):
        sign_in.failed(session, attempt, now=now)
        return None
    user_id = create_citizen(session, number, now=now)
    if not queries.is_enabled(session, user_id):
        return None
    sign_in.succeeded(session, attempt, now=now)
    return families.start(session, user_id, now=now)


def _uses_code(session: Session, key: bytes, code: str, address_key: bytes, now: datetime, *bound: str) -> bool:
    """Use up a code that was sent; a wrong one is counted against all that it might have been."""
    open_codes = [one for one in queries.live_codes(session, key, now) if _has_tries_left(one, address_key)]
    if not any(hmac.compare_digest(one.digest, keys.of_code(one.id, code, *bound)) for one in open_codes):
        queries.count_wrong_code(session, [one.id for one in open_codes], address_key)
        return False
    queries.use_codes(session, key, now)
    return True


def create_citizen(session: Session, phone: str, *, now: datetime) -> UUID:
    """The id of the citizen with this phone number, made where there is none.

    Raises: BadPhone.
    """
    number = rules.normal_phone(phone)
    return changes.citizen_with_phone(session, phone=number, name=rules.mask_phone(number), now=now)


def _has_tries_left(code: PhoneCode, address_key: bytes) -> bool:
    tries = code.tries_here if code.address_key == address_key else code.tries_elsewhere
    return tries < rules.CODE_TRIES
