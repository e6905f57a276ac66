"""Who was reminded of a case, when, and of which of its clocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases.queries import reminders
from app.core.clock import to_rfc3339


def reminders_for(session: Session, case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every reminder of a case, oldest first; masked readers see how many people it went to, not who they are.

    Shape: `case` as `case_row` gives it.
    """
    return [_reminder(row, plain=case["plain"]) for row in reminders.reminders_of(session, case["id"])]


def _reminder(row: Row[Any], *, plain: bool) -> dict[str, Any]:
    people: list[dict[str, Any]] = row.people or []
    return {
        "at": to_rfc3339(row.at),
        "stage": row.stage,
        "clock": row.ordinal,
        "rung": row.rung,
        "base": row.base,
        "audience": row.audience,
        "since": to_rfc3339(row.since),
        "due_at": to_rfc3339(row.due_at),
        "reminded": len(people),
        "people": people if plain else None,
    }
