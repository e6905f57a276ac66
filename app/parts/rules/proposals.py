"""What may be proposed about a part, and what an accepted proposal does to it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.core.errors import Fault
from app.parts.rules.states import PartState


class ProposalKind(StrEnum):
    """What somebody saw. Source: domain.md §3."""

    NEW = "new"
    MOVED = "moved"
    MISSING = "missing"
    CHANGED = "changed"


class ProposalState(StrEnum):
    """A proposal is decided once."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


# What each kind needs, and what it may say beside it.
NEEDS: Mapping[ProposalKind, frozenset[str]] = {
    ProposalKind.NEW: frozenset({"type", "position"}),
    ProposalKind.MOVED: frozenset({"part_code", "position"}),
    ProposalKind.MISSING: frozenset({"part_code"}),
    ProposalKind.CHANGED: frozenset({"part_code", "changes"}),
}
MAY: Mapping[ProposalKind, frozenset[str]] = {
    ProposalKind.NEW: frozenset({"changes"}),
    ProposalKind.MOVED: frozenset(),
    ProposalKind.MISSING: frozenset({"position"}),
    ProposalKind.CHANGED: frozenset({"position"}),
}
_SAYS = {
    "type": "say of which type it is",
    "position": "say where it is",
    "part_code": "say which part it is",
    "changes": "say what ought to be otherwise: state, name or owner",
}


def proposal_faults(kind: ProposalKind, given: frozenset[str]) -> list[Fault]:
    """What a proposal of this kind lacks, and what it says that it cannot say.

    Example:
        >>> [fault.pointer for fault in proposal_faults(ProposalKind.MOVED, frozenset({"part_code", "type"}))]
        ['/position', '/type']
    """
    missing = [Fault(f"/{name}", _SAYS[name]) for name in sorted(NEEDS[kind] - given)]
    surplus = given - NEEDS[kind] - MAY[kind]
    return missing + [Fault(f"/{name}", f"leave it out: a proposal “{kind}” has none") for name in sorted(surplus)]


def outcome(kind: ProposalKind, changes: Mapping[str, Any], *, placed: bool) -> dict[str, Any]:
    """What an accepted proposal about a known part writes: columns with their values; `place` where it moves the part.

    Example:
        >>> outcome(ProposalKind.MISSING, {}, placed=True)
        {'state': 'missing'}
    """
    if kind is ProposalKind.MISSING:
        return {"state": PartState.MISSING.value}
    moves = {"place": True} if kind is ProposalKind.MOVED and placed else {}
    return {**dict(changes), **moves}
