"""What may be proposed about a part, and what an accepted proposal does to it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.core.errors import Fault
from app.parts.rules.states import State


class Kind(StrEnum):
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
NEEDS: Mapping[Kind, frozenset[str]] = {
    Kind.NEW: frozenset({"type", "position"}),
    Kind.MOVED: frozenset({"part_code", "position"}),
    Kind.MISSING: frozenset({"part_code"}),
    Kind.CHANGED: frozenset({"part_code", "changes"}),
}
MAY: Mapping[Kind, frozenset[str]] = {
    Kind.NEW: frozenset({"changes"}),
    Kind.MOVED: frozenset(),
    Kind.MISSING: frozenset({"position"}),
    Kind.CHANGED: frozenset({"position"}),
}
_SAYS = {
    "type": "say of which type it is",
    "position": "say where it is",
    "part_code": "say which part it is",
    "changes": "say what ought to be otherwise: state, name or owner",
}


def proposal_faults(kind: Kind, given: frozenset[str]) -> list[Fault]:
    """What a proposal of this kind lacks, and what it says that it cannot say.

    Example:
        >>> [fault.pointer for fault in proposal_faults(Kind.MOVED, frozenset({"part_code", "type"}))]
        ['/position', '/type']
    """
    missing = [Fault(f"/{name}", _SAYS[name]) for name in sorted(NEEDS[kind] - given)]
    surplus = given - NEEDS[kind] - MAY[kind]
    return missing + [Fault(f"/{name}", f"leave it out: a proposal “{kind}” has none") for name in sorted(surplus)]


def outcome(kind: Kind, changes: Mapping[str, Any], *, placed: bool) -> dict[str, Any]:
    """What an accepted proposal about a known part writes: columns with their values; `place` where it moves the part.

    Example:
        >>> outcome(Kind.MISSING, {}, placed=True)
        {'state': 'missing'}
    """
    if kind is Kind.MISSING:
        return {"state": State.MISSING.value}
    moves = {"place": True} if kind is Kind.MOVED and placed else {}
    return {**dict(changes), **moves}
