"""The ladder of reminders as a whole: checked, replaced, written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.errors import BadLadder
from app.cases.queries import reminders
from app.cases.rules.reminders import Rung, ladder_faults
from app.core import audit
from app.core.row_versions import check_version


def replace_ladder(
    session: Session,
    rungs: Sequence[Rung],
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """Put these rungs in the place of all. A clock is not reminded again on a rung whose number it has climbed.

    Raises: BadLadder with every fault, Stale.
    """
    faults = ladder_faults(rungs)
    if faults:
        raise BadLadder(f"Faults in the ladder: {len(faults)}, the first: {faults[0].detail}.", faults=faults)
    reminders.lock_ladder(session)
    check_version(expected, reminders.ladder_version(session), "The ladder")
    before = [_said(row._asdict()) for row in reminders.ladder(session)]
    rows = [_row(rung) for rung in sorted(rungs, key=lambda one: (one.ladder, one.rung))]
    after = [_said(row) for row in rows]
    if before == after:
        return
    reminders.replace_ladder(session, rows)
    detail = {"before": before, "after": after}
    audit.note(
        session,
        action="reminder_ladder.change",
        subject="reminder_ladder:city",
        detail=detail,
        actor_id=actor_id,
        now=now,
    )


def _row(rung: Rung) -> dict[str, Any]:
    return {
        "ladder": rung.ladder,
        "rung": rung.rung,
        "base": rung.base,
        "delay": rung.delay.amount,
        "unit": rung.delay.unit.value,
        "supervised_delay": rung.supervised_delay.amount,
        "audience": rung.audience.value,
    }


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "delay": float(row["delay"]), "supervised_delay": float(row["supervised_delay"])}
