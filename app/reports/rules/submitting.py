"""What somebody sends: tracking codes, sources, whether two reports are the same, what their status is."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.accounts.rules import Role
from app.cases.rules import Source, State, canonical
from app.reports.rules.callers import Caller
from app.sla.rules import SourceRule

AHEAD_AT_MOST = timedelta(minutes=5)
"""How far a phone's clock may run ahead of the server's. Source: api.md, Conventions."""

# Which source a report of somebody with this role has who names none; the first that fits, as long as the city lets the
# role enter it. Source: domain.md §5.
SOURCES: tuple[tuple[Role, Source], ...] = (
    (Role.INSPECTOR, Source.INSPECTOR),
    (Role.OPERATOR, Source.HOTLINE),
    (Role.SHIFT_LEADER, Source.HOTLINE),
    (Role.DISPATCHER, Source.HOTLINE),
    (Role.SUPERVISOR, Source.SUPERIOR),
)

# How far a case has come, for a report whose case was split: the least advanced speaks for it.
ADVANCE: Mapping[State, int] = {
    state: rank
    for rank, state in enumerate(
        (
            State.RECEIVED,
            State.VERIFYING,
            State.TO_FILE,
            State.TO_DISPATCH,
            State.ON_HOLD,
            State.HANDLING,
            State.TO_CHECK,
            State.TO_CLOSE,
            State.CLOSED,
            State.REJECTED,
            State.VOID,
            State.MERGED,
        )
    )
}


@dataclass(frozen=True, slots=True)
class SubmitReport:
    """What somebody sends.

    Units: lon, lat in degrees, WGS 84 (converted); `stated` is the position as it was sent. `captured_at` is None where
           the sender did not say: the time of receipt, which is another one when the same is sent again. `source` is
           None where the sender did not name one.
    """

    report_id: UUID | None
    description: str
    lon: float
    lat: float
    stated: Mapping[str, Any]
    captured_at: datetime | None
    type_ref: Mapping[str, str] | None = None
    address: str | None = None
    photo_ids: Sequence[UUID] = ()
    part_code: str | None = None
    anonymous: bool = False
    source: Source | None = None
    caller: Caller | None = None


def keyed_hash(key: str, *parts: str) -> bytes:
    """HMAC-SHA-256 over the parts, each with its length, so that no two lists of parts look alike."""
    message = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.new(key.encode(), message, hashlib.sha256).digest()


def tracking_code(key: str, report_id: UUID) -> str:
    """The code by which anybody who holds it follows the report: 100 bits that nobody can guess without the key.

    Shape: 20 characters of base 32 in five groups of four.
    """
    text = base64.b32encode(keyed_hash(key, "tracking", str(report_id))).decode()[:20]
    return "-".join(text[i : i + 4] for i in range(0, 20, 4))


def tracking_hash(code: str) -> str:
    """What is stored of a tracking code; small letters, spaces and missing hyphens are forgiven."""
    plain = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def sender_hash(key: str, principal_key: str) -> str:
    """The same for the same user or address, and nothing that tells who it is."""
    return keyed_hash(key, "sender", principal_key).hex()


def fingerprint(command: SubmitReport, key: str) -> str:
    """SHA-256 of what was sent: a repeated id with the same print is the same report.

    Who rang is in it under the key alone: the print outlives the caller, and numbers are few enough to be tried out.
    """
    content: dict[str, Any] = {
        "description": command.description,
        "stated": {name: value for name, value in command.stated.items() if value is not None},
        "captured_at": None if command.captured_at is None else command.captured_at.isoformat(),
        "type": None if command.type_ref is None else dict(command.type_ref),
        "address": command.address,
        "photo_ids": [str(photo) for photo in command.photo_ids],
        "part_code": command.part_code,
        "anonymous": command.anonymous,
    }
    # Left out where nobody sent them, so that what was sent before there were any has the print it had.
    if command.source is not None:
        content["source"] = command.source.value
    if command.caller is not None:
        content["caller"] = keyed_hash(key, "caller print", canonical(asdict(command.caller)).decode()).hex()
    return hashlib.sha256(canonical(content)).hexdigest()


def source_of(roles: Iterable[str], rules: Mapping[str, SourceRule]) -> Source:
    """The source of a report whose sender, with these roles, named none: what the city's rules let the role enter.

    Whoever has no such role reports as any citizen may.
    """
    held = set(roles)
    mine = (source for role, source in SOURCES if role in held and rules[source].may_be_entered_by([role]))
    return next(mine, Source.CITIZEN)


def status_of(states: Iterable[str]) -> State:
    """The status of a report by the states of its cases: that of the least advanced.

    Raises: ValueError for a report without a case, which cannot be.
    """
    return min((State(state) for state in states), key=lambda state: ADVANCE[state])
