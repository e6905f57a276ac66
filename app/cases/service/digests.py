"""Writing the daily digest of all chain heads to the store, and reading digests back."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import IO
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.cases.queries import audit as chains
from app.cases.rules import digests as rules
from app.cases.rules.digests import CaseFault, Head, Link, Seal
from app.core.config import config
from app.core.storage import StoredBytesMissing, store

PAGE = 10_000
FOLDER = "digests/"
COMPRESSION = 1
"""Hashes do not shrink below their 32 bytes; the least effort finds what there is."""


class DigestUnreadable(ValueError):
    """A digest that is not what was written: cut off, changed, or signed with another key."""


class Heads:
    """The heads of a digest in the order of their numbers, taken as a walk over the cases comes by."""

    def __init__(self, heads: Iterator[Head]) -> None:
        self._heads = heads
        self._next: Head | None = None
        self.failed: str | None = None
        self._advance()

    def up_to(self, number: str | None) -> list[Head]:
        """Those not taken yet, up to and including this number; None takes all."""
        found = []
        while self._next is not None and (number is None or self._next.number <= number):
            found.append(self._next)
            self._advance()
        return found

    def _advance(self) -> None:
        try:
            self._next = next(self._heads, None)
        except (OSError, EOFError, ValueError) as wrong:
            self._next, self.failed = None, str(wrong)


@dataclass(slots=True)
class _Body:
    """The lines of a digest while they are written, with what has to be known for its first line."""

    packed: io.BytesIO = field(default_factory=io.BytesIO)
    hashed: hashlib._Hash = field(default_factory=hashlib.sha256)
    cases: int = 0
    _file: gzip.GzipFile = field(init=False)

    def __post_init__(self) -> None:
        self._file = gzip.GzipFile(fileobj=self.packed, mode="wb", compresslevel=COMPRESSION, mtime=0)

    def add(self, heads: list[Head]) -> None:
        lines = [rules.head_line(head) + b"\n" for head in heads]
        self.hashed.update(b"".join(lines))
        comma = b"," if self.cases and heads else b""
        self._file.write(comma + b",".join(lines))
        self.cases += len(heads)

    def finish(self) -> bytes:
        self._file.write(rules.HEADS_END)
        self._file.close()
        return self.packed.getvalue()


def ended_day(now: datetime) -> date:
    """The last day of the city that has ended."""
    return now.astimezone(ZoneInfo(config().city_tz)).date() - timedelta(days=1)


def write_digest(session: Session, day: date, *, now: datetime) -> Seal:
    """Write down the heads of all chains as the digest of a day, and look for those of the digest before.

    Cases that went on are looked at as well: the event that was their last has to be in its place. What is missing
    stands in the new digest, signed. The session should be a reading one: a million cases take a minute, page by page.
    """
    previous = max((found for found in days() if found < day), default=None)
    link, earlier, faults = _link(previous)
    body, number = _Body(), ""
    while True:
        rows = chains.heads_after(session, number, PAGE)
        heads = [Head(*row) for row in rows]
        number = heads[-1].number if heads else number
        then = earlier.up_to(number if len(heads) == PAGE else None)
        faults += _compared(session, then, {head.number: head for head in heads})
        body.add(heads)
        if len(heads) < PAGE:
            break
    if earlier.failed is not None and previous is not None:
        faults.append(_unreadable(previous, earlier.failed))
    packed = body.finish()
    found = {"cases": body.cases, "heads_sha256": body.hashed.hexdigest(), "previous": link, "faults": faults}
    seal = rules.seal_of(day, now, found)
    store().put(rules.key_of(day), gzip.compress(rules.first_line(seal, signing_key()), mtime=0) + packed)
    return seal


def _link(previous: date | None) -> tuple[Link | None, Heads, list[CaseFault]]:
    """The digest before: how the new one names it, its heads, and what is wrong with it."""
    if previous is None:
        return None, Heads(iter(())), []
    try:
        seal = read_seal(previous)
    except DigestUnreadable as wrong:
        return Link(previous.isoformat(), None), Heads(iter(())), [_unreadable(previous, str(wrong))]
    return Link(seal.day, seal.sha256()), Heads(heads_of(previous)), []


def _unreadable(day: date, why: str) -> CaseFault:
    return CaseFault(rules.key_of(day), "digest-changed", f"The digest of {day} cannot be trusted: {why}.")


def _compared(session: Session, then: list[Head], now: dict[str, Head]) -> list[CaseFault]:
    """The faults between earlier heads and the present ones; events are read only for cases that went on."""
    moved = {head.number: head.version for head in then if head.number in now and now[head.number] != head}
    hashes = chains.hashes_at(session, moved) if moved else {}
    found = []
    for head in then:
        present = now.get(head.number)
        hash_then = hashes.get(head.number) if head.number in moved else head.hash
        if (fault := rules.compared(head, present, hash_then)) is not None:
            found.append(fault)
    return found


def days() -> list[date]:
    """The days that have a digest, in order."""
    found = []
    for key, _ in store().keys(FOLDER):
        day = key.removeprefix(FOLDER).removesuffix(".json.gz")
        try:
            found.append(date.fromisoformat(day))
        except ValueError:
            continue  # not one of ours
    return sorted(found)


def read_seal(day: date) -> Seal:
    """The seal of a day's digest, with its signature checked.

    Raises: DigestUnreadable.
    """
    try:
        with _opened(day) as file:
            seal, signed = rules.read_first(file.readline())
    except (OSError, EOFError, ValueError, StoredBytesMissing) as wrong:
        raise DigestUnreadable(str(wrong)) from wrong
    if not hmac.compare_digest(signed, rules.signature(seal, signing_key())):
        raise DigestUnreadable("its signature is not that of this installation's data key")
    if seal.day != day.isoformat():
        raise DigestUnreadable(f"it is the digest of {seal.day}")
    return seal


def heads_of(day: date) -> Iterator[Head]:
    """The heads of a day's digest, read as they are taken.

    Raises: ValueError, OSError or EOFError, at the latest after the last head, where they are not those sealed.
    """
    with _opened(day) as file:
        seal, _ = rules.read_first(file.readline())
        yield from rules.read_heads(file, seal)


@contextmanager
def _opened(day: date) -> Iterator[IO[bytes]]:
    with store().open(rules.key_of(day)) as stored, gzip.GzipFile(fileobj=stored, mode="rb") as file:
        yield file  # type: ignore[misc]  # GzipFile is a binary file in all but name


def signing_key() -> bytes:
    """The key of the signatures, made from the data key; no other use has it."""
    return hmac.new(config().data_key.encode(), b"digest of chain heads", hashlib.sha256).digest()
