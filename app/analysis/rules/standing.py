"""Open work: what it is grouped by, and the bands of its age."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Literal, NamedTuple


class OpenDimension(StrEnum):
    """What open cases can be grouped by."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    CELL = "cell"
    UNIT = "unit"
    TYPE = "type"
    CLASS = "class"
    SOURCE = "source"
    STATE = "state"
    STAGE = "stage"


class Age(NamedTuple):
    """A band of the time since a case was opened: at least `since`, less than `until` (None: any longer)."""

    name: str
    since: timedelta
    until: timedelta | None


AGES: tuple[Age, ...] = (
    Age("under_1d", timedelta(0), timedelta(days=1)),
    Age("d1_3", timedelta(days=1), timedelta(days=3)),
    Age("d3_7", timedelta(days=3), timedelta(days=7)),
    Age("d7_30", timedelta(days=7), timedelta(days=30)),
    Age("over_30d", timedelta(days=30), None),
)

OpenCount = Literal[
    "open", "green", "amber", "red", "paused", "under_1d", "d1_3", "d3_7", "d7_30", "over_30d", "turning_red"
]
"""The numbers of a group of open cases that cases stand behind; `turning_red`: not late yet, and late within a day."""
DISTRICT_DIGITS, STREET_DIGITS = 6, 9
"""How long the codes of districts and streets are (GB/T 2260)."""


def areas_above(cell: str) -> tuple[str | None, str | None]:
    """(district, street) that a cell lies in; in a gap of the grid only those around it.

    Example:
        >>> areas_above("310101001001001"), areas_above("310101")
        (('310101', '310101001'), ('310101', None))
    """
    district, street = cell[:DISTRICT_DIGITS], cell[:STREET_DIGITS]
    return (
        district if len(district) == DISTRICT_DIGITS else None,
        street if len(street) == STREET_DIGITS else None,
    )
