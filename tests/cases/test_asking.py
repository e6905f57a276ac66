"""Whom the services ask, who is asked instead, and that two workers ask once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.cases import jobs
from app.cases.errors import TaskClosed, TaskNotFound
from app.cases.service import asking
from app.core import clock
from app.core.db import unit_of_work
from app.field import service as field
from tests.factories.accounts import a_grant
from tests.factories.cases import a_city, act, to_state
from tests.factories.duty import moved, on_shift
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

CELL, NEXT_CELL, OTHER_COMMUNITY = "310101001001001", "310101001001002", "310101001002001"
MINUTE = timedelta(minutes=1)
ANSWER = timedelta(minutes=10)


def tasks(session, number):
    """(kind, who, outcome, whether closed) of a case's tasks in the order of asking."""
    return [
        tuple(row)
        for row in session.execute(
            text("""SELECT t.kind, u.username, t.outcome, t.closed_at IS NOT NULL
                      FROM case_tasks t JOIN cases c ON c.id = t.case_id JOIN users u ON u.id = t.assignee_id
                     WHERE c.number = :number AND t.kind <> 'handle' ORDER BY t.created_at, t.id"""),
            {"number": number},
        )
    ]


def asked(session, number):
    """Who has the open task."""
    return [who for _, who, _, closed in tasks(session, number) if not closed]


def task_id(session, number):
    query = "SELECT t.id FROM case_tasks t JOIN cases c ON c.id = t.case_id WHERE c.number = :n AND t.closed_at IS NULL"
    return session.execute(text(query), {"n": number}).scalar_one()


def verifying(session, city, now, **inputs):
    number = a_report(session, city, now)["case"]["number"]
    act(session, city, number, "request_verify", "operator", now, **inputs)
    return number


def reoffer(session, now):
    return asking.reoffer(session, now=now, most=50)


# --- who is asked first -----------------------------------------------------------------------------------------


def test_the_nearest_on_shift_is_asked_wherever_their_zone_lies(session, city, now):
    on_shift(session, city, "inspector1", now, cell=OTHER_COMMUNITY)
    on_shift(session, city, "inspector2", now, cell=OTHER_COMMUNITY, north_m=10)
    on_shift(session, city, "outsider", now, cell=CELL, north_m=20)
    assert asked(session, verifying(session, city, now)) == ["outsider"]


def test_an_old_position_is_none(session, city, now):
    on_shift(session, city, "outsider", now - 31 * MINUTE, cell=CELL)
    on_shift(session, city, "inspector2", now - 31 * MINUTE)
    assert asked(session, verifying(session, city, now)) == ["inspector2"]
    moved(session, city, "outsider", now - 30 * MINUTE, cell=CELL)
    assert asked(session, verifying(session, city, now)) == ["outsider"]


def test_the_zone_of_the_shift_counts_for_the_zones_of_the_person(session, city, now):
    on_shift(session, city, "inspector1", now, zone="Z2")
    on_shift(session, city, "inspector2", now)
    assert asked(session, verifying(session, city, now)) == ["inspector2"]
    on_shift(session, city, "outsider", now, zone="Z1")
    # Both patrol the zone; the other one has a task already.
    assert asked(session, verifying(session, city, now)) == ["outsider"]


def test_whose_grant_does_not_cover_the_cell_is_not_asked(session, city, now):
    on_shift(session, city, "inspector3", now, cell=CELL)
    assert asked(session, verifying(session, city, now)) == [
        min(("inspector1", "inspector2"), key=lambda who: city.people[who])
    ]


def test_who_was_disabled_is_not_asked(session, city, now):
    on_shift(session, city, "inspector1", now, cell=CELL)
    session.execute(text("UPDATE users SET disabled_at = now() WHERE username = 'inspector1'"))
    assert asked(session, verifying(session, city, now)) == ["inspector2"]


def test_asking_again_without_a_name_asks_somebody_else_on_shift(session, city, now):
    on_shift(session, city, "inspector1", now, cell=CELL)
    on_shift(session, city, "inspector2", now, cell=OTHER_COMMUNITY)
    number = verifying(session, city, now)
    act(session, city, number, "request_verify", "operator", now + MINUTE)
    assert tasks(session, number) == [
        ("verify", "inspector1", "superseded", True),
        ("verify", "inspector2", None, False),
    ]


