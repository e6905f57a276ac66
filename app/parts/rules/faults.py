"""What can be wrong with a row of a file of parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

# More than this tells nobody anything new; `counts` says how many there are of each kind.
MOST_FAULTS = 1_000


class FaultKind(StrEnum):
    """The kinds of faults, as the API names them."""

    UNREADABLE = "unreadable"
    WRONG_CRS = "wrong-crs"
    EMPTY = "empty"
    BAD_CODE = "bad-code"
    DUPLICATE_CODE = "duplicate-code"
    UNKNOWN_TYPE = "unknown-type"
    WRONG_TYPE = "wrong-type"
    WRONG_DISTRICT = "wrong-district"
    UNKNOWN_OWNER = "unknown-owner"
    UNKNOWN_STATE = "unknown-state"
    BAD_NAME = "bad-name"
    BAD_DATE = "bad-date"
    BAD_POSITION = "bad-position"
    OUTSIDE_CITY = "outside-city"


class PartFault(NamedTuple):
    """One fault: where, of which part, and what to do. `row` counts as the file's own program shows it."""

    row: int | None
    code: str | None
    kind: FaultKind
    detail: str


@dataclass(slots=True)
class Faults:
    """The faults found so far: how many of each kind, and the first thousand."""

    first: list[PartFault] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)

    def add(self, found: Iterable[PartFault]) -> None:
        for fault in found:
            self.by_kind[fault.kind.value] += 1
            if len(self.first) < MOST_FAULTS:
                self.first.append(fault)

    @property
    def total(self) -> int:
        return self.by_kind.total()
