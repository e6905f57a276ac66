"""The record of deliveries: how each stands, and its file for whom it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.config import config
from app.core.outbox import given_up, standing
from app.core.paging import edge_of, page
from app.exports.service import scope
from app.statements import queries
from app.statements.errors import NotItsOwner, StatementFileGone, StatementNotFound
from app.statements.rules import KEPT, DeliveryState
from app.statements.service.keeping import find

REMOVED_AT_ONCE = 500
PLAIN = ("period", "state", "error", "bytes", "sha256", "webhooks", "attempts")


def deliveries_of(
    session: Session, statement_id: UUID, reader_id: UUID, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the deliveries of a statement of the reader's, newest first, and the cursor of the next.

    Raises: StatementNotFound, NotItsOwner, BadCursor.
    """
    if find(session, statement_id, reader_id).owner_id != reader_id:
        raise NotItsOwner("Whom a statement is sent to is its owner's business.")
    found = queries.deliveries_page(session, statement_id, limit=limit, after=edge_of(cursor))
    rows, following = page(found, limit, lambda row: (to_rfc3339(row.due_at), str(row.id)))
    mails = {row.id: row for row in standing(session, [one for row in rows for one in row.messages])}
    return [_shown(row, [mails[one] for one in row.messages if one in mails]) for row in rows], following


def _shown(row: Any, mails: list[Any]) -> dict[str, Any]:
    at = None if row.finished_at is None else to_rfc3339(row.finished_at)
    file = f"/api/v1/statements/{row.statement_id}/deliveries/{row.id}/file"
    return {
        "id": str(row.id),
        "at": to_rfc3339(row.due_at),
        **{
            name: getattr(row, name) for name in ("period", "state", "error", "bytes", "sha256", "webhooks", "attempts")
        },
        "file": None if row.file_key is None else file,
        "mails": [_mail(one) for one in mails],
        "finished_at": at,
    }


def _mail(row: Any) -> dict[str, Any]:
    state = _mail_state(row)
    stays = "no mail server is set (FIELDGRID_SMTP_URL): it stays in the outbox"
    return {
        "recipient": row.recipient,
        "state": state,
        "sent_at": None if row.sent_at is None else to_rfc3339(row.sent_at),
        "error": stays if state == "waiting" else row.last_error,
    }


def _mail_state(row: Any) -> str:
    if row.sent_at is not None:
        return "sent"
    if given_up(row.attempts):
        return "failed"
    return "trying" if config().smtp_url else "waiting"


def file_for(session: Session, statement_id: UUID, delivery_id: UUID, principal: Principal) -> Any:
    """A delivery whose file this principal may have: its owner, with the same grants as then, or whom it was mailed to.

    Raises: StatementNotFound, StatementFileGone.
    """
    found = queries.delivery(session, delivery_id)
    kept = None if found is None else queries.statement(session, found.statement_id, None)
    if found is None or kept is None or kept.id != statement_id or not _for(session, found, kept, principal):
        raise StatementNotFound("Nothing that was delivered to you has this id.")
    if found.state != DeliveryState.SENT:
        raise StatementFileGone(f"It has no file: {found.error or 'it is being made'}.")
    if kept.owner_id == principal.id and found.scope != scope(principal):
        raise StatementFileGone("It holds what your grants let you see then: run the statement again.")
    return found


def _for(session: Session, found: Any, kept: Any, principal: Principal) -> bool:
    if kept.owner_id == principal.id:
        return True
    known = queries.known_addresses(session, found.emails)
    return any(str(principal.id) in users for users in known.values())


def outlived(session: Session, *, now: datetime) -> list[tuple[UUID, str | None]]:
    """Deliveries whose time is over, with their files; some of them where there are many."""
    return [(row.id, row.file_key) for row in queries.outlived(session, now - KEPT, REMOVED_AT_ONCE)]
