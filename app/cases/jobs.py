"""Work on cases by the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from app.cases import queries, service
from app.cases.service import asking, digests, leaving, recalculating, relocating, reminding, rescheduling
from app.cases.service.opening import month_of
from app.core import clock
from app.core.db import read_unit, unit_of_work
from app.core.jobs import periodic, task

MONTHS_AHEAD = 3
LAMPS_AT_ONCE = 500
REMINDERS_AT_ONCE = 500
HOLDS_AT_ONCE = 50
DEADLINES_AT_ONCE = 100
RELOCATED_AT_ONCE = 500
OFFERS_AT_ONCE = 50
LEFT_AT_ONCE = 50
RUN_AT_MOST = timedelta(seconds=50)
log = structlog.get_logger()


@periodic("cases.make_room", "23 3 * * *")
def make_room(timestamp: int) -> None:
    """Make the event partitions of the coming months, so that no report has to wait for it."""
    first = month_of(datetime.fromtimestamp(timestamp, UTC))
    with unit_of_work() as session:
        for ahead in range(MONTHS_AHEAD + 1):
            queries.ensure_month(session, first + timedelta(days=31 * ahead))


@periodic("cases.tell_lamps", "*/1 * * * *")
def tell_lamps(timestamp: int) -> None:
    """Tell of clocks that passed yellow or red; after a stop of hours in many short transactions, the reddest first."""
    told = 0
    while True:
        with unit_of_work() as session:
            found = service.tell_lamps(session, now=clock.now(), most=LAMPS_AT_ONCE)
        told += found
        if found < LAMPS_AT_ONCE:
            break
    log.info("lamps.told", cases=told, period=timestamp)


@periodic("cases.write_digest", "37 * * * *")
def write_digest(timestamp: int) -> None:
    """Write the digest of all chain heads once the city's day has ended; asked every hour, so that a stop heals."""
    now = clock.now()
    day = digests.ended_day(now)
    if day in digests.days():
        return
    with read_unit() as session:
        seal = digests.write_digest(session, day, now=now)
    log.info("digest.written", day=seal.day, cases=seal.cases, period=timestamp)
    for fault in seal.faults:
        log.error("digest.fault", number=fault.number, code=fault.code, detail=fault.detail)


@periodic("cases.remind", "*/1 * * * *")
def remind(timestamp: int) -> None:
    """Remind people of clocks that turned yellow or red; after a stop of hours in many short transactions."""
    began = clock.now()
    reminded = 0
    while True:
        with unit_of_work() as session:
            found = reminding.remind(session, now=clock.now(), most=REMINDERS_AT_ONCE)
        reminded += found
        # The next minute has a run of its own; two at once would only skip over what the other has locked.
        if found < REMINDERS_AT_ONCE or clock.now() - began > RUN_AT_MOST:
            break
    if reminded:
        log.info("cases.reminded", reminders=reminded, period=timestamp)


@periodic("cases.confirm_deadlines", "47 20 * * *")
def confirm_deadlines(timestamp: int) -> None:
    """Compute provisional deadlines again once the holidays of more years are published."""
    moved = 0
    after, found = "", DEADLINES_AT_ONCE
    while found == DEADLINES_AT_ONCE:
        with unit_of_work() as session:
            page = recalculating.moving_deadlines(session, after=after, most=DEADLINES_AT_ONCE, provisional=True)
            moved += len(recalculating.move_deadlines(session, page.moved, now=clock.now()))
        after, found = page.last, page.looked_at
    if moved:
        log.info("deadlines.confirmed", cases=moved, period=timestamp)


@periodic("cases.resume_holds", "*/5 * * * *")
def resume_holds(timestamp: int) -> None:
    """Let cases go on whose hold has reached its date; what cannot go on is logged and tried again next time."""
    failed: list[UUID] = []
    resumed = 0
    while True:
        with unit_of_work() as session:
            done = reminding.resume_ended_holds(session, now=clock.now(), most=HOLDS_AT_ONCE, without=failed)
        failed += done.failed
        resumed += len(done.numbers)
        if len(done.numbers) + len(done.failed) < HOLDS_AT_ONCE:
            break
    if resumed or failed:
        log.info("holds.resumed", cases=resumed, failed=len(failed), period=timestamp)


@periodic("cases.relocate", "*/1 * * * *")
def relocate(timestamp: int) -> None:
    """Let open cases follow a new grid and redrawn duty zones, in many short transactions; usually there are none."""
    moved = rezoned = 0
    after: str | None = ""
    while after is not None:
        with unit_of_work() as session:
            done = relocating.relocate(session, after=after, most=RELOCATED_AT_ONCE)
        moved, after = moved + done.moved, done.after
    found = RELOCATED_AT_ONCE
    while found == RELOCATED_AT_ONCE:
        with unit_of_work() as session:
            found = relocating.rezone(session, most=RELOCATED_AT_ONCE)
        rezoned += found
    if moved or rezoned:
        log.info("cases.relocated", cases=moved, rezoned=rezoned, period=timestamp)


@periodic("cases.reoffer_tasks", "*/1 * * * *")
def reoffer_tasks(timestamp: int) -> None:
    """Ask somebody else on shift where nobody accepted in time; after a stop of hours in many short transactions."""
    began = clock.now()
    failed: list[UUID] = []
    handed = 0
    while True:
        with unit_of_work() as session:
            done = asking.reoffer(session, now=clock.now(), most=OFFERS_AT_ONCE, without=failed)
        failed += done.failed
        handed += done.handed
        if done.looked_at < OFFERS_AT_ONCE or clock.now() - began > RUN_AT_MOST:
            break
    if handed or failed:
        log.info("tasks.reoffered", tasks=handed, failed=len(failed), period=timestamp)


@task(rescheduling.JOB)
def recalculate_deadlines(code: str, after: str, looked_at: int, moved: int, actor_id: str | None) -> None:
    """Move one page of the deadlines that a corrected calendar moves; the next page is a job of its own."""
    said = {"code": code, "after": after, "looked_at": looked_at, "moved": moved, "actor_id": actor_id}
    with unit_of_work() as session:
        rescheduling.go_on(session, said, now=clock.now())


@task(leaving.JOB)
def hand_back_of(user_id: str) -> None:
    """Give back what somebody who was shut out or relieved had in person."""
    _hand_back(UUID(user_id))


@periodic("cases.hand_back", "*/5 * * * *")
def hand_back(timestamp: int) -> None:
    """Give back what people have who can do nothing about it any more, whichever way they left: grants also end."""
    numbers = _hand_back(None)
    if numbers:
        log.info("cases.handed_back", cases=numbers, period=timestamp)


def _hand_back(person: UUID | None) -> int:
    """In many short transactions; what fails is logged and tried again by the next run."""
    failed: list[UUID] = []
    numbers = 0
    while True:
        with unit_of_work() as session:
            done = leaving.hand_back(session, now=clock.now(), most=LEFT_AT_ONCE, person=person, without=failed)
        failed += done.failed
        numbers += len(done.numbers)
        if len(done.numbers) + len(done.failed) < LEFT_AT_ONCE:
            return numbers