def checked_case(session, city, now, finisher="unit1"):
    """A case that inspector1 verified and somebody finished."""
    number = verifying(session, city, now, inspector_id=city.people["inspector1"])
    here = city.position()
    act(session, city, number, "verify", "inspector1", now, verdict="real", photos=1, position=here)
    to_check = to_state_after_filing(session, city, number, now)
    act(session, city, to_check, "finish", finisher, now, photos=1, text="已清理")
    return number


def to_state_after_filing(session, city, number, now):
    to_state(session, city, number, "handling", now)
    return number


def test_who_verified_does_not_check_where_another_is_on_shift(session, city, now):
    on_shift(session, city, "inspector1", now, cell=CELL)
    alone = checked_case(session, city, now)
    assert asked(session, alone) == ["inspector1"]
    on_shift(session, city, "outsider", now, cell=OTHER_COMMUNITY)
    number = checked_case(session, city, now)
    assert tasks(session, number)[0] == ("verify", "inspector1", "done", True)
    assert asked(session, number) == ["outsider"]


def test_nobody_checks_their_own_work(session, city, now):
    """Who finished it, and who handled it, are not asked, not even when the offer goes on."""
    for who in ("handler1", "unit1"):
        a_grant(session, city.people[who], "inspector", "3101", organization_id=city.units["U01"])
        on_shift(session, city, who, now, cell=CELL)
    first = on_shift(session, city, "inspector1", now, cell=OTHER_COMMUNITY)
    assert first
    number = a_report(session, city, now)["case"]["number"]
    to_state(session, city, number, "handling", now)
    act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
    act(session, city, number, "finish", "unit1", now, photos=1, text="已清理")
    assert asked(session, number) == ["inspector1"]
    assert (reoffer(session, now + ANSWER).handed, asked(session, number)) == (0, ["inspector1"])
    on_shift(session, city, "outsider", now + ANSWER)
    assert (reoffer(session, now + 2 * ANSWER).handed, asked(session, number)) == (1, ["outsider"])


def test_without_any_shift_all_is_as_it_was(session, city, now):
    first, second = sorted(("inspector1", "inspector2"), key=lambda who: city.people[who])
    assert asked(session, verifying(session, city, now)) == [first]
    number = verifying(session, city, now)
    assert asked(session, number) == [second]
    assert reoffer(session, now + 1000 * ANSWER) == asking.Reoffered(0, 0, [])
    assert asked(session, number) == [second]


# --- offers -----------------------------------------------------------------------------------------------------


def test_what_is_not_accepted_in_time_is_offered_to_the_next(session, city, now):
    for who, cell in (("inspector1", CELL), ("inspector2", NEXT_CELL), ("outsider", OTHER_COMMUNITY)):
        on_shift(session, city, who, now, cell=cell)
    number = verifying(session, city, now)
    assert asked(session, number) == ["inspector1"]
    assert reoffer(session, now + ANSWER - MINUTE).looked_at == 0
    assert reoffer(session, now + ANSWER).handed == 1
    assert asked(session, number) == ["inspector2"]
    # A fresh offer has its own time, and nobody is asked twice in a round.
    assert reoffer(session, now + ANSWER + MINUTE).looked_at == 0
    assert reoffer(session, now + 2 * ANSWER).handed == 1
    assert asked(session, number) == ["outsider"]
    last = now + 3 * ANSWER
    assert (reoffer(session, last).kept, asked(session, number)) == (1, ["outsider"])
    # It is looked at again after the same time, not every minute.
    assert reoffer(session, last + ANSWER - MINUTE).looked_at == 0
    assert [outcome for _, _, outcome, _ in tasks(session, number)] == ["lapsed", "lapsed", None]


def test_an_accepted_task_and_a_named_inspector_stay(session, city, now):
    for who in ("inspector1", "inspector2"):
        on_shift(session, city, who, now, cell=CELL)
    named = verifying(session, city, now, inspector_id=city.people["outsider"])
    offered = verifying(session, city, now)
    who = asked(session, offered)[0]
    principal = city.who(session, who, now)
    asking.accept(session, task_id(session, offered), principal=principal, now=now + MINUTE)
    asking.accept(session, task_id(session, offered), principal=principal, now=now + 5 * MINUTE)
    assert reoffer(session, now + 10 * ANSWER).looked_at == 0
    assert (asked(session, named), asked(session, offered)) == (["outsider"], [who])


