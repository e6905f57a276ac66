"""The record of administrative changes: who changed what, from what to what.

Every service that changes what administrators keep (people, organisations, rules, calendars, the grid…) writes here in
the same unit of work, so that there is no change without its line and no line without its change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.models import AdminChange, table

# Whatever JSON can say: texts, numbers, truth values, null, and lists and objects of them.
Json: TypeAlias = Any

# Everything that is written down: kinds of things and what is done to them. Whoever looks for an action that is not
# here is told so. Source: every `note` of the services, which a test compares.
DEEDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "base_layer": frozenset({"import", "clear"}),
        "bulletin": frozenset({"make"}),
        "bulletin_template": frozenset({"put"}),
        "calendar": frozenset({"change", "correct", "drop_correction"}),
        "case": frozenset({"export"}),
        "condition": frozenset({"add", "change", "retire"}),
        "deadlines": frozenset({"start", "recalculate"}),
        "document_kind": frozenset({"change"}),
        "duty_terms": frozenset({"change"}),
        "duty_zone": frozenset({"put", "people", "retire"}),
        "evaluation": frozenset({"define", "review", "publish"}),
        "grant": frozenset({"add", "change", "end", "follow"}),
        "grid": frozenset({"import"}),
        "message_template": frozenset({"put", "drop"}),
        "organization": frozenset({"create", "change", "close"}),
        "part": frozenset({"create", "change", "retire", "import"}),
        "part_owner": frozenset({"create", "change", "end"}),
        "part_owners": frozenset({"import"}),
        "part_proposal": frozenset({"accepted", "refused"}),
        "reminder_ladder": frozenset({"change"}),
        "routing_rule": frozenset({"create", "retire"}),
        "shopfront_contracts": frozenset({"import"}),
        "source": frozenset({"change"}),
        "stage_limit": frozenset({"change"}),
        "statement": frozenset({"create", "change", "remove", "deliver"}),
        "statement_recipients": frozenset({"change"}),
        "type": frozenset({"create", "change"}),
        "user": frozenset({"create", "change", "disable", "enable", "make_link", "reset_password", "change_password"}),
        "webhook": frozenset({"register", "end"}),
    }
)

_INSERT = insert(table(AdminChange))


def known_action(text: str) -> bool:
    """Whether this is a kind of things, or one deed of a kind.

    Example:
        >>> [known_action(text) for text in ("grid", "grid.import", "grid.paint", "nope")]
        [True, True, False, False]
    """
    kind, dot, deed = text.partition(".")
    return kind in DEEDS and (not dot or deed in DEEDS[kind])


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
