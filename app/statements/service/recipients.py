"""To whom figures may be mailed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.clock import to_rfc3339
from app.core.row_versions import check_version
from app.statements import queries
from app.statements.rules import permitted


def recipients(session: Session) -> dict[str, Any]:
    """The domains to which figures may be mailed beside confirmed addresses of users."""
    return _shown(queries.recipients(session))


def put_recipients(
    session: Session, domains: Sequence[str], *, expected: int | None, actor_id: UUID | None, now: datetime
) -> dict[str, Any]:
    """Allow these domains and no others; what is sent from now on follows it.

    Raises: Stale.
    """
    before = queries.recipients(session, lock=True)
    check_version(expected, before.version, "Who may be mailed")
    if list(before.domains) != list(domains):
        queries.put_recipients(session, domains, version=before.version + 1, now=now)
        audit.note(
            session,
            action="statement_recipients.change",
            subject="statement_recipients:domains",
            detail={"before": list(before.domains), "after": list(domains)},
            actor_id=actor_id,
            now=now,
        )
    return _shown(queries.recipients(session))


def refused(session: Session, emails: Sequence[str]) -> list[str]:
    """Those of the addresses that figures may not go to, as of now."""
    domains = queries.recipients(session).domains
    known = queries.known_addresses(session, emails)
    return [one for one in emails if not permitted(one, known, domains)]


def _shown(row: Any) -> dict[str, Any]:
    return {"domains": list(row.domains), "version": row.version, "changed_at": to_rfc3339(row.changed_at)}
