"""Saved filters, and how somebody likes the console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.console.errors import SavedFilterNotFound, TooManySavedFilters
from app.console.queries import keeping
from app.console.rules import FILTERS_AT_MOST, Preferences
from app.core.auth import Principal
from app.core.clock import to_rfc3339


def saved_filters_of(session: Session, principal: Principal) -> list[dict[str, Any]]:
    """The principal's filters by name, then those that their colleagues share."""
    user_id = _person(principal)
    rows = keeping.saved_filters(session, user_id, principal.organization_id)
    return [_shown(row._asdict(), mine=row.user_id == user_id) for row in rows]


def put_saved_filter(
    session: Session, name: str, query: Mapping[str, Any], *, shared: bool, principal: Principal, now: datetime
) -> dict[str, Any]:
    """Keep a filter under this name, instead of the one that had it.

    Raises: TooManySavedFilters.
    """
    user_id = _person(principal)
    names = keeping.saved_names(session, user_id)
    if name not in names and len(names) >= FILTERS_AT_MOST:
        raise TooManySavedFilters(f"You have {FILTERS_AT_MOST} saved filters: remove one that you no longer need.")
    row = {"user_id": user_id, "name": name, "query": dict(query), "shared": shared, "updated_at": now}
    keeping.put_saved_filter(session, row | {"created_at": now})
    return _shown(row, mine=True)


def remove_saved_filter(session: Session, name: str, *, principal: Principal) -> None:
    """Forget a filter of one's own.

    Raises: SavedFilterNotFound.
    """
    if not keeping.remove_saved_filter(session, _person(principal), name):
        raise SavedFilterNotFound("You have no saved filter with this name.")


def preferences_of(session: Session, principal: Principal) -> dict[str, Any]:
    """How the principal likes the console: what they chose, and what it is like for everybody."""
    return asdict(replace(Preferences(), **keeping.preferences(session, _person(principal))))


def change_preferences(
    session: Session, chosen: Mapping[str, Any], *, principal: Principal, now: datetime
) -> dict[str, Any]:
    """Keep what the principal chose; what they said nothing of stays."""
    keeping.change_preferences(session, _person(principal), chosen, now)
    return preferences_of(session, principal)


def _person(principal: Principal) -> UUID:
    assert principal.id is not None, "the verb is for signed-in staff only"
    return principal.id


def _shown(row: Mapping[str, Any], *, mine: bool) -> dict[str, Any]:
    return {
        "name": row["name"],
        "query": row["query"],
        "shared": row["shared"],
        "mine": mine,
        "by": None if mine else row["owner"],
        "updated_at": to_rfc3339(row["updated_at"]),
    }
