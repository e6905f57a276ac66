"""From chains to entries: what is counted of cases, as of an instant, and keeping that for all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.rules import Action, Source, State
from app.evaluation import queries
from app.evaluation.queries.histories import Known
from app.evaluation.queries.keeping import EntryRow
from app.evaluation.rules.counting import Clock, Counted, Entry, Setting, entries_of
from app.evaluation.rules.history import HandlingClock, History, Step, history_of
from app.sla import service as sla
from app.sla.rules import Calendar, Stage, Unit, elapsed

SECOND = timedelta(seconds=1)
AT_ONCE = 500
"""So many cases are counted in one unit of work: a fraction of a second."""
NOTES_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class CountedCase:
    """A case with everything that is counted of it."""

    known: Known
    entries: tuple[Entry, ...]


def count_cases(session: Session, ids: Collection[str], at: datetime | None, now: datetime) -> list[CountedCase]:
    """What is counted of these cases as of an instant (None: as their chains stand now), from their chains alone.

    Cases that did not exist yet are left out.
    """
    targets = queries.targets_of(session, ids)
    wanted = set(ids)
    read = wanted.union(*targets.values())
    histories = {case_id: found for case_id, found in _histories(session, read, at).items() if found is not None}
    known = queries.known_of(session, wanted)
    mine = {case_id: histories[case_id] for case_id in known if case_id in histories}
    worked = _Working(session, mine.keys())
    repeated = queries.repeated(session, _closed(mine), at or now)
    filed = {case_id: (known[case_id].cell, case.filed_at) for case_id, case in mine.items() if case.filed_at}
    patrollers = queries.patrollers(session, filed)
    counted = []
    for case_id, case in mine.items():
        setting = Setting(
            source=Source(known[case_id].source),
            worked=worked.of(case_id),
            target=_target(case, targets.get(case_id, ()), histories),
            repeated=case_id in repeated,
            patrollers=patrollers.get(case_id, ()),
        )
        counted.append(CountedCase(known[case_id], tuple(entries_of(case, setting))))
    return counted


def _histories(session: Session, ids: Collection[str], at: datetime | None) -> dict[str, History | None]:
    return {case_id: history_of((_step(row) for row in rows), at) for case_id, rows in queries.steps_of(session, ids)}


def _target(case: History, onwards: Iterable[str], histories: Mapping[str, History]) -> History | None:
    """The case that it ended in, as of the same instant: merged cases lead on until one that is not."""
    found = None
    for target in onwards:
        if case.state is not State.MERGED or target not in histories:
            break
        found = case = histories[target]
    return found


def _closed(cases: Mapping[str, History]) -> dict[str, datetime]:
    return {case_id: case.closed_at for case_id, case in cases.items() if case.closed_at is not None}


@lru_cache(maxsize=65_536)
def _id(value: str) -> UUID:
    """Ids of people, units and types return all the time: reading one costs more than looking it up."""
    return UUID(value)


def _step(row: Sequence[Any]) -> Step:
    _, action, at, source, target, stage, due_at, lead, type_id, actor, asked, granted, recalled, linked, score = row
    return Step(
        action=Action(action),
        at=at,
        source=None if source is None else State(source),
        target=State(target),
        stage=None if stage is None else Stage(stage),
        due_at=due_at,
        lead_id=None if lead is None else _id(lead),
        type_id=None if type_id is None else _id(type_id),
        actor_id=None if actor is None else _id(actor),
        asked_id=None if asked is None else _id(asked),
        granted=bool(granted),
        recalled=bool(recalled),
        linked=bool(linked),
        score=score,
    )


class _Working:
    """Working seconds of clocks that are done: the limit's kind of time, without what was on hold.

    By the calendar that the deadline was computed with: what is over is not counted otherwise by a later correction.
    """

    def __init__(self, session: Session, ids: Collection[str]) -> None:
        self._session = session
        self._calendars: dict[tuple[str, int], Calendar] = {}
        self._units = queries.clock_units(session, ids)

    def of(self, case_id: str) -> _Clocked:
        return _Clocked(self, case_id)

    def seconds(self, case_id: str, clock: Clock) -> int:
        if isinstance(clock, HandlingClock):
            stage, done_at, pauses = Stage.HANDLING, clock.handled_at, clock.pauses
        else:
            stage, done_at, pauses = clock.stage, clock.done_at, ()
        if done_at is None:
            return 0
        name, code, version = self._units[case_id, stage.value, clock.started_at]
        unit = Unit(name)
        if unit.runs_always and not pauses:
            return (done_at - clock.started_at) // SECOND
        calendar = self._calendar(code, version)
        spent = elapsed(clock.started_at, done_at, unit, calendar)
        for since, until in pauses:
            spent -= elapsed(since, until or done_at, unit, calendar)
        return max(spent, timedelta(0)) // SECOND

    def _calendar(self, code: str, version: int) -> Calendar:
        if (code, version) not in self._calendars:
            self._calendars[code, version] = sla.calendar_at(self._session, code, version)
        return self._calendars[code, version]


@dataclass(frozen=True, slots=True)
class _Clocked:
    """The working seconds of one case's clocks."""

    working: _Working
    case_id: str

    def __call__(self, clock: Clock) -> int:
        return self.working.seconds(self.case_id, clock)


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be written so that the entries of some cases are what was counted: rows that go, rows that come."""

    cases: int
    gone: list[EntryRow]
    come: list[EntryRow]


@dataclass(frozen=True, slots=True)
class Marker:
    """The last note that a case waits, of those that can be seen, and who may be writing earlier ones."""

    newest: int
    writers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Cases that waited, counted; and the notes that said so."""

    seqs: list[int]
    cases: int
    change: Change


