"""The record of administrative changes: who changed what, from what to what.

Every service that changes what administrators keep (people, organisations, rules, calendars, the grid…) writes here in
the same unit of work, so that there is no change without its line and no line without its change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.models import AdminChange, table

# Whatever JSON can say: texts, numbers, truth values, null, and lists and objects of them.
Json: TypeAlias = Any

_INSERT = insert(table(AdminChange))


@dataclass(frozen=True, slots=True)
class Note:
    """One change. `action` is kind and deed, such as `organization.create`; `subject` is `kind:name` or `kind:id`.

    `detail` says what changed, before and after. Neither it nor the subject holds names of people, phone numbers,
    passwords or other secrets: the record outlives the erasure of a person.
    """

    action: str
    subject: str
    detail: Mapping[str, Json]


def note(
    session: Session, *, action: str, subject: str, detail: Mapping[str, Json], actor_id: UUID | None, now: datetime
) -> None:
    """Write one change down; it is kept when the unit of work is. actor_id: None is the command line or the system."""
    note_all(session, [Note(action, subject, detail)], actor_id=actor_id, now=now)


def note_all(session: Session, notes: Sequence[Note], *, actor_id: UUID | None, now: datetime) -> None:
    """Write many changes of one unit of work down, in their order."""
    if not notes:
        return
    who_and_when = {"at": now, "actor_id": actor_id}
    ids = sorted(new_id() for _ in notes)
    rows = [
        {"id": id_, **who_and_when, "action": one.action, "subject": one.subject, "detail": dict(one.detail)}
        for id_, one in zip(ids, notes, strict=True)
    ]
    session.execute(_INSERT, rows)
