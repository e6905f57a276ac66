"""The ledgers of this process: read once, then kept up with what changes, before every answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from app.tiles.queries import points as reading
from app.tiles.queries.points import News, Source
from app.tiles.rules.ledger import Codes, Ledger, encoded
from app.tiles.rules.points import Base, Column, Gathered, Mask, Points, joined

# More rows than these are not looked up one by one.
MANY = 5_000
# Changes are kept for two days: who has not looked for so long begins anew.
IDLE_S = 12 * 3600.0
KEPT_DAYS = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """How a table of points is kept: which of them rest, what only matters of the others, and what is known beside.

    `know` answers what is known beside the points, of all of them, or with ids of what these have on top of it.
    """

    source: Source
    rests: Callable[[Points], Mask]
    moving_only: tuple[str, ...]
    know: Callable[[Session, Any, list[Any] | None], Any]
    small: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _State:
    ledger: Ledger
    known: str
    looked_at: float


class Shelf:
    """The ledger of one table for each database of this process (there is one; tests have many)."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept
        self._states: WeakKeyDictionary[Any, _State] = WeakKeyDictionary()
        self._lock = Lock()

    def ledger(self, session: Session) -> Ledger:
        """The points as this session sees them, or as they were a moment later."""
        where = _database_of(session)
        state = self._states.get(where)
        if state is not None and time.monotonic() - state.looked_at < IDLE_S:
            news = reading.news(session, self.kept.source, state.ledger.mark)
            if not _differs(state, news):
                # Only the place in time moves, so that the next look need not go through the same changes.
                ledger = replace(state.ledger, mark=news.mark)
                if self._states.get(where) is state:
                    self._states[where] = replace(state, ledger=ledger, looked_at=time.monotonic())
                return ledger
        with self._lock:
            return self._caught_up(session, where)

    def _caught_up(self, session: Session, where: Any) -> Ledger:
        state = self._states.get(where)
        if state is None or time.monotonic() - state.looked_at >= IDLE_S:
            state = self._begun(session)
        while _differs(state, news := reading.news(session, self.kept.source, state.ledger.mark)):
            if not (news.many or len(news.ids) > MANY or news.mark.epoch != state.ledger.mark.epoch):
                # What is written from here on is the next look's: whoever waited for silence might wait forever.
                state = self._changed(session, state, news)
                break
            state = self._begun(session)
        self._states[where] = replace(state, ledger=replace(state.ledger, mark=news.mark), looked_at=time.monotonic())
        return self._states[where].ledger

    def _begun(self, session: Session) -> _State:
        kept = self.kept
        mark = reading.begin(session)
        codes = {name: Codes() for name in kept.source.coded}
        resting, moving = Gathered(), []
        for raw in reading.read_all(session, kept.source):
            points = self._encoded(raw, codes)
            rests = kept.rests(points)
            resting.add(points.taken(rests).without(*kept.moving_only))
            moving.append(points.taken(~rests))
        base = Base(resting.points)
        # The digest first: what is known changes after it, or is in it.
        known = reading.news(session, kept.source, mark).known
        facts = kept.know(session, None, None)
        ledger = Ledger(base, np.zeros(0, np.int64), joined(moving), codes, mark, facts)
        return _State(ledger, known, time.monotonic())

    def _changed(self, session: Session, state: _State, news: News) -> _State:
        kept, ledger = self.kept, state.ledger
        facts = ledger.facts
        if news.known != state.known:
            facts = kept.know(session, None, None)
        elif news.ids:
            facts = kept.know(session, facts, list(news.ids))
        if news.ids:
            fresh = self._encoded(reading.read_ids(session, kept.source, news.ids), ledger.codes)
            ledger = ledger.changed(fresh["key"].astype(np.int64), fresh, kept.rests, news.mark)
        return _State(replace(ledger, mark=news.mark, facts=facts), news.known, time.monotonic())

    def _encoded(self, raw: Mapping[str, Column], codes: Mapping[str, Codes]) -> Points:
        points = encoded(raw, codes)
        return Points(
            {name: column.astype(self.kept.small.get(name, column.dtype)) for name, column in points.columns.items()}
        )

    def looked_up(self, raw: Mapping[str, Column], ledger: Ledger) -> Points:
        """Points that were read beside the ledger, coded as its own are."""
        with self._lock:
            return self._encoded(raw, ledger.codes)


def _differs(state: _State, news: News) -> bool:
    return bool(news.ids) or news.many or news.known != state.known or news.mark.epoch != state.ledger.mark.epoch


def _database_of(session: Session) -> Any:
    """What stands for the session's database: the pool of its connections, in tests the one connection."""
    bind: Engine | Connection = session.get_bind()
    return bind if isinstance(bind, Connection) else bind.pool


def purge_changes(session: Session) -> int:
    """Forget changes that no ledger asks for any more; how many."""
    return reading.purge_changes(session, KEPT_DAYS)
