"""Clearing away what was made for a while: rows whose time is over with their files, and files that no row names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import read_unit, unit_of_work
from app.core.storage import store


def remove_outlived(doomed: Iterable[tuple[UUID, str | None]], forget: Callable[[Session, UUID], None]) -> None:
    """Remove files and then their rows, (id, key), one by one: after a stop a row that is left names what to remove."""
    for row_id, key in doomed:
        if key is not None:
            store().delete(key)
        with unit_of_work() as session:
            forget(session, row_id)


def remove_strays(prefix: str, before: datetime, known: Callable[[Session, Sequence[str]], set[str]]) -> int:
    """Remove files under a prefix, written before an instant, that no row names; returns how many there were.

    A file is written before its row says so: the instant leaves time for that.
    """
    keys = [key for key, written_at in store().keys(prefix) if written_at < before]
    with read_unit() as session:
        strays = sorted(set(keys) - known(session, keys))
    for key in strays:
        store().delete(key)
    return len(strays)
