"""Telling the change feed what happens to cases, in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.service.work import Work
from app.core import feed
from app.core.feed import Entry, Kind

COLLECTION = "case"
PLACE = "place"
"""What changed where only the ground moved under a case: no event stands behind it, its version is the same."""


def tell(session: Session, case: Mapping[str, Any]) -> None:
    """The case is new, or is not what it was."""
    kind = Kind.CASE_CREATED if case["version"] == 1 else Kind.CASE_CHANGED
    feed.append(session, entry(case, kind, case["handler_id"]))


def ask(
    work: Work, kind: str, assignee_id: UUID, *, suggested: bool = False, offered_at: datetime | None = None
) -> None:
    """Give somebody a task on the case, and tell them. Who takes it for themselves has accepted it.

    `suggested` by the system: it goes on to somebody else unless it is accepted; `offered_at` is when the first was
    asked, where this is not the first.
    """
    task = {
        "case_id": work.case_id,
        "kind": kind,
        "assignee_id": assignee_id,
        "created_at": work.now,
        "suggested": suggested,
        "offered_at": (offered_at or work.now) if suggested else None,
        "accepted_at": work.now if assignee_id == work.principal.id else None,
    }
    queries.add_task(work.session, task)
    feed.append(work.session, entry(work.case, Kind.TASK_ASSIGNED, assignee_id))


def tell_lamps(session: Session, *, now: datetime, most: int) -> int:
    """Tell of running clocks that passed yellow or red, the most urgent first, each crossing once however many sweep.

    Returns how many; fewer than `most` means that none is left.
    """
    rows = queries.cross_lamps(session, now, most)
    feed.append(session, *(entry(row, Kind.CASE_LAMP, row["handler_id"]) for row in rows))
    return len(rows)


def tell_places(session: Session, cases: Sequence[Mapping[str, Any]]) -> None:
    """These cases lie in another cell or duty zone than before, though nobody did anything to them."""
    feed.append(session, *(entry(case, Kind.CASE_CHANGED, case["handler_id"], PLACE) for case in cases))


def entry(case: Mapping[str, Any], kind: Kind, assignee_id: UUID | None, collection: str = COLLECTION) -> Entry:
    """A case's row as an entry of the feed."""
    return Entry(
        kind=kind,
        collection=collection,
        entity_id=case["id"],
        number=case["number"],
        version=case["version"],
        state=str(case["state"]),
        area_code=case["current_cell"],
        zone_code=case["zone_code"],
        unit_ids=case["unit_ids"],
        assignee_id=assignee_id,
    )
