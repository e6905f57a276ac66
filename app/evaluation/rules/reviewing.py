"""Reviews that nobody waits for: which are too large to be answered at once, how far one is, when one is dead."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from app.evaluation.rules.counting import Counted
from app.evaluation.rules.indicators import Subject

ATTEMPTS = 3
WAITED_S = 5.0
"""So long a request may reckon."""
SUBJECT_S, CASE_S = 0.00025, 0.00025
"""A subject with all its figures and a case with all its entries, on one core."""
DEAD_AFTER = timedelta(minutes=5)
"""A review that was not heard of for so long is taken for dead, and may be started again."""
PARTS = len(Counted) + len(Subject) + 4
"""What a freeze consists of at most: entries by kind, figures by subject; inputs, cases, appeals, the difference."""


class ReviewState(StrEnum):
    """How far a review is that is made in the background."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"


def is_large(subjects: int, cases: int) -> bool:
    """Whether nobody should wait for a review of so many areas, units and people with so many cases.

    Example:
        >>> is_large(300, 5_000), is_large(20_000, 5_000), is_large(300, 20_000)
        (False, True, True)
    """
    return subjects * SUBJECT_S + cases * CASE_S > WAITED_S


def is_alive(state: str, heard_at: datetime, now: datetime) -> bool:
    """Whether somebody is at a review, or will be."""
    return state != ReviewState.FAILED and now - heard_at < DEAD_AFTER


def percent(parts: Collection[str]) -> int:
    """How far a review is that has begun these parts. Only what is reviewed is done.

    Example:
        >>> percent([]), percent(["inputs"]), percent(["one"] * 99)
        (0, 3, 99)
    """
    return min(99, len(parts) * 100 // PARTS)
