"""A corrected calendar: which deadlines move, moving them, and what the chain says about it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.cases import jobs, service
from app.cases.service import recalculating
from app.cli import calendar as calendar_commands
from app.cli import deadlines as commands
from app.cli import system
from app.sla.service import Correction, calendars, drop_correction, set_correction
from tests.factories.cases import STALL_CODES, act, to_state
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

AFTERNOON = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
"""16:00 in Shanghai: of four working hours two are left for the next day."""
NEXT_DAY = date(2026, 3, 11)
OFF = Correction(NEXT_DAY, False, "防汛停工")


@pytest.fixture
def number(session, city):
    """A case in handling with four working hours, due next day at ten."""
    found = a_report(session, city, AFTERNOON)["case"]["number"]
    to_state(session, city, found, "handling", AFTERNOON)
    return found


def case(session, number):
    return session.execute(text("SELECT * FROM cases WHERE number = :n"), {"n": number}).mappings().one()


def clock(session, number):
    query = text("SELECT * FROM case_clocks WHERE case_id = :id AND ended_at IS NULL")
    return session.execute(query, {"id": case(session, number)["id"]}).mappings().one()


def at(day, hour):
    return datetime(2026, 3, day, hour - 8, tzinfo=UTC)


def test_nothing_moves_while_the_calendar_stays(session, number):
    page = recalculating.moving_deadlines(session)
    assert (page.looked_at, page.moved) == (0, [])


def test_a_day_off_moves_a_deadline_by_an_event_of_its_own(session, city, number):
    before = case(session, number)
    assert before["due_at"] == at(11, 10)
    version = set_correction(session, OFF, now=AFTERNOON).version
    page = recalculating.moving_deadlines(session)
    (moved,) = page.moved
    assert (moved.number, moved.stage, moved.old_due_at, moved.new_due_at) == (
        number,
        "handling",
        at(11, 10),
        at(12, 10),
    )
    assert case(session, number) == before  # looking changes nothing
    assert recalculating.move_deadlines(session, page.moved, now=AFTERNOON) == [number]
    after, running = case(session, number), clock(session, number)
    assert (after["due_at"], running["due_at"], running["calendar_version"]) == (at(12, 10), at(12, 10), version)
    assert after["yellow_at"] == running["yellow_at"] > before["yellow_at"]
    assert (after["state"], after["version"], after["stage"]) == ("handling", before["version"] + 1, "handling")
    event = session.execute(
        text("SELECT * FROM case_events WHERE number = :n ORDER BY seq DESC LIMIT 1"), {"n": number}
    ).one()
    assert (event.action, event.inputs) == ("recalculate", {"calendar_version": version})
    assert (event.before["due_at"], event.after["due_at"]) == (
        "2026-03-11T02:00:00.000000Z",
        "2026-03-12T02:00:00.000000Z",
    )
    assert service.verify_chain(session, after).ok
    # Once is enough, and who comes late finds nothing to do.
    assert recalculating.moving_deadlines(session).moved == []
    assert recalculating.move_deadlines(session, page.moved, now=AFTERNOON) == []
    # Back again.
    drop_correction(session, NEXT_DAY, now=AFTERNOON)
    page = recalculating.moving_deadlines(session)
    assert [one.new_due_at for one in page.moved] == [at(11, 10)]


def test_only_clocks_that_run_by_the_calendar_are_asked(session, city, number):
    closed, held, checked, urgent = (a_report(session, city, AFTERNOON)["case"]["number"] for _ in range(4))
    to_state(session, city, closed, "closed", AFTERNOON)
    to_state(session, city, held, "on_hold", AFTERNOON)
    to_state(session, city, checked, "to_check", AFTERNOON)
    urgent_condition = {"type": STALL_CODES, "condition_id": city.types["06020"].conditions[0].id}
    act(session, city, urgent, "accept", "operator", AFTERNOON, **urgent_condition)
    set_correction(session, OFF, now=AFTERNOON)
    page = recalculating.moving_deadlines(session)
    assert [one.number for one in page.moved] == [number]
    # What was on hold is reckoned when it goes on, by the calendar of that day.
    act(session, city, held, "resume", "dispatcher", AFTERNOON + timedelta(hours=1))
    assert case(session, held)["due_at"] > at(12, 10)


def test_a_correction_elsewhere_moves_nothing(session, city, number):
    set_correction(session, Correction(date(2026, 5, 20), False, "校庆"), now=AFTERNOON)
    page = recalculating.moving_deadlines(session)
    assert (page.looked_at, page.moved) == (1, [])


def test_a_deadline_that_was_missed_before_a_rework_stays_missed(session, city, number):
    act(session, city, number, "finish", "unit1", at(11, 9), photos=1, text="已清理")
    late = at(13, 9)
    failed = {"verdict": "failed", "reason": "没清干净", "position": city.position(), "photos": 1}
    act(session, city, number, "check", "inspector1", late, **failed)
    assert case(session, number)["due_at"] == at(11, 10)
    set_correction(session, Correction(date(2026, 3, 16), False, "停工"), now=late)
    assert recalculating.moving_deadlines(session).moved == []
    assert case(session, number)["due_at"] == at(11, 10)


def test_pages_go_on_where_the_last_one_ended(session, city, number):
    others = [a_report(session, city, AFTERNOON)["case"]["number"] for _ in range(2)]
    for other in others:
        to_state(session, city, other, "handling", AFTERNOON)
    set_correction(session, OFF, now=AFTERNOON)
    seen, after = [], ""
    while (page := recalculating.moving_deadlines(session, after=after, most=1)).looked_at:
        seen += [one.number for one in page.moved]
        after = page.last
    assert seen == sorted([number, *others])


@pytest.fixture
def run(session, monkeypatch):
    for module in (commands, system):
        monkeypatch.setattr(module, "connect", lambda: None)

    def invoke(group, *words):
        session.commit()
        done = CliRunner().invoke(group, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        session.expire_all()
        return done.exit_code, done.output

    return invoke


def test_the_commands_correct_show_and_move(session, city, number, run):
    code, said = run(calendar_commands.calendar, "show")
    assert (code, "version 1, Asia/Shanghai" in said, "Mon  08:00-12:00, 14:00-18:00" in said) == (0, True, True)
    code, said = run(calendar_commands.calendar, "correct", "2026-03-11", "off", "防汛停工")
    assert (code, "is at version 2 now" in said) == (0, True)
    assert "says so already" in run(calendar_commands.calendar, "correct", "2026-03-11", "off", "防汛停工")[1]
    assert "2026-03-11  off  防汛停工" in run(calendar_commands.calendar, "show")[1]
    assert run(calendar_commands.calendar, "correct", "2026-03-11", "off", " ")[0] == 1
    assert run(calendar_commands.calendar, "show", "--calendar", "mars")[0] == 1
    line = f"{number}\thandling\t2026-03-11 10:00:00\t2026-03-12 10:00:00"
    code, said = run(commands.deadlines, "recalculate")
    assert (code, line in said, "1 of 1 clocks" in said) == (0, True, True)
    assert case(session, number)["due_at"] == at(11, 10)
    code, said = run(commands.deadlines, "recalculate", "--apply")
    assert (code, line in said, "1 deadlines moved" in said) == (0, True, True)
    assert case(session, number)["due_at"] == at(12, 10)
    assert "0 of 0 clocks" in run(commands.deadlines, "recalculate")[1]
    code, said = run(calendar_commands.calendar, "drop", "2026-03-11")
    assert (code, "is at version 3 now" in said) == (0, True)
    assert run(commands.deadlines, "recalculate", "--calendar", "mars")[0] == 1


def test_provisional_deadlines_are_computed_again_once_more_years_are_published(session, city, number, monkeypatch):
    """The lists end with a year; a later list moves what was computed beyond it, and nothing else."""
    session.execute(text("UPDATE case_clocks SET provisional = true WHERE ended_at IS NULL"))
    listed = calendars.published_days("CN")
    monkeypatch.setattr(calendars, "published_days", lambda _: replace(listed, horizon=listed.horizon + 1))
    set_correction(session, OFF, now=AFTERNOON)
    (moved,) = recalculating.moving_deadlines(session, provisional=True).moved
    assert (moved.number, moved.new_due_at) == (number, at(12, 10))
    monkeypatch.setattr(jobs.clock, "now", lambda: AFTERNOON)
    session.commit()
    jobs.confirm_deadlines(0)
    session.expire_all()
    assert (clock(session, number)["provisional"], case(session, number)["due_at"]) == (False, at(12, 10))
    jobs.confirm_deadlines(0)
    assert case(session, number)["version"] == 5


def test_a_correction_alone_moves_no_provisional_deadline_by_itself(session, city, number):
    session.execute(text("UPDATE case_clocks SET provisional = true WHERE ended_at IS NULL"))
    set_correction(session, OFF, now=AFTERNOON)
    assert recalculating.moving_deadlines(session, provisional=True).moved == []
    assert len(recalculating.moving_deadlines(session).moved) == 1
