"""Passwords: hashed with argon2id, compared in the same time whether the user exists or not."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import Unavailable

# RFC 9106 and the OWASP cheat sheet's smallest recommended set: 19 MiB, two passes, one lane; about 25 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# Each hash needs a core and 19 MiB for its time. More at once would only be slower and take the memory of the API.
_AT_ONCE = BoundedSemaphore(2)
_PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """A password that is hashed already; its text is not kept."""

    text: str

    def __repr__(self) -> str:
        return "PasswordHash(…)"


def hash_password(password: str) -> PasswordHash:
    """An argon2id hash with a salt of its own. Costs 25 ms on purpose: hash once where many users share a password."""
    with _turn():
        return PasswordHash(_HASHER.hash(password))


def password_matches(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; without a stored one it costs the same time and is never right."""
    with _turn():
        try:
            right = _HASHER.verify(stored or _nobodys_hash(), password)
        except (VerificationError, InvalidHashError):
            return False
    return right and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_urlsafe())


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise Unavailable("Too many sign-ins at once: try again shortly.", retry_after_s=5)
    try:
        yield
    finally:
        _AT_ONCE.release()