def test_acting_is_accepting(session, city, now):
    on_shift(session, city, "inspector1", now, cell=CELL)
    number = verifying(session, city, now)
    act(session, city, number, "verify", "inspector1", now, verdict="real", photos=1, position=city.position())
    row = session.execute(text("SELECT outcome, accepted_at, closed_at FROM case_tasks")).one()
    assert row == ("done", now, now)


def test_time_runs_only_from_when_somebody_is_on_shift(session, city, now):
    number = verifying(session, city, now)
    (who,) = asked(session, number)
    other = ({"inspector1", "inspector2"} - {who}).pop()
    assert reoffer(session, now + 100 * ANSWER).looked_at == 0
    later = now + 100 * ANSWER
    on_shift(session, city, other, later, cell=CELL)
    principal = city.who(session, who, later)
    wanted = field.duty.NewShift()
    shift, _ = field.start_shift(session, wanted, None, principal=principal, now=later)
    assert reoffer(session, later + ANSWER - MINUTE).looked_at == 0
    # Going off duty without accepting hands it over at once.
    field.end_shift(session, shift["id"], principal=principal, now=later + MINUTE)
    assert reoffer(session, later + 2 * MINUTE).handed == 1
    assert asked(session, number) == [other]


def test_declining_asks_the_next_at_once(session, city, now):
    on_shift(session, city, "inspector1", now, cell=CELL)
    on_shift(session, city, "outsider", now, cell=OTHER_COMMUNITY)
    number = verifying(session, city, now)
    mine = task_id(session, number)
    principal = city.who(session, "inspector1", now)
    asking.decline(session, mine, "车坏了", principal=principal, now=now + MINUTE)
    assert tasks(session, number) == [("verify", "inspector1", "declined", True), ("verify", "outsider", None, False)]
    for answer in (
        lambda: asking.accept(session, mine, principal=principal, now=now),
        lambda: asking.decline(session, mine, "…", principal=principal, now=now),
    ):
        with pytest.raises(TaskClosed):
            answer()
    with pytest.raises(TaskNotFound):
        asking.accept(session, task_id(session, number), principal=principal, now=now)


def test_declined_by_all_it_stays_and_the_desk_sees_why(session, city, now):
    number = verifying(session, city, now)
    first = asked(session, number)[0]
    second = ({"inspector1", "inspector2"} - {first}).pop()
    for who, reason in ((first, "生病"), (second, "路封了")):
        principal = city.who(session, who, now)
        asking.decline(session, task_id(session, number), reason, principal=principal, now=now + MINUTE)
    assert tasks(session, number) == [("verify", first, "declined", True), ("verify", second, "declined", False)]
    # Somebody who comes on duty later is asked; and who said no may still do it before.
    on_shift(session, city, "outsider", now + 5 * MINUTE)
    principal = city.who(session, second, now)
    asking.accept(session, task_id(session, number), principal=principal, now=now + 6 * MINUTE)
    assert tasks(session, number)[-1] == ("verify", second, None, False)
    asking.decline(session, task_id(session, number), "还是不行", principal=principal, now=now + 7 * MINUTE)
    assert tasks(session, number)[-1] == ("verify", "outsider", None, False)


def test_a_declined_one_that_stayed_goes_on_when_somebody_comes_on_duty(session, city, now):
    number = verifying(session, city, now, inspector_id=city.people["outsider"])
    for who in ("inspector1", "inspector2"):
        session.execute(text("UPDATE users SET disabled_at = now() WHERE username = :who"), {"who": who})
    outsider = city.who(session, "outsider", now)
    asking.decline(session, task_id(session, number), "不在岗", principal=outsider, now=now)
    assert tasks(session, number) == [("verify", "outsider", "declined", False)]
    session.execute(text("UPDATE users SET disabled_at = NULL"))
    on_shift(session, city, "inspector1", now + MINUTE)
    assert reoffer(session, now + ANSWER).handed == 1
    assert tasks(session, number) == [
        ("verify", "outsider", "declined", True),
        ("verify", "inspector1", None, False),
    ]


def test_a_handler_who_declines_keeps_it_until_the_unit_decides(session, city, now):
    number = a_report(session, city, now)["case"]["number"]
    to_state(session, city, number, "handling", now)
    act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
    principal = city.who(session, "handler1", now)
    asking.decline(session, task_id(session, number), "没有工具", principal=principal, now=now)
    row = session.execute(text("SELECT outcome, reason, closed_at, expires_at FROM case_tasks")).one()
    assert row == ("declined", "没有工具", None, None)


