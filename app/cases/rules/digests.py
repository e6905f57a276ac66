"""The daily digest of all chain heads: what stands in it, how it is sealed, how it is read back.

A chain alone cannot show that its end was cut off or that a whole case is gone. Once a day the heads of all chains
are written down in the store; each digest names the one before it by its hash, so that none can be taken out of the
row, and carries a signature that needs the installation's data key.
Source: domain.md §5 "Erasure and the chain"; ADR 0010, ADR 0015.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson

from app.cases.rules.chain import canonical, instant

FORMAT = 1
ALGORITHM = "HMAC-SHA256"
FAULTS_AT_MOST = 100
"""So many faults a digest lists; it counts them all."""


class Head(NamedTuple):
    """The end of a case's chain: the seq of its last event is the case's version."""

    number: str
    version: int
    hash: str


class CaseFault(NamedTuple):
    """What is wrong with a case, or with a digest (`number` is then its key)."""

    number: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Link:
    """The digest before: its day and its hash; the hash is None where it could not be read."""

    day: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Seal:
    """What is signed of a digest.

    Shape: `heads_sha256` covers the lines of the heads in the order of their numbers; `faults` are those found when
           the heads of the digest before were looked for.
    """

    day: str
    made_at: str
    cases: int
    heads_sha256: str
    previous: Link | None
    fault_count: int = 0
    faults: tuple[CaseFault, ...] = ()

    def signed(self) -> bytes:
        """The bytes under the signature: canonical JSON (RFC 8785)."""
        return canonical(self.as_json())

    def sha256(self) -> str:
        """What the next digest names this one by."""
        return hashlib.sha256(self.signed()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "day": self.day,
            "made_at": self.made_at,
            "cases": self.cases,
            "heads_sha256": self.heads_sha256,
            "previous": self.previous and {"day": self.previous.day, "sha256": self.previous.sha256},
            "fault_count": self.fault_count,
            "faults": [list(fault) for fault in self.faults],
        }


def seal_of(day: date, made_at: datetime, found: Mapping[str, Any]) -> Seal:
    """A seal with what was found: cases, heads_sha256, previous, faults (all of them)."""
    faults = found["faults"]
    return Seal(
        day.isoformat(),
        instant(made_at),
        found["cases"],
        found["heads_sha256"],
        found["previous"],
        len(faults),
        tuple(faults[:FAULTS_AT_MOST]),
    )


def signature(seal: Seal, key: bytes) -> str:
    """The signature of a seal, in hex."""
    return hmac.new(key, seal.signed(), hashlib.sha256).hexdigest()


def key_of(day: date) -> str:
    """Where the digest of a day lies in the store.

    Example:
        >>> key_of(date(2026, 3, 9))
        'digests/2026-03-09.json.gz'
    """
    return f"digests/{day.isoformat()}.json.gz"


# A digest is one JSON document, written so that it can be read line by line: a city has a million heads.
HEADS_END = b"]}\n"


def first_line(seal: Seal, key: bytes) -> bytes:
    """The line that opens a digest: the seal and its signature."""
    opening = {"digest": seal.as_json(), "signature": {"algorithm": ALGORITHM, "value": signature(seal, key)}}
    return orjson.dumps(opening)[:-1] + b',"heads":[\n'


def head_line(head: Head) -> bytes:
    """A head as it is hashed; in the document a comma stands before every line but the first.

    Example:
        >>> head_line(Head("20260310-000001", 3, "ab"))
        b'["20260310-000001",3,"ab"]'
    """
    return orjson.dumps(list(head))


def read_first(line: bytes) -> tuple[Seal, str]:
    """The seal of a digest and the signature beside it.

    Raises: ValueError for anything that is not the first line of a digest.
    """
    try:
        told = orjson.loads(line.rstrip() + b"]}")
        digest = told["digest"]
        previous = digest["previous"]
        seal = Seal(
            digest["day"],
            digest["made_at"],
            int(digest["cases"]),
            digest["heads_sha256"],
            previous and Link(previous["day"], previous["sha256"]),
            int(digest["fault_count"]),
            tuple(CaseFault(*fault) for fault in digest["faults"]),
        )
        return seal, str(told["signature"]["value"])
    except (KeyError, TypeError, ValueError) as wrong:
        raise ValueError("it does not begin as a digest does") from wrong


def read_heads(lines: Iterator[bytes], seal: Seal) -> Iterator[Head]:
    """The heads of a digest, whose lines follow its first; checked against the seal as they are read.

    Raises: ValueError where a line is no head, or after the last where they are not those that were sealed.
    """
    hashed = hashlib.sha256()
    count = 0
    for line in lines:
        if line == HEADS_END:
            break
        bare = line.lstrip(b",").rstrip(b"\n")
        hashed.update(bare + b"\n")
        count += 1
        yield _head(bare)
    if count != seal.cases or hashed.hexdigest() != seal.heads_sha256:
        raise ValueError("its heads are not those that were sealed")


def _head(line: bytes) -> Head:
    try:
        number, version, hexes = orjson.loads(line)
        return Head(str(number), int(version), str(hexes))
    except (TypeError, ValueError) as wrong:
        raise ValueError("one of its lines is not the head of a chain") from wrong


def compared(then: Head, now: Head | None, hash_then: str | None) -> CaseFault | None:
    """What happened between a digest and now that cannot have: the case is gone, shorter, or has another past.

    hash_then: the hash of the event that was the last one in the digest, as it stands in the database now.
    """
    if now is None:
        return CaseFault(then.number, "case-removed", f"The case stood at version {then.version}; it is gone.")
    if now.version < then.version:
        return CaseFault(then.number, "cut-off", f"The case stood at version {then.version}; now it has {now.version}.")
    if hash_then != then.hash:
        detail = f"Event {then.version} was the last one; another one stands in its place now."
        return CaseFault(then.number, "rewritten", detail)
    return None
