"""The record of administrative changes, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.models import AdminChange, table

_CHANGES = table(AdminChange)
_USERS = table(User)
_LIST = (
    select(_CHANGES, _USERS.c.username, _USERS.c.name)
    .outerjoin(_USERS, _USERS.c.id == _CHANGES.c.actor_id)
    .order_by(_CHANGES.c.at.desc(), _CHANGES.c.id.desc())
)


class Wanted(NamedTuple):
    """Which changes. action: one deed, or a kind with all its deeds. by_system: the command line and the system."""

    action: str | None = None
    subject: str | None = None
    actor_id: UUID | None = None
    by_system: bool = False
    since: datetime | None = None
    until: datetime | None = None


def list_changes(
    session: Session, wanted: Wanted, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[Any]]:
    """Changes with who made them, newest first, one more than `limit` where there are more."""
    query = _LIST.limit(limit + 1)
    if wanted.action is not None:
        deed = _CHANGES.c.action == wanted.action
        query = query.where(deed if "." in wanted.action else _CHANGES.c.action.startswith(f"{wanted.action}."))
    if wanted.subject is not None:
        query = query.where(_CHANGES.c.subject == wanted.subject)
    if wanted.actor_id is not None:
        query = query.where(_CHANGES.c.actor_id == wanted.actor_id)
    if wanted.by_system:
        query = query.where(_CHANGES.c.actor_id.is_(None))
    if wanted.since is not None:
        query = query.where(_CHANGES.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_CHANGES.c.at < wanted.until)
    if after is not None:
        query = query.where(tuple_(_CHANGES.c.at, _CHANGES.c.id) < tuple_(*after))
    return session.execute(query).all()
