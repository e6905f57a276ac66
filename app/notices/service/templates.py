"""Messages that a city words itself: listed, changed, given back. Every version stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.clock import to_rfc3339
from app.core.errors import Fault, Stale
from app.notices import queries
from app.notices.errors import BadTemplate, TemplateNotFound
from app.notices.rules import PLACEHOLDERS, Occasion, audiences, faults_of
from app.notices.service.wording import LANGUAGES, Message, shipped


@dataclass(frozen=True, slots=True)
class Which:
    """A message: what it is about, in which language, for whom."""

    event: Occasion
    language: str
    audience: str

    @property
    def key(self) -> tuple[str, str, str]:
        return str(self.event), self.language, self.audience

    @property
    def name(self) -> str:
        return "/".join(self.key)


def templates(session: Session) -> list[dict[str, Any]]:
    """Every message that may be worded, as it is in force and as it was shipped."""
    changed = {(row.event, row.language, row.audience): row for row in queries.newest_templates(session)}
    return [
        _shown(which, changed.get(which.key))
        for event in Occasion
        for language in LANGUAGES
        for which in (Which(event, language, audience) for audience in audiences(event))
    ]


def put_template(
    session: Session, which: Which, new: Message, *, expected: int | None, actor_id: UUID, now: datetime
) -> dict[str, Any]:
    """Word a message in another way from now on, notices that are there already included.

    Raises: TemplateNotFound, BadTemplate, Stale.
    """
    before = _newest(session, which, expected)
    known = PLACEHOLDERS[which.event]
    if wrong := faults_of(new.title, new.text, known):
        listed = ", ".join(f"{{{name}}}" for name in known)
        faults = [Fault(pointer, detail) for pointer, detail in wrong]
        raise BadTemplate(f"This message may hold {listed} and has to name the case: see errors.", faults=faults)
    _add(session, which, before, new, actor_id=actor_id, now=now)
    return _shown(which, queries.newest_template(session, *which.key))


def drop_template(session: Session, which: Which, *, expected: int | None, actor_id: UUID, now: datetime) -> None:
    """Go back to the message as it was shipped; harmless where that is the one in force.

    Raises: TemplateNotFound, Stale.
    """
    before = _newest(session, which, expected)
    if before is not None and before.text is not None:
        _add(session, which, before, None, actor_id=actor_id, now=now)


def _newest(session: Session, which: Which, expected: int | None) -> Any:
    if which.audience not in audiences(which.event):
        told = ", ".join(audiences(which.event))
        raise TemplateNotFound(f"{which.event} is told to {told} only: there is no message for {which.audience}.")
    queries.lock_templates(session)
    row = queries.newest_template(session, *which.key)
    version = 0 if row is None else row.version
    if expected is not None and expected != version:
        raise Stale(f"The message is at version {version}, you had {expected}: read it again.", version=version)
    return row


def _add(session: Session, which: Which, before: Any, new: Message | None, *, actor_id: UUID, now: datetime) -> None:
    values: dict[str, Any] = {"event": str(which.event), "language": which.language, "audience": which.audience}
    values |= {"version": 1 if before is None else before.version + 1, "changed_by": actor_id, "changed_at": now}
    queries.add_template(session, values | {"title": new and new.title, "text": new and new.text})
    detail = {"before": _words(before), "after": None if new is None else new._asdict(), "version": values["version"]}
    action = "message_template.put" if new is not None else "message_template.drop"
    audit.note(
        session, action=action, subject=f"message_template:{which.name}", detail=detail, actor_id=actor_id, now=now
    )


def _words(row: Any) -> dict[str, str] | None:
    return None if row is None or row.text is None else {"title": row.title, "text": row.text}


def _shown(which: Which, row: Any) -> dict[str, Any]:
    original = shipped(which.event, which.audience, which.language)
    own: Mapping[str, str] | None = _words(row)
    return {
        "event": str(which.event),
        "language": which.language,
        "audience": which.audience,
        **(own or original._asdict()),
        "version": 0 if row is None else row.version,
        "changed_at": None if row is None else to_rfc3339(row.changed_at),
        "shipped": original._asdict(),
        "placeholders": list(PLACEHOLDERS[which.event]),
    }
