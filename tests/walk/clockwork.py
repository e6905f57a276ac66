"""What happens to cases without anybody acting on them: time, shifts, people who come and go, a redrawn map."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from app.accounts import service as accounts
from app.cases import jobs
from app.cases.service import asking, leaving
from app.cases.service.recalculating import move_deadlines, moving_deadlines
from app.core.db import unit_of_work
from app.duty import jobs as duty
from app.duty.rules import Fix
from app.duty.service import NewShift
from app.field import service as field
from app.reports import service as reports
from app.sla import service as sla
from tests.walk.town import tracking_code_of

if TYPE_CHECKING:
    from tests.walk.walker import Walk

# Each of them has somebody beside them who can do the same.
LEAVERS = ("inspector2", "handler1b", "handler2b", "unit1b", "dispatcher2", "leader2", "colleague", "inspector4")


def come_and_go(walk: Walk) -> None:
    """Somebody is shut out and what they had is given back; or they are let in again."""
    name = walk.dice.choice(LEAVERS)
    user, now = walk.town.people[name].id, walk.town.now
    with unit_of_work() as session:
        if name in walk.town.away:
            version = accounts.find_member(session, user).version
            accounts.enable_user(session, user, expected=version, now=now)
        else:
            leaving.disable_user(session, user, expected=None, now=now, actor_id=walk.town.people["admin"].id)
    walk.town.away ^= {name}
    jobs.hand_back(0)


def on_and_off(walk: Walk) -> None:
    """Inspectors begin and end their shifts; some forget to."""
    duty.end_forgotten(0)
    names = {*walk.zones["Z1"], *walk.zones["Z2"], *walk.zones["Z3"]} - walk.town.away
    principal, now = walk.town.principals[walk.dice.choice(sorted(names))], walk.town.now
    lon, lat = walk.town.city.spot(walk.dice.choice(walk.town.cells))
    with unit_of_work() as session:
        shift, fresh = field.start_shift(session, NewShift(), Fix(now, lon, lat, 8.0), principal=principal, now=now)
        if not fresh:
            field.end_shift(session, UUID(shift["id"]), principal=principal, now=now)


def answer(walk: Walk) -> None:
    """Somebody says whether they will do what they were asked."""
    tasks = [task for one in walk.pool.values() for task in one.open_tasks()]
    if not tasks:
        return
    task = walk.dice.choice(tasks)
    given = {"principal": walk.town.principals[walk.town.by_id[task["assignee_id"]].name], "now": walk.town.now}
    with unit_of_work() as session:
        if walk.dice.random() < 0.5:
            asking.accept(session, UUID(task["id"]), **given)
        else:
            asking.decline(session, UUID(task["id"]), "今日请假", **given)


def erase(walk: Walk) -> None:
    """Somebody has what is personal in their report erased."""
    if not walk.senders:
        return
    report_id = walk.dice.choice(list(walk.senders)[-60:])
    with unit_of_work() as session:
        reports.erase(session, reports.report_by_code(session, tracking_code_of(report_id)), now=walk.town.now)
    walk.senders.pop(report_id)


def redraw(walk: Walk) -> None:
    """A duty zone grows over its neighbour, or shrinks again."""
    walk.wide = not walk.wide
    walk.draw("Z3", *(["310102001002"] if walk.wide else []))
    jobs.relocate(0)


def correct(walk: Walk) -> None:
    """A day of the calendar on which somebody's time ends is corrected, and deadlines are computed again."""
    town = walk.town
    town.now += timedelta(seconds=1)
    running = [one.story.running for one in walk.pool.values()]
    ends = sorted(clock.due_at for clock in running if clock is not None and clock.unit.startswith("working"))
    ends = [at for at in ends if at > town.now]
    if not ends:
        return
    days = [walk.facts.calendar(town.now).local_day(at) for at in ends]
    day = max(days, key=days.count)
    with unit_of_work() as session:
        if day in walk.days_off:
            sla.drop_correction(session, day, now=town.now)
        else:
            sla.set_correction(session, sla.Correction(day, False, "防汛应急"), now=town.now)
        walk.days_off ^= {day}
    walk.facts.calendars[:] = walk.rows.calendars()
    with unit_of_work() as session:
        page = moving_deadlines(session, after="", most=500)
        move_deadlines(session, page.moved, now=town.now)


# What it does, how often, and which action it makes by itself.
CLOCKWORK: dict[str, tuple[Callable[[Walk], None], int, str | None]] = {
    "answers": (answer, 3, None),
    "correct": (correct, 10, "recalculate"),
    "erase": (erase, 5, "redact"),
    "hand back": (lambda _: jobs.hand_back(0), 1, None),
    "lamps": (lambda _: jobs.tell_lamps(0), 2, None),
    "offers": (lambda _: jobs.reoffer_tasks(0), 3, None),
    "people": (come_and_go, 3, None),
    "redraw": (redraw, 1, None),
    "remind": (lambda _: jobs.remind(0), 2, None),
    "resume": (lambda _: jobs.resume_holds(0), 3, "resume"),
    "shifts": (on_and_off, 3, None),
}
