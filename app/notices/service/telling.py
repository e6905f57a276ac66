"""Writing notices: into the inbox, and onto the way to phones and contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core.config import config
from app.core.ids import new_id
from app.notices import queries
from app.notices.rules import URGENT, Occasion, may_ring_at

FIRST = UUID(int=0)


@dataclass(slots=True)
class Post:
    """Notices that are written together."""

    now: datetime
    notices: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    last: UUID = FIRST

    def add(
        self,
        person: Any,
        occasion: Occasion,
        number: str,
        facts: Mapping[str, Any] | None = None,
        *,
        urgent: bool | None = None,
    ) -> UUID:
        """A notice for somebody, as `queries.people` finds them; its id.

        `urgent` where that does not follow from the occasion.
        """
        rings = occasion in URGENT if urgent is None else urgent
        # Ids of one millisecond have no order; what is written last here stands first in the inbox.
        notice_id = self.last = max(new_id(), UUID(int=self.last.int + 1))
        zone = ZoneInfo(config().city_tz)
        phone = person.kind == "citizen" and person.phone is not None
        self.notices.append(
            {
                "id": notice_id,
                "user_id": person.id,
                "occasion": str(occasion),
                "audience": person.kind,
                "number": number,
                "facts": None if facts is None else dict(facts),
                "created_at": self.now,
                "text_due_at": may_ring_at(self.now, zone) if phone else None,
            }
        )
        for contact in person.contacts or ():
            if occasion in contact["wanted"]:
                due = may_ring_at(self.now, zone, urgent=rings or not contact["quiet"])
                self.messages.append({"notice_id": notice_id, "channel": contact["channel"], "due_at": due})
        return notice_id

    def write(self, session: Session) -> None:
        queries.add_notices(session, self.notices, self.messages)


def tell(
    session: Session,
    occasion: Occasion,
    people: Iterable[UUID],
    number: str,
    *,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write a notice about the case with this number for each of these people who can still sign in."""
    post = Post(now)
    for person in queries.people(session, people):
        post.add(person, occasion, number, facts)
    post.write(session)
