"""Citizens sign in by a one-time code that is sent to their phone."""

from __future__ import annotations

import hmac
import secrets
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


def send_code(session: Session, phone: str, address: str | None, *, now: datetime) -> None:
    """Send a six-digit code. The same happens whether the number has signed in before or not.

    Raises: BadPhone, TooManyAttempts.
    """
    number = rules.normal_phone(phone)
    phone_key, address_key = keys.of_phone(number), keys.of_asking_address(address)
    queries.lock_phone(session, phone_key)
    to_phone, from_address = queries.codes_sent(session, phone_key=phone_key, address_key=address_key, now=now)
    wait = rules.wait_for_code(to_phone, from_address, now)
    if wait.total_seconds() > 0:
        raise sign_in.too_many(wait)
    code_id, code = new_id(), f"{secrets.randbelow(1_000_000):06d}"
    row = {
        "id": code_id,
        "phone_key": phone_key,
        "address_key": address_key,
        "digest": keys.of_code(code_id, code),
        "sent_at": now,
        "expires_at": now + rules.CODE_LIFE,
    }
    queries.add_code(session, row)
    message = f"【FieldGrid】验证码 {code}，{_MINUTES} 分钟内有效，请勿告诉他人。"
    outbox.send(session, channel="sms", recipient=number, text=message, now=now)


def admit_phone(session: Session, phone: str, address: str | None, *, now: datetime) -> Attempt:
    """Let somebody try a code, or say how long they must wait: guessing codes slows like guessing passwords.

    Raises: BadPhone.
    """
    return sign_in.gate(session, keys.of_attempt(rules.normal_phone(phone), address), now=now)


def citizen_sign_in(
    session: Session, attempt: Attempt, phone: str, code: str, address: str | None, *, now: datetime
) -> Tokens | None:
    """Start a token family for the phone's owner, who becomes a user at the first sign-in.

    attempt: from `admit_phone`. None for a wrong, used or expired code, or one with too many wrong tries; it does not
    raise for those, because the try must be kept.
    Raises: BadPhone.
    """
    number = rules.normal_phone(phone)
    phone_key, address_key = keys.of_phone(number), keys.of_asking_address(address)
    open_codes = [one for one in queries.live_codes(session, phone_key, now) if _has_tries_left(one, address_key)]
    if not any(hmac.compare_digest(one.digest, keys.of_code(one.id, code)) for one in open_codes):
        queries.count_wrong_code(session, [one.id for one in open_codes], address_key)
        sign_in.failed(session, attempt, now=now)
        return None
    queries.use_codes(session, phone_key, now)
    user_id = create_citizen(session, number, now=now)
    if not queries.is_enabled(session, user_id):
        return None
    sign_in.succeeded(session, attempt, now=now)
    return families.start(session, user_id, now=now)


def create_citizen(session: Session, phone: str, *, now: datetime) -> UUID:
    """The id of the citizen with this phone number, made where there is none.

    Raises: BadPhone.
    """
    number = rules.normal_phone(phone)
    return changes.citizen_with_phone(session, phone=number, name=rules.mask_phone(number), now=now)


def _has_tries_left(code: PhoneCode, address_key: bytes) -> bool:
    tries = code.tries_here if code.address_key == address_key else code.tries_elsewhere
    return tries < rules.CODE_TRIES
