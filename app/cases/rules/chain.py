"""The chain of a case's events: what is hashed and how, what can be erased, and how a change shows.

Each event's hash covers the hash before it and a record of the event. Ids, states, times and plain inputs stand in
the record as they are. Whatever is personal or free (actor, text, place, device, photos) stands there as a salted
digest; value and salt live apart and can be deleted without breaking the chain.
Source: domain.md §5 "Erasure and the chain"; canonical JSON is RFC 8785.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import rfc8785

from app.cases.rules.states import Action

GENESIS = "0" * 64
"""The hash before the first event."""

SALT_BYTES = 16
"""Salts have one length, so that a byte cannot wander from the salt into the value."""

DOUBLES_FROM = 2**53
"""Integers from here on are not all exact as doubles (RFC 8785 §3.2.2.3)."""

PLAIN_INPUTS = frozenset(
    {
        "type",
        "condition_id",
        "inspector_id",
        "verdict",
        "into",
        "absorbed",
        "split_from",
        "split_into",
        "lead_id",
        "helper_ids",
        "handler_id",
        "limit",
        "unit",
        "granted",
        "until",
        "due_at",
        "score",
        "erased",
        "source",
        "report_id",
        "auto",
        "op_id",
        "task_id",
        "calendar_version",
        "organization_id",
        "from_ids",
        "recalled",
    },
)
"""Inputs that are hashed as they are and survive an erasure; any other input is treated as personal or free."""


@dataclass(frozen=True, slots=True)
class Event:
    """One link of the chain.

    Shape: `before` and `after` carry at least `state` and `version` (`before` is None for the first event);
           `digests` has a hex digest for each personal or free value, by its name.
    """

    case_id: UUID
    number: str
    seq: int
    action: str
    at: datetime
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    inputs: Mapping[str, Any] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    prev_hash: str = GENESIS
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """A personal or free value of an event, with the salt of its digest."""

    seq: int
    name: str
    salt: bytes
    value: Any


@dataclass(frozen=True, slots=True)
class ChainFault:
    """What is wrong with the chain, and at which event."""

    seq: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check: `checked` events, of which `redacted` had something erased."""

    ok: bool
    checked: int
    redacted: int
    faults: tuple[ChainFault, ...]


def canonical(value: Any) -> bytes:
    """The one way to write a JSON value as bytes (RFC 8785).

    A number is a double, as in JSON's readers: the database gives 1e20 back as an integer, and both are written alike.

    Raises: ValueError for what JSON cannot say the same everywhere (NaN, infinity, lone surrogates).

    Example:
        >>> canonical({"b": 1.0, "a": "网格"}).decode()
        '{"a":"网格","b":1}'
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.IntegerDomainError:
        return rfc8785.dumps(_with_doubles(value))


def _with_doubles(value: Any) -> Any:
    """The value with integers that a double cannot hold exactly as the nearest double."""
    if isinstance(value, dict):
        return {name: _with_doubles(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_doubles(inner) for inner in value]
    if isinstance(value, int) and abs(value) >= DOUBLES_FROM:
        try:
            return float(value)
        except OverflowError as wrong:
            raise ValueError("the number is too large for JSON's readers") from wrong
    return value


def instant(at: datetime) -> str:
    """An instant as the chain writes it: RFC 3339, UTC, microseconds.

    Raises: ValueError for a naive datetime.

    Example:
        >>> instant(datetime(2026, 3, 10, 2, tzinfo=UTC))
        '2026-03-10T02:00:00.000000Z'
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(salt: bytes, value: Any) -> str:
    """SHA-256 of salt and canonical value, in hex; says nothing about the value once the salt is gone.

    Raises: ValueError where the salt has not 16 bytes.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(salt + canonical(value)).hexdigest()


def split_inputs(inputs: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The inputs that are hashed as they are, and those that are personal or free; those that are None are left out."""
    given = {name: value for name, value in inputs.items() if value is not None}
    plain = {name: value for name, value in given.items() if name in PLAIN_INPUTS}
    return plain, {name: value for name, value in given.items() if name not in PLAIN_INPUTS}


def record(event: Event) -> dict[str, Any]:
    """What of an event is hashed, as a JSON value."""
    return {
        "case": str(event.case_id),
        "number": event.number,
        "seq": event.seq,
        "action": str(event.action),
        "at": instant(event.at),
        "from": None if event.before is None else dict(event.before),
        "to": dict(event.after),
        "inputs": dict(event.inputs),
        "digests": dict(event.digests),
    }


