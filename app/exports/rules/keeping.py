"""How long exports are kept, how many one person may have at once, and for whom a file was made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from app.cases.rules.filters import begins_number

KEPT = timedelta(days=7)
AT_ONCE = 2
"""So many exports of one person wait or are being made at a time."""
ATTEMPTS = 3


class Contents(StrEnum):
    """What a file holds."""

    CASES = "cases"
    SLA_REPORT = "sla_report"


VERBS: Mapping[Contents, str] = MappingProxyType({Contents.CASES: "case.export", Contents.SLA_REPORT: "figures.read"})
"""What whoever asks has to be allowed, then and when it is made."""


class ExportStatus(StrEnum):
    """Where an export stands."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


def percent(rows: int, expected: int | None, status: str) -> int:
    """How far an export is. Only what is ready is done.

    Example:
        >>> percent(50, 200, "running"), percent(200, 200, "running"), percent(0, 0, "ready")
        (25, 99, 100)
    """
    if status == ExportStatus.READY:
        return 100
    return min(99, rows * 100 // expected) if expected else 0


def scope_of(grants: Iterable[tuple[str, str, str]]) -> str:
    """What stands for the grants (role, organisation, area) that somebody had: the same for the same ones in any order.

    Example:
        >>> scope_of([("a", "1", ""), ("b", "1", "")]) == scope_of([("b", "1", ""), ("a", "1", "")]) != scope_of([])
        True
    """
    lines = sorted({"|".join(one) for one in grants})
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def told_query(query: Mapping[str, Any]) -> dict[str, Any]:
    """A filter as the record keeps it: words that were looked for may be personal and are only said to have been there.

    Example:
        >>> told_query({"state": "closed", "q": "王女士"}), told_query({"q": "20260310-0001"})
        ({'state': 'closed', 'q': '(words)'}, {'q': '20260310-0001'})
    """
    words = query.get("q")
    return {**query, "q": "(words)"} if words is not None and not begins_number(words) else dict(query)
