"""Nobody is forgotten and nobody is reminded twice, whatever stops and however many work."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.cases import jobs
from app.cases.rules import State
from app.cases.rules.reminders import Audience, Post, Posts, Reminded, reached_before, whom
from app.cases.service import leaving, reminding
from app.catalog.rules import Limit, Unit
from app.core import clock
from app.core.db import unit_of_work
from app.sla.rules import Calendar, due
from app.sla.service import CITY
from tests.factories.cases import a_city, act, to_state
from tests.factories.many_cases import copies
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
CALENDAR = Calendar("city", 1, CITY.tz, CITY.week, CITY.nominal_day)
PEOPLE = [UUID(int=n) for n in range(10)]
UNIT, TERRITORY, OTHER = (UUID(int=n) for n in (101, 102, 103))
CELL = "310101001001001"


# --- the border of a rung -------------------------------------------------------------------------------------


@given(
    base=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),
    amount=st.sampled_from(["0.25", "1", "4", "7.5", "16", "80"]),
    unit=st.sampled_from(list(Unit)),
    late=st.sampled_from([-HOUR, timedelta(microseconds=-1), timedelta(0), timedelta(microseconds=1), 70 * HOUR]),
)
def test_the_border_says_exactly_which_delays_have_passed(base, amount, unit, late):
    delay = Limit(Decimal(amount), unit)
    reached_at = due(base, delay, CALENDAR)
    now = reached_at + late
    assert (base < reached_before(now, delay, CALENDAR)) is (now >= reached_at)


def test_without_a_delay_the_lamp_itself_is_the_border(now):
    assert reached_before(now, Limit(Decimal(0), Unit.WORKING_HOUR), CALENDAR) == now


def test_a_delay_longer_than_all_working_time_there_was_is_never_over(now):
    week = (((time(8), time(8, 1)),), *((),) * 6)
    hardly = Calendar("hardly", 1, "Asia/Shanghai", week, timedelta(hours=24))
    assert reached_before(now, Limit(Decimal(10_000), Unit.WORKING_DAY), hardly) < now - timedelta(days=36_000)


# --- who is reminded ------------------------------------------------------------------------------------------


POSTS = Posts.of(
    [
        Post("unit_manager", PEOPLE[1], UNIT, "3101", None),
        Post("unit_manager", PEOPLE[2], TERRITORY, "310101", "310101"),
        Post("supervisor", PEOPLE[3], OTHER, "3101", None),
        Post("supervisor", PEOPLE[4], OTHER, "310102", None),
        Post("shift_leader", PEOPLE[5], OTHER, "", None),
        Post("operator", PEOPLE[6], OTHER, "310101001", None),
        Post("dispatcher", PEOPLE[7], OTHER, "3101", None),
    ]
)


@pytest.mark.parametrize(
    ("audience", "state", "holders", "cell", "reminded"),
    [
        (Audience.HOLDER, State.HANDLING, {"handler_id": PEOPLE[8]}, CELL, [8]),
        (Audience.HOLDER, State.HANDLING, {"handler_id": PEOPLE[8], "holder_id": PEOPLE[1]}, CELL, [1, 8]),
        (Audience.HOLDER, State.HANDLING, {}, CELL, [1]),
        (Audience.HOLDER, State.TO_CHECK, {"handler_id": PEOPLE[8], "asked": (PEOPLE[9],)}, CELL, [9]),
        (Audience.HOLDER, State.TO_CHECK, {"handler_id": PEOPLE[8]}, CELL, [5]),
        (Audience.HOLDER, State.RECEIVED, {}, CELL, [6]),
        (Audience.HOLDER, State.RECEIVED, {}, "310102001001001", []),
        (Audience.HOLDER, State.TO_DISPATCH, {"lead_id": None}, CELL, [7]),
        (Audience.UNIT_MANAGER, State.HANDLING, {}, CELL, [1]),
        (Audience.UNIT_MANAGER, State.TO_DISPATCH, {"lead_id": None}, CELL, []),
        # Nobody manages the lead: who may take the case back from it is reminded.
        (Audience.HOLDER, State.HANDLING, {"lead_id": OTHER}, CELL, [7]),
        (Audience.HOLDER, State.HANDLING, {"lead_id": OTHER, "handler_id": PEOPLE[8]}, CELL, [8]),
        (Audience.UNIT_MANAGER, State.HANDLING, {"lead_id": OTHER, "handler_id": PEOPLE[8]}, CELL, [7]),
        (Audience.UNIT_MANAGER, State.ON_HOLD, {"lead_id": OTHER}, "310102001001001", [7]),
        (Audience.UNIT_MANAGER, State.HANDLING, {"lead_id": OTHER}, "320102001001001", []),
        (Audience.UNIT_MANAGER, State.TO_CHECK, {"lead_id": OTHER}, CELL, []),
        (Audience.SHIFT_LEADER, State.TO_CLOSE, {}, CELL, [5]),
        (Audience.DISTRICT, State.HANDLING, {}, CELL, [2]),
        (Audience.DISTRICT, State.HANDLING, {}, "310102001001001", [3, 4]),
        (Audience.SUPERVISOR, State.HANDLING, {}, CELL, [3]),
    ],
)
def test_each_rung_finds_its_people(audience, state, holders, cell, reminded):
    case = Reminded(**({"lead_id": UNIT, "handler_id": None, "holder_id": None} | holders), state=state, cell=cell)
    assert whom(audience, case, POSTS) == tuple(PEOPLE[n] for n in reminded)


# --- one case -------------------------------------------------------------------------------------------------


def recorded(session):
    """(ordinal, rung, audience, names reminded) in the order of reminding."""
    return [
        (row.ordinal, row.rung, row.audience, row.names)
        for row in session.execute(
            text("""SELECT r.*, ARRAY(SELECT username FROM users WHERE id = ANY(r.whom) ORDER BY username) AS names
                      FROM case_reminders r ORDER BY r.id""")
        )
    ]


def handled(session, city, now):
    number = a_report(session, city, now)["case"]["number"]
    to_state(session, city, number, "handling", now)
    return number


def test_the_ladder_is_climbed_rung_by_rung(session, city, now):
    number = handled(session, city, now)
    act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
    session.execute(
        text("UPDATE cases SET yellow_at = :y, due_at = :d WHERE number = :n"),
        {"y": now + HOUR, "d": now + 5 * HOUR, "n": number},
    )
    steps = [
        (1 * HOUR, []),  # still green in the very instant
        (1 * HOUR + timedelta(seconds=1), [(4, 1, "holder", ["handler1"])]),
        (5 * HOUR, []),
        (6 * HOUR, [(4, 2, "unit_manager", ["unit1"])]),
        # Due at 15:00: three hours are left of the day, the fourth ends at nine next morning.
        (22 * HOUR, []),
        (23 * HOUR, [(4, 3, "district", ["supervisor"])]),
        # Eight working hours after it was due.
        (28 * HOUR, []),
        (29 * HOUR, [(4, 4, "supervisor", ["supervisor"])]),
        (100 * HOUR, []),
    ]
    seen = 0
    for after, expected in steps:
        assert reminding.remind(session, now=now + after, most=10) == len(expected), after
        assert recorded(session)[seen:] == expected
        seen += len(expected)


def test_a_stage_has_a_ladder_of_minutes(session, city, now):
    number = a_report(session, city, now)["case"]["number"]
    for minutes, expected in ((11, 0), (13, 1), (16, 1), (74, 0), (76, 1), (600, 0)):
        assert reminding.remind(session, now=now + timedelta(minutes=minutes), most=10) == expected, minutes
    operators = ["colleague", "operator"]
    expected = [(1, 1, "holder", operators), (1, 2, "shift_leader", ["leader"]), (1, 3, "supervisor", ["supervisor"])]
    assert recorded(session) == expected
    # The next clock has its own reminders.
    to_state(session, city, number, "to_file", now + 11 * HOUR)
    assert reminding.remind(session, now=now + 12 * HOUR, most=10) == 2
    assert [row[:2] for row in recorded(session)[3:]] == [(2, 1), (2, 2)]


def test_supervision_shortens_the_ladder_and_has_a_date_of_its_own(session, city, now):
    plain, watched = handled(session, city, now), handled(session, city, now)
    act(session, city, watched, "supervise", "supervisor", now, due_at=now + HOUR)
    session.execute(text("UPDATE cases SET yellow_at = :y, due_at = :y"), {"y": now + 4 * HOUR})
    assert reminding.remind(session, now=now + 2 * HOUR, most=10) == 1
    assert recorded(session) == [(4, 5, "unit_manager", ["unit1"])]
    assert reminding.remind(session, now=now + 4 * HOUR + timedelta(minutes=59), most=10) == 4
    assert reminding.remind(session, now=now + 5 * HOUR, most=10) == 1
    assert recorded(session)[-1][1] == 3
    numbers = "SELECT c.number FROM case_reminders r JOIN cases c ON c.id = r.case_id ORDER BY r.id"
    assert session.scalars(text(numbers)).all() == [watched] * 3 + [plain] * 2 + [watched]


def test_no_reminder_on_hold_or_after_the_end(session, city, now):
    for state in ("on_hold", "closed", "rejected"):
        number = a_report(session, city, now)["case"]["number"]
        to_state(session, city, number, state, now)
    assert reminding.remind(session, now=now + 1000 * HOUR, most=10) == 0


@pytest.mark.parametrize("assigned", [False, True])
def test_where_nobody_manages_the_lead_the_desk_is_reminded(session, city, now, assigned):
    number = handled(session, city, now)
    gone = ["unit1"]
    if assigned:
        act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
        gone.append("handler1")
    for who in gone:
        leaving.disable_user(session, city.people[who], expected=None, now=now, actor_id=city.people["admin"])
        leaving.hand_back(session, now=now, most=10, person=city.people[who])
    session.execute(
        text("UPDATE cases SET yellow_at = :y, due_at = :y WHERE number = :n"), {"y": now - HOUR, "n": number}
    )
    assert reminding.remind(session, now=now, most=10) == 2
    assert [row[1:] for row in recorded(session)] == [
        (1, "holder", ["dispatcher"]),
        (2, "unit_manager", ["dispatcher"]),
    ]


def test_a_handler_who_is_there_is_reminded_though_nobody_manages(session, city, now):
    number = handled(session, city, now)
    act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
    leaving.disable_user(session, city.people["unit1"], expected=None, now=now, actor_id=city.people["admin"])
    session.execute(text("UPDATE cases SET yellow_at = :y, due_at = :y"), {"y": now - HOUR})
    reminding.remind(session, now=now, most=10)
    assert [row[3] for row in recorded(session)] == [["handler1"], ["dispatcher"]]


def test_nobody_in_the_post_is_recorded_too(session, city, now):
    handled(session, city, now)
    session.execute(text("UPDATE users SET disabled_at = now()"))
    session.execute(text("UPDATE cases SET yellow_at = :now - interval '1 h'"), {"now": now})
    assert reminding.remind(session, now=now, most=10) == 1
    assert recorded(session) == [(4, 1, "holder", [])]


# --- holds ----------------------------------------------------------------------------------------------------


def test_a_hold_ends_on_its_date_once_and_by_the_system(session, city, now):
    numbers = [a_report(session, city, now)["case"]["number"] for _ in range(3)]
    for number in numbers:
        to_state(session, city, number, "on_hold", now)
    session.execute(text("UPDATE cases SET hold_until = '2026-03-20' WHERE number = :n"), {"n": numbers[2]})
    eve = datetime(2026, 3, 19, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    assert reminding.resume_ended_holds(session, now=eve, most=10).numbers == []
    assert reminding.resume_ended_holds(session, now=eve + HOUR, most=10).numbers == [numbers[2]]
    day = datetime(2026, 3, 28, 3, tzinfo=UTC)
    assert reminding.resume_ended_holds(session, now=day, most=1).numbers != []
    assert len(reminding.resume_ended_holds(session, now=day, most=10).numbers) == 1
    assert reminding.resume_ended_holds(session, now=day, most=10).numbers == []
    rows = session.execute(text("SELECT state, paused, hold_until, due_at FROM cases")).all()
    assert {row[:3] for row in rows} == {("handling", False, None)}
    last = "SELECT action, inputs FROM case_events WHERE number = :n ORDER BY seq DESC LIMIT 1"
    assert session.execute(text(last), {"n": numbers[0]}).one().action == "resume"


def test_a_case_that_cannot_go_on_keeps_nobody_waiting(session, city, now):
    numbers = [a_report(session, city, now)["case"]["number"] for _ in range(2)]
    for number in numbers:
        to_state(session, city, number, "on_hold", now)
    session.execute(
        text("UPDATE case_clocks SET ended_at = :now WHERE case_id = (SELECT id FROM cases WHERE number = :n)"),
        {"n": numbers[0], "now": now},
    )
    done = reminding.resume_ended_holds(session, now=now + 1000 * HOUR, most=10)
    assert (done.numbers, len(done.failed)) == ([numbers[1]], 1)
    again = reminding.resume_ended_holds(session, now=now + 1000 * HOUR, most=10, without=done.failed)
    assert (again.numbers, again.failed) == ([], [])
    state = text("SELECT state FROM cases WHERE number = :n")
    assert session.scalar(state, {"n": numbers[0]}) == "on_hold"


# --- a stop of hours ------------------------------------------------------------------------------------------


CROWD = 5_000


@pytest.mark.committed
def test_after_a_stop_of_six_hours_each_is_reminded_once_the_most_urgent_first(committed, now, monkeypatch):
    with unit_of_work() as session:
        city = a_city(session, now - timedelta(days=8))
        number = handled(session, city, now)
        # Over five hours and a half they turn yellow, and two hours later red.
        copies(session, number, CROWD, yellow_at=now, apart=5.5 * HOUR / CROWD, red_after=2 * HOUR)
        session.execute(
            text("UPDATE cases SET due_at = 'infinity', yellow_at = 'infinity' WHERE number = :n"), {"n": number}
        )
    started = now + 6 * HOUR
    monkeypatch.setattr(clock, "now", lambda: started)
    batches = []
    remind = reminding.remind

    def counted(session, **given):
        batches.append(remind(session, **given))
        return batches[-1]

    monkeypatch.setattr(reminding, "remind", counted)
    jobs.remind(0)
    with unit_of_work() as session:
        expected = session.execute(
            text("""SELECT c.id, v.rung FROM cases c, (VALUES (1), (2)) v (rung)
                     WHERE CASE v.rung WHEN 1 THEN c.yellow_at ELSE c.due_at END < :now
                     ORDER BY c.due_at, c.id, v.rung"""),
            {"now": started},
        ).all()
        reminded = session.execute(text("SELECT case_id, rung FROM case_reminders ORDER BY id")).all()
    assert Counter(row.rung for row in expected) == {1: CROWD, 2: 3637}
    assert reminded == expected
    # Never all of them in one transaction: the feed's readers wait for every one that is under way.
    assert len(batches) == -(-(CROWD + 3637 + 1) // jobs.REMINDERS_AT_ONCE)
    assert max(batches) == jobs.REMINDERS_AT_ONCE
    jobs.remind(0)
    later = started + 3 * HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(jobs.remind, range(4)))
    jobs.remind(0)  # whatever each of them left because another one held it
    with unit_of_work() as session:
        counts = dict(session.execute(text("SELECT rung, count(*) FROM case_reminders GROUP BY rung")).all())
        late = session.scalar(text("SELECT count(*) FROM cases WHERE due_at <= :at"), {"at": now + 4 * HOUR})
        nobody = session.scalar(text("SELECT count(*) FROM case_reminders WHERE whom = '{}'"))
    # Work ended at 18:00: those due before the noon break ended, at 14:00, are four working hours late.
    assert counts == {1: CROWD, 2: CROWD, 3: late}
    assert nobody == 0
