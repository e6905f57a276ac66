"""What a list of cases can be narrowed by and ordered by."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SORTS = ("-opened_at", "opened_at", "due_at", "-due_at", "-updated_at", "updated_at")
"""Orders of the list; a minus sign means the latest first. By `due_at`, only cases with a running clock are listed."""


class Mark(StrEnum):
    """What sets cases apart beside their state."""

    MINE = "mine"  # assigned to the caller in person
    SUPERVISED = "supervised"
    EXTENSION = "extension"  # asked for, not decided
    HOLD = "hold"  # the same
    APPEAL = "appeal"  # the same
    RETURNED = "returned"  # by an owner, at least once


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are asked for. Empty tuples and None do not narrow.

    Shape: `bbox` is (west, south, east, north) in degrees, WGS 84; `area` a code of any level; `owner` an
           organisation's id or code; `since` inclusive, `until` exclusive, both on the instant of opening.
    """

    states: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    area: str | None = None
    owner: str | None = None
    lamps: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] | None = None
    q: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    mark: Mark | None = None
    part: str | None = None
    sort: str = "-opened_at"