def event_hash(prev_hash: str, recorded: Mapping[str, Any]) -> str:
    """SHA-256 of the hash before (32 bytes) and the canonical record, in hex."""
    return hashlib.sha256(bytes.fromhex(prev_hash) + canonical(dict(recorded))).hexdigest()


def seal(event: Event, prev_hash: str) -> Event:
    """The event as the next link after `prev_hash`."""
    return replace(event, prev_hash=prev_hash, hash=event_hash(prev_hash, record(event)))


def erased_input(erased: Mapping[int, Iterable[str]]) -> dict[str, Any]:
    """The inputs of a `redact` event: which values of which earlier events were erased."""
    return {"erased": [{"seq": seq, "names": sorted(names)} for seq, names in sorted(erased.items())]}


def verify(events: Sequence[Event], details: Iterable[Detail], head: str | None = None) -> Verdict:
    """Whether the events, in the order of `seq`, are the chain that was written.

    `head` is the hash that is kept apart (with the case, in the daily digest): without it a chain that was cut at
    its end, or whose last event was rewritten with its hash, looks whole.
    """
    stored = {(detail.seq, detail.name): detail for detail in details}
    faults = [*_links(events, head), *_values(events, stored)]
    redacted = sum(any((event.seq, name) not in stored for name in event.digests) for event in events)
    faults.sort(key=lambda fault: fault.seq)
    return Verdict(not faults, len(events), redacted, tuple(faults))


def _links(events: Sequence[Event], head: str | None) -> Iterator[ChainFault]:
    before: Event | None = None
    for event in events:
        yield from _link(before, event)
        before = event
    if before is None:
        yield ChainFault(1, "missing", "There is no event at all.")
    elif head is not None and before.hash != head:
        yield ChainFault(before.seq, "head-mismatch", "The last event is not the one that was kept as the head.")


def _link(before: Event | None, event: Event) -> Iterator[ChainFault]:
    """The faults between an event and the one before it."""
    expected = 1 if before is None else before.seq + 1
    if event.seq != expected:
        gap = "comes twice or out of order" if event.seq < expected else f"follows where {expected} is missing"
        yield ChainFault(min(event.seq, expected), "missing", f"Event {event.seq} {gap}.")
    if before is not None and (before.case_id, before.number) != (event.case_id, event.number):
        yield ChainFault(event.seq, "foreign", f"Event {event.seq} belongs to another case.")
    if event.prev_hash != (GENESIS if before is None else before.hash):
        yield ChainFault(event.seq, "broken-link", f"Event {event.seq} does not follow from the event before it.")
    if _state(event.before) != (None if before is None else _state(before.after)):
        yield ChainFault(event.seq, "state-jump", f"Event {event.seq} starts from a state the case was not in.")
    if not _has_its_hash(event):
        yield ChainFault(event.seq, "changed", f"Event {event.seq} was changed after it was written.")


def _state(side: Mapping[str, Any] | None) -> Any:
    return None if side is None else side.get("state")


def _has_its_hash(event: Event) -> bool:
    try:
        return event_hash(event.prev_hash, record(event)) == event.hash
    except ValueError:  # a value that cannot have been written by us
        return False


def _values(events: Sequence[Event], stored: Mapping[tuple[int, str], Detail]) -> Iterator[ChainFault]:
    """The faults of personal and free values: changed, put in, or gone without a `redact` event."""
    erased = set(_erased(events))
    known = {(event.seq, name): hexes for event in events for name, hexes in event.digests.items()}
    for (seq, name), hexes in known.items():
        detail = stored.get((seq, name))
        if detail is None and (seq, name) not in erased:
            yield ChainFault(seq, "gone", f"{name} of event {seq} is gone, and no later event says it was erased.")
        elif detail is not None and not _has_its_digest(detail, hexes):
            yield ChainFault(seq, "changed", f"{name} of event {seq} was changed after it was written.")
    for seq, name in stored.keys() - known.keys():
        yield ChainFault(seq, "added", f"{name} was added to event {seq} after it was written.")


def _has_its_digest(detail: Detail, hexes: str) -> bool:
    try:
        return digest(detail.salt, detail.value) == hexes
    except ValueError:
        return False


def _erased(events: Sequence[Event]) -> Iterator[tuple[int, str]]:
    """The values that a later `redact` event names."""
    for event in events:
        if event.action == Action.REDACT:
            for item in event.inputs.get("erased", ()):
                if item["seq"] < event.seq:
                    yield from ((item["seq"], name) for name in item["names"])
