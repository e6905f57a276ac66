"""The kinds of errors a feature may raise. Free of Flask, so that rules may raise them too.

A feature subclasses one kind and sets ``slug`` (the last part of the problem's ``type``) and ``title``; the
status code of each kind stands in ``core/problems.py``. ``docs/problems/<slug>.md`` explains it to a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong place in the input: a JSON pointer such as ``/position/lon`` and what to do about it."""

    pointer: str
    detail: str


class DomainError(Exception):
    """What went wrong, for a person (``detail``) and for a program (``facts``, ``faults``)."""

    slug: ClassVar[str] = "error"
    title: ClassVar[str] = "Error"

    def __init__(self, detail: str = "", *, faults: Sequence[Fault] = (), **facts: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = tuple(faults)
        self.facts = facts


class Invalid(DomainError):
    slug = "invalid"
    title = "The input is not valid"


class Malformed(DomainError):
    slug = "bad-request"
    title = "The request cannot be read"


class Unauthenticated(DomainError):
    slug = "unauthenticated"
    title = "Sign in first"


class Forbidden(DomainError):
    slug = "forbidden"
    title = "Not allowed"


class NotFound(DomainError):
    slug = "not-found"
    title = "Not found, or not visible to you"


class Conflict(DomainError):
    slug = "conflict"
    title = "In conflict with what is stored"


class Gone(DomainError):
    slug = "gone"
    title = "No longer there"


class Stale(DomainError):
    slug = "stale-version"
    title = "Somebody changed it in the meantime"


class TooLarge(DomainError):
    slug = "too-large"
    title = "Too large"


class WrongType(DomainError):
    slug = "wrong-type"
    title = "Wrong content type"


class Damaged(DomainError):
    slug = "damaged"
    title = "The bytes were damaged on their way"


class VersionMissing(DomainError):
    slug = "version-missing"
    title = "If-Match is missing"


class TooMany(DomainError):
    slug = "too-many"
    title = "Too many requests"

    def __init__(self, detail: str = "", *, retry_after_s: int, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.retry_after_s = retry_after_s


class Unavailable(DomainError):
    slug = "unavailable"
    title = "Not available for the moment"

    def __init__(self, detail: str = "", *, retry_after_s: int = 5, **facts: Any) -> None:
        super().__init__(detail, **facts)
        self.retry_after_s = retry_after_s
