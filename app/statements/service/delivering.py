"""Deliveries: begun with what the owner may see by now, sent once, refused or failed with a word to the owner."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.core import audit
from app.core.auth import Principal
from app.core.config import config
from app.core.outbox import Attachment, Mail, send_mail
from app.exports.service import scope
from app.notices import service as notices
from app.notices.rules import Occasion
from app.statements import queries
from app.statements.rules import ATTEMPTS, MOST_ATTACHED, OVER, DeliveryState
from app.statements.service.keeping import asked_of
from app.statements.service.recipients import refused
from app.statements.service.running import Asked, File
from app.statements.service.wording import mail_text, subject_of

VERB = "figures.read"
READY = "statement.ready"
PREFIX = "statements"
LONGEST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt to make the file of a delivery, for the owner as they are now."""

    delivery_id: UUID
    number: int
    due_at: datetime
    asked: Asked
    principal: Principal

    @property
    def last(self) -> bool:
        return self.number >= ATTEMPTS

    def key_of(self, file: File) -> str:
        """Where its file is kept: one that died leaves nothing that another takes for its own."""
        return f"{PREFIX}/{self.delivery_id}-{self.number}/{file.name}"


def begin(session: Session, delivery_id: UUID, *, now: datetime) -> Attempt | None:
    """Begin a delivery, or begin it afresh after a stop; None where nothing is to be done.

    What its owner may see is asked now: whoever lost the role gets nothing, and is told.
    """
    found = queries.delivery(session, delivery_id, lock=True)
    if found is None or found.state in OVER:
        return None
    kept = queries.statement(session, found.statement_id, None)
    principal = accounts.absent_principal(session, kept.owner_id, now=now)  # type: ignore[union-attr]  # a key holds it
    if principal is None or not principal.may(VERB):
        end(session, delivery_id, DeliveryState.REFUSED, "its owner may not read figures any more", now=now)
        return None
    if found.attempts >= ATTEMPTS:
        end(session, delivery_id, DeliveryState.FAILED, f"it was begun {found.attempts} times and stopped", now=now)
        return None
    number = found.attempts + 1
    queries.change_delivery(session, delivery_id, {"state": DeliveryState.MAKING, "attempts": number})
    return Attempt(delivery_id, number, found.due_at, asked_of(kept), principal)


def finish(session: Session, attempt: Attempt, file: File, *, now: datetime) -> bool:
    """Send a file whose bytes are stored, on record; false where another attempt was begun or the statement is gone.

    Mails, what webhooks are told and the state are written together: who dies before has sent nothing, who dies after
    has sent everything.
    """
    found = queries.delivery(session, attempt.delivery_id, lock=True)
    if found is None or found.state in OVER or found.attempts != attempt.number:
        return False
    kept: Any = queries.statement(session, found.statement_id, None)
    schedule = kept.schedule or {"emails": [], "webhook": False}
    shut_out = refused(session, schedule["emails"])
    emails = [one for one in schedule["emails"] if one not in shut_out]
    key, sha256 = attempt.key_of(file), hashlib.sha256(file.data).hexdigest()
    row = {
        "state": DeliveryState.SENT,
        "period": file.period,
        "error": f"not sent to {len(shut_out)} addresses that are no longer allowed" if shut_out else None,
        "file_key": key,
        "file_name": file.name,
        "bytes": len(file.data),
        "sha256": sha256,
        "scope": scope(attempt.principal),
        "emails": emails,
        "messages": [send_mail(session, _mail(kept, attempt, file, one), now=now) for one in emails],
        "webhooks": _announce(session, kept, attempt, file, now) if schedule["webhook"] else 0,
        "finished_at": now,
    }
    queries.change_delivery(session, attempt.delivery_id, row)
    _note(session, kept, row, now)
    return True


def end(session: Session, delivery_id: UUID, state: DeliveryState, why: str, *, now: datetime) -> None:
    """Record why nothing is sent, and tell the owner."""
    found: Any = queries.delivery(session, delivery_id, lock=True)
    if found is None or found.state in OVER:
        return
    row = {"state": state, "error": why[:LONGEST_ERROR], "finished_at": now}
    queries.change_delivery(session, delivery_id, row)
    kept: Any = queries.statement(session, found.statement_id, None)
    occasion = Occasion.STATEMENT_REFUSED if state is DeliveryState.REFUSED else Occasion.STATEMENT_FAILED
    notices.tell(session, occasion, [kept.owner_id], kept.name, now=now)
    _note(session, kept, row, now)


def note_error(session: Session, attempt: Attempt, why: str) -> None:
    """Say why an attempt failed; another follows."""
    queries.change_delivery(session, attempt.delivery_id, {"error": why[:LONGEST_ERROR]})


def link_to(statement_id: UUID, delivery_id: UUID) -> str:
    """Where a person finds the file of a delivery: a page of the console, which asks for a sign-in."""
    return f"{config().public_url}/console/figures/statements?statement={statement_id}&delivery={delivery_id}"


def _mail(kept: Any, attempt: Attempt, file: File, recipient: str) -> Mail:
    link = link_to(kept.id, attempt.delivery_id)
    attached = len(file.data) <= MOST_ATTACHED
    attachment = Attachment(attempt.key_of(file), file.name, file.media_type) if attached else None
    text = mail_text(kept.name, file, link, attached=attached)
    return Mail(recipient, subject_of(kept.name, file.period), text, attachment)


def _announce(session: Session, kept: Any, attempt: Attempt, file: File, now: datetime) -> int:
    data = {
        "name": kept.name,
        "period": file.period,
        "link": link_to(kept.id, attempt.delivery_id),
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "bytes": len(file.data),
        "format": attempt.asked.format.value,
    }
    return notices.announce(session, READY, data, now=now)


def _note(session: Session, kept: Any, row: dict[str, Any], now: datetime) -> None:
    """On the record: what went out and to how many, never to whom."""
    detail = {name: row.get(name) for name in ("state", "period", "bytes", "sha256", "webhooks")}
    audit.note(
        session,
        action="statement.deliver",
        subject=f"statement:{kept.id}",
        detail=detail | {"emails": len(row.get("emails", ()))},
        actor_id=None,
        now=now,
    )
