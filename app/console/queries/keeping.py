"""Saved filters and preferences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.console.models import ConsolePreference, SavedFilter
from app.core.models import table

AnyRow = Row[*tuple[Any, ...]]
_FILTERS = table(SavedFilter)
_PREFERENCES = table(ConsolePreference)


def saved_filters(session: Session, user_id: UUID, organization_id: UUID | None) -> Sequence[AnyRow]:
    """Somebody's filters by name, then those that others of their organisation share; with `owner`, whose they are."""
    of_colleague = and_(_FILTERS.c.shared, User.organization_id == organization_id, User.disabled_at.is_(None))
    query = (
        select(_FILTERS, User.name.label("owner"))
        .join(User, User.id == _FILTERS.c.user_id)
        .where(or_(_FILTERS.c.user_id == user_id, of_colleague))
        .order_by(_FILTERS.c.user_id != user_id, _FILTERS.c.name, User.name, User.id)
    )
    return session.execute(query).all()


def saved_names(session: Session, user_id: UUID) -> set[str]:
    """The names of somebody's filters, after waiting for whoever changes them at this moment."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"saved filters of {user_id}", 0))))
    return set(session.scalars(select(SavedFilter.name).where(SavedFilter.user_id == user_id)))


def put_saved_filter(session: Session, values: Mapping[str, Any]) -> None:
    """Add a filter, or replace the one with this name."""
    row = dict(values)
    changed = {name: row[name] for name in ("query", "shared", "updated_at")}
    session.execute(
        insert(_FILTERS).values(row).on_conflict_do_update(index_elements=["user_id", "name"], set_=changed)
    )


def remove_saved_filter(session: Session, user_id: UUID, name: str) -> bool:
    """Forget a filter; whether there was one."""
    mine = delete(_FILTERS).where(_FILTERS.c.user_id == user_id, _FILTERS.c.name == name)
    return session.execute(mine.returning(_FILTERS.c.name)).scalar() is not None


def preferences(session: Session, user_id: UUID) -> dict[str, Any]:
    """What somebody has chosen."""
    query = select(_PREFERENCES.c.choices).where(_PREFERENCES.c.user_id == user_id)
    return dict(session.execute(query).scalar() or {})


def change_preferences(session: Session, user_id: UUID, chosen: Mapping[str, Any], now: datetime) -> None:
    """Keep these choices beside those that were made before."""
    row = insert(_PREFERENCES).values(user_id=user_id, choices=dict(chosen), updated_at=now)
    together = _PREFERENCES.c.choices.op("||")(row.excluded.choices)
    session.execute(
        row.on_conflict_do_update(index_elements=["user_id"], set_={"choices": together, "updated_at": now})
    )