def test_the_most_urgent_goes_first(session, city, now):
    for who in ("inspector1", "inspector2", "outsider"):
        on_shift(session, city, who, now, cell=CELL)
    calm, urgent, watched = (verifying(session, city, now) for _ in range(3))
    session.execute(text("UPDATE cases SET due_at = due_at - interval '1 minute' WHERE number = :n"), {"n": urgent})
    act(session, city, watched, "supervise", "supervisor", now, due_at=now + 100 * MINUTE)
    order = []
    for _ in range(3):
        done = asking.reoffer(session, now=now + ANSWER, most=1)
        assert done.handed == 1
        order.append(next(n for n in (calm, urgent, watched) if n not in order and len(tasks(session, n)) == 2))
    assert order == [watched, urgent, calm]
    assert asking.reoffer(session, now=now + ANSWER, most=1).looked_at == 0


def test_one_that_cannot_go_on_keeps_nobody_waiting(session, city, now, monkeypatch):
    for who in ("inspector1", "inspector2"):
        on_shift(session, city, who, now, cell=CELL)
    bad, good = verifying(session, city, now), verifying(session, city, now)
    original = asking._ask

    def ask(session, case, *rest):
        if case["number"] == bad:
            raise RuntimeError("broken")
        original(session, case, *rest)

    monkeypatch.setattr(asking, "_ask", ask)
    done = reoffer(session, now + ANSWER)
    assert (done.handed, len(done.failed)) == (1, 1)
    assert [outcome for _, _, outcome, _ in tasks(session, bad)] == [None]
    assert [outcome for _, _, outcome, _ in tasks(session, good)] == ["lapsed", None]
    assert asking.reoffer(session, now=now + ANSWER, most=50, without=done.failed).looked_at == 0


def test_every_asking_is_told(session, city, now):
    on_shift(session, city, "inspector1", now, cell=CELL)
    on_shift(session, city, "inspector2", now, cell=NEXT_CELL)
    verifying(session, city, now)
    reoffer(session, now + ANSWER)
    told = session.execute(
        text("""SELECT u.username FROM changes c JOIN users u ON u.id = c.assignee_id
                 WHERE c.kind = 'task.assigned' ORDER BY c.seq""")
    )
    assert told.scalars().all() == ["inspector1", "inspector2"]


# --- at once ----------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(committed):
    """Forty offers of the last hour that nobody accepted, two inspectors on shift beside the one who was asked."""
    began = datetime.now(UTC) - timedelta(hours=1)
    with unit_of_work() as session:
        city = a_city(session, datetime(2026, 3, 2, tzinfo=UTC))
        for who in ("inspector1", "inspector2", "outsider"):
            on_shift(session, city, who, began, cell=CELL)
        numbers = [verifying(session, city, began) for _ in range(40)]
    return city, numbers


@pytest.mark.committed
def test_two_workers_offer_once(waiting):
    _, numbers = waiting
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(jobs.reoffer_tasks, [0, 0]))
    jobs.reoffer_tasks(0)
    with unit_of_work() as session:
        for number in numbers:
            outcomes = [outcome for _, _, outcome, _ in tasks(session, number)]
            assert outcomes == ["lapsed", None], number
        told = session.execute(text("SELECT count(*) FROM changes WHERE kind = 'task.assigned'")).scalar()
        assert told == 2 * len(numbers)
        spread = dict(
            session.execute(
                text("SELECT assignee_id, count(*) FROM case_tasks WHERE closed_at IS NULL GROUP BY 1")
            ).all()
        )
    # Whoever was just asked has more to do: after a stop of hours the load is shared.
    assert max(spread.values()) - min(spread.values()) <= 6


@pytest.mark.committed
def test_accepting_and_offering_on_at_once_leaves_one_of_them(waiting):
    city, numbers = waiting

    def accept(number):
        with unit_of_work() as session:
            who = asked(session, number)[0]
            try:
                principal = city.who(session, who, clock.now())
                asking.accept(session, task_id(session, number), principal=principal, now=clock.now())
            except (TaskClosed, TaskNotFound):
                return False
        return True

    with ThreadPoolExecutor(3) as pool:
        worker = pool.submit(jobs.reoffer_tasks, 0)
        list(pool.map(accept, numbers))
        worker.result()
    with unit_of_work() as session:
        for number in numbers:
            assert len(asked(session, number)) == 1
