"""A report's status is that of its case: the target's after a merge, the least advanced after a split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.reports.rules import status_of


def leading_case(cases: Sequence[Mapping[str, Any]]) -> tuple[str, Mapping[str, Any]]:
    """(status, the case it comes from). Shape: cases with `number` and `state`, at least one."""
    status = status_of(case["state"] for case in cases).value
    return status, min((case for case in cases if case["state"] == status), key=lambda case: case["number"])
