"""Signing in by password: slowed by failures, in equal time for everybody.

Three steps, so that no transaction is open while a password is hashed: `admit`, `password_matches`, `conclude`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import rules
from app.accounts.errors import TooManyAttempts
from app.accounts.models import SignInTally
from app.accounts.queries import sign_in as queries
from app.accounts.queries.sign_in import TallyKeys
from app.accounts.rules import Tally
from app.accounts.service import families, keys
from app.accounts.service.families import Tokens
from app.accounts.service.passwords import hash_password, needs_rehash


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was let in, or one that must wait."""

    keys: TallyKeys
    wait: timedelta
    user_id: UUID | None = None
    password_hash: str | None = None
    disabled: bool = False
    counted: bool = False

    def or_wait(self) -> Attempt:
        """The attempt itself.

        Raises: TooManyAttempts where it has to wait.
        """
        if self.wait > timedelta(0):
            raise too_many(self.wait)
        return self


def too_many(wait: timedelta) -> TooManyAttempts:
    """The error that says how long to wait."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    return TooManyAttempts(f"Too many attempts: try again in {seconds} s.", retry_after_s=seconds)


def admit(session: Session, username: str, address: str | None, *, now: datetime) -> Attempt:
    """Let a sign-in try its password, or say how long it must wait.

    It does not raise: that somebody knocked must be kept. A user name that nobody has goes the same way.
    """
    attempt = gate(session, keys.of_attempt(username, address), now=now)
    user = None if attempt.wait else queries.staff_to_sign_in(session, rules.normal_username(username))
    if user is None:
        return attempt
    disabled = user.disabled_at is not None
    return replace(attempt, user_id=user.id, password_hash=user.password_hash, disabled=disabled)


def gate(session: Session, attempted: TallyKeys, *, now: datetime) -> Attempt:
    """Let a try in, or say how long it must wait; it does not raise."""
    stored = queries.tallies(session, attempted)
    pair = stored.get("pair")
    known = rules.is_known(pair.succeeded_at if pair else None, now)
    crowd = rules.wait_of_crowd(
        _tally(stored.get("address")),
        _tally(stored.get("username")),
        now,
        known=known,
        knocked_at=pair.knocked_at if pair else None,
    )
    wait = max(crowd, rules.wait_of_pair(_tally(pair), now, known=known))
    if crowd > timedelta(0):
        queries.note_knock(session, attempted.pair, now)
    if wait > timedelta(0) or pair is None or _tally(pair).counting(now) < rules.PAIR_FREE_TRIES:
        return Attempt(attempted, wait)
    # Beyond the free tries a try counts before it is looked at: of many at once, one is let in.
    if queries.claim_try(session, pair, now):
        return Attempt(attempted, timedelta(0), counted=True)
    return Attempt(attempted, timedelta(seconds=1))


def conclude(session: Session, attempt: Attempt, *, matches: bool, now: datetime) -> Tokens | None:
    """Start a token family, or count the failure and return None. It does not raise: the count must be kept."""
    if not matches or attempt.disabled or attempt.user_id is None:
        failed(session, attempt, now=now)
        return None
    succeeded(session, attempt, now=now)
    return families.start(session, attempt.user_id, now=now)


def failed(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Count a try that was let in and was wrong."""
    tried = {"address": attempt.keys.address, "username": attempt.keys.username}
    if not attempt.counted:
        tried["pair"] = attempt.keys.pair
    queries.add_failures(session, tried, now)


def succeeded(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Forget the pair's failures; the address is a known one from now on."""
    queries.note_success(session, attempt.keys.pair, now)


def rehash(session: Session, attempt: Attempt, password: str) -> None:
    """Store the password anew where its hash was made with other parameters than today's."""
    if attempt.user_id and attempt.password_hash and needs_rehash(attempt.password_hash):
        queries.set_password_hash(session, attempt.user_id, hash_password(password).text)


def _tally(stored: SignInTally | None) -> Tally:
    return Tally(stored.failures, stored.last_failed_at) if stored else Tally()