def count_alone(session: Session, *, pages: bool = False) -> None:
    """Until this transaction ends nobody else counts what waits; those who count pages of all cases may do it together.

    Whoever counts reads first and writes afterwards, in a short transaction of its own: in between, nobody may keep
    what is newer.
    """
    queries.count_alone(session, pages=pages)


def count_waiting(session: Session, now: datetime, at_most: int) -> Waiting | None:
    """Count again what has changed, at most so many cases; None when nothing waits.

    Beside the cases themselves those that hang on them are counted again: what was merged into them, and closings
    that a filing near by makes repeated ones.
    """
    taken = queries.take_pending(session, at_most)
    if not taken.ids:
        return None
    change, counted = Change(0, [], []), set[str]()
    ids = queries.with_merged(session, taken.ids)
    while ids:
        found = difference(session, ids, count_cases(session, ids, None, now))
        change = Change(change.cases + found.cases, change.gone + found.gone, change.come + found.come)
        counted |= ids
        ids = queries.repeated_by(session, _filed_otherwise(found)) - counted
    return Waiting(taken.seqs, len(taken.ids), change)


def _filed_otherwise(change: Change) -> set[str]:
    """Cases whose filing came, or is another one now: only these make closings near by repeated ones."""
    return {row[0] for row in (*change.gone, *change.come) if row[1] == Counted.FILING}


def keep_waiting(session: Session, waiting: Waiting) -> None:
    """Keep what was counted, and drop the notes."""
    keep(session, waiting.change)
    queries.drop_pending(session, waiting.seqs)


def mark_waiting(session: Session) -> Marker:
    """Where counting of all cases begins: what changes from now on waits, and has to be counted once more."""
    return Marker(queries.newest_pending(session), frozenset(queries.noting(session)))


def is_settled(session: Session, marker: Marker) -> bool:
    """Whether everybody is done who wrote when the marker was taken: only then pages may be counted."""
    return marker.writers.isdisjoint(queries.noting(session))


def pages_of_cases(session: Session) -> list[list[str]]:
    """All cases, in pages that are counted in one unit of work each."""
    return queries.pages_of_cases(session, AT_ONCE)


def count_page(session: Session, ids: list[str], marker: Marker, now: datetime) -> Change:
    """Count a page of all cases, but for those that changed since the marker was taken.

    These are counted from their notes, with the closings near by that they make repeated ones: on pages done already.
    """
    counted = count_cases(session, ids, None, now)
    changed = queries.pending_since(session, ids, marker.newest)
    rest = [one for one in ids if one not in changed]
    return difference(session, rest, (case for case in counted if case.known.id not in changed))


def forget_waiting(session: Session, marker: Marker) -> bool:
    """Every case was counted since the marker was taken: drop some of what waited; False when nothing is left."""
    return queries.forget_pending(session, marker.newest, NOTES_AT_ONCE)


def difference(session: Session, ids: Collection[str], counted: Iterable[CountedCase]) -> Change:
    """What was counted of these cases against the entries that are kept of them."""
    fresh = {case.known.id: {queries.row_of(case.known, entry) for entry in case.entries} for case in counted}
    kept = queries.kept_rows(session, ids)
    none: set[EntryRow] = set()
    pairs = [(kept.get(one, none), fresh.get(one, none)) for one in ids]
    gone = [row for before, after in pairs for row in before - after]
    come = [row for before, after in pairs for row in after - before]
    return Change(sum(before != after for before, after in pairs), gone, come)


def keep(session: Session, change: Change) -> None:
    """Make the entries of these cases what was counted."""
    queries.carry_months(session, change.gone, change.come)
    queries.replace_entries(session, change.gone, change.come)
