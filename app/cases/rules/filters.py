"""What a list of cases can be narrowed by and ordered by."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SORTS = ("-opened_at", "opened_at", "due_at", "-due_at", "-updated_at", "updated_at")
"""Orders of the list; a minus sign means the latest first. By `due_at`, only cases with a running clock are listed."""


_NUMBER = re.compile(r"\d{1,8}|\d{8}-\d*", re.ASCII)


def begins_number(text: str) -> bool:
    """Whether a case's number can begin so.

    Example:
        >>> begins_number("20260310-00"), begins_number("2026"), begins_number("人民路"), begins_number("3-1")
        (True, True, False, False)
    """
    return _NUMBER.fullmatch(text) is not None


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

    Shape: `types` are codes, `scheme|kind|code` or, all of them, ids;
           `bbox` is (west, south, east, north) in degrees, WGS 84; `area` a code of any level; `owner` an
           organisation's id or code; `since` inclusive, `until` exclusive, both on the instant of opening;
           `due_within`: not late yet, and late by then unless somebody acts.
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
    due_within: timedelta | None = None
    sort: str = "-opened_at"
