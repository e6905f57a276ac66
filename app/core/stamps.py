"""Stamps of what processes keep in memory: read once per transaction, so that ten questions cost one statement."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session


def stamp_of(session: Session, name: str, read: Callable[[Session], UUID]) -> UUID:
    """The stamp that `read` finds, asked of the database once per transaction and savepoint of the session.

    What others commit meanwhile is seen by the next unit of work. Whoever changes the stamp calls `forget_stamp`.
    """
    held = session.info.get(name)
    if held is not None and held[0] is _transaction(session):
        stamp: UUID = held[1]
        return stamp
    stamp = read(session)
    session.info[name] = (_transaction(session), stamp)
    return stamp


def forget_stamp(session: Session, name: str) -> None:
    """Ask the database again: this unit of work changed what the stamp stands for."""
    session.info.pop(name, None)


def _transaction(session: Session) -> object:
    return session.get_nested_transaction() or session.get_transaction()
