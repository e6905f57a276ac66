"""People who leave with work in hand: nothing stays without somebody responsible."""

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.accounts import service as accounts
from app.cases import jobs, service
from app.cases.rules.reminders import Audience, Posts, Reminded, whom
from app.cases.rules.states import State
from app.cases.service import leaving
from app.cli import system
from app.cli import user as commands
from tests.factories.cases import RUBBISH_CODES, act, to_state
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

ANY = {"If-Match": "*"}
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def number(session, city):
    return a_report(session, city, NOW)["case"]["number"]


def case(session, number):
    session.expire_all()
    return dict(session.execute(text("SELECT * FROM cases WHERE number = :n"), {"n": number}).mappings().one())


def open_tasks(session, number):
    rows = session.execute(
        text("""SELECT t.kind, u.username FROM case_tasks t JOIN cases c ON c.id = t.case_id
                  JOIN users u ON u.id = t.assignee_id WHERE c.number = :n AND t.closed_at IS NULL"""),
        {"n": number},
    )
    return [tuple(row) for row in rows]


def leave(session, city, who, now=NOW):
    left = leaving.disable_user(session, city.people[who], expected=None, now=now, actor_id=city.people["admin"])
    done = leaving.hand_back(session, now=now, most=50, person=city.people[who])
    assert done.failed == []
    assert sorted(done.numbers) == sorted(left)
    return left


def queued(session):
    return session.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id DESC LIMIT 1")).one()


def test_what_a_handler_had_goes_to_a_manager_of_the_unit(session, city, number):
    to_state(session, city, number, "handling", NOW)
    act(session, city, number, "assign", "unit1", NOW, handler_id=city.people["handler1"])
    before = case(session, number)
    assert leave(session, city, "handler1") == [number]
    assert open_tasks(session, number) == [("handle", "unit1")]
    after = case(session, number)
    # The chain says who was assigned, and nobody acted on the case: neither event nor version.
    assert (after["version"], after["handler_id"]) == (before["version"], city.people["handler1"])
    assert service.verify_chain(session, after).ok
    name, args = queued(session)
    assert (name, args) == ("cases.hand_back_of", {"user_id": str(city.people["handler1"])})
    # The manager goes on as always.
    act(session, city, number, "assign", "unit1", NOW, handler_id=city.people["handler1b"])
    assert open_tasks(session, number) == [("handle", "handler1b")]


def test_a_handler_who_changes_units_leaves_the_cases_of_the_first(session, city, number):
    to_state(session, city, number, "handling", NOW)
    act(session, city, number, "assign", "unit1", NOW, handler_id=city.people["handler1"])
    (grant,) = session.execute(
        text("SELECT id FROM grants WHERE user_id = :u"), {"u": city.people["handler1"]}
    ).scalars()
    accounts.grant(session, city.people["handler1"], accounts.NewGrant("handler", city.units["U02"], "", NOW), now=NOW)
    left = leaving.end_grant(session, city.people["handler1"], grant, expected=None, now=NOW, actor_id=None)
    assert left == [number]


def test_a_role_that_is_revoked_at_the_command_line_gives_back_at_once(session, city, number, monkeypatch):
    monkeypatch.setattr(system, "connect", lambda: None)
    to_state(session, city, number, "handling", NOW)
    act(session, city, number, "assign", "unit1", NOW, handler_id=city.people["handler1"])
    session.commit()
    done = CliRunner().invoke(commands.user, ["revoke", "handler1", "handler"])
    assert (done.exit_code, done.output) == (
        0,
        f"handler1 lost 1 grant as handler\ngiven back to unit and desk: {number}\n",
    )
    name, args = queued(session)
    assert (name, args) == ("cases.hand_back_of", {"user_id": str(city.people["handler1"])})
    again = CliRunner().invoke(commands.user, ["revoke", "handler1", "handler"])
    assert (again.exit_code, again.output) == (1, "Error: handler1 holds no such role now.\n")


def test_an_inspector_who_was_to_look_is_replaced(session, city, number):
    to_state(session, city, number, "verifying", NOW)
    assert open_tasks(session, number) == [("verify", "inspector1")]
    assert leave(session, city, "inspector1") == [number]
    assert open_tasks(session, number) == [("verify", "inspector2")]
    assert leave(session, city, "inspector2") == [number]
    # Nobody of the zone is left: the desk asks, as before anybody was asked.
    assert open_tasks(session, number) == []
    desk = Reminded(State.VERIFYING, case(session, number)["current_cell"], None, None, None)
    assert whom(Audience.HOLDER, desk, Posts()) == ()


def test_a_check_goes_to_somebody_who_did_not_handle(session, city, number):
    to_state(session, city, number, "to_check", NOW)
    ((kind, asked),) = open_tasks(session, number)
    assert kind == "check"
    leave(session, city, asked)
    ((kind, instead),) = open_tasks(session, number)
    assert (kind, instead != asked) == ("check", True)


def test_what_somebody_took_over_is_the_desks_again(session, city, number):
    act(session, city, number, "take_over", "colleague", NOW)
    assert case(session, number)["holder_id"] == city.people["colleague"]
    version = case(session, number)["version"]
    assert leave(session, city, "colleague") == [number]
    assert (case(session, number)["holder_id"], case(session, number)["version"]) == (None, version)
    act(session, city, number, "take_over", "operator", NOW)


def test_whoever_has_nothing_in_person_leaves_nothing(session, city, number):
    to_state(session, city, number, "handling", NOW)
    for who in ("operator", "handler1", "unit2"):
        assert leave(session, city, who) == []


def test_ended_cases_are_nobodys(session, city, number):
    to_state(session, city, number, "handling", NOW)
    act(session, city, number, "assign", "unit1", NOW, handler_id=city.people["handler1"])
    act(session, city, number, "force_close", "admin", NOW, reason="误报")
    assert leave(session, city, "handler1") == []


def test_the_clock_finds_who_left_by_the_end_of_a_grant(session, city, number):
    """Nobody ended it by hand: a grant has its own end. The job looks at what is, not at who did what."""
    to_state(session, city, number, "handling", NOW)
    act(session, city, number, "assign", "unit1", NOW, handler_id=city.people["handler1"])
    values = {"u": city.people["handler1"], "at": datetime.now(UTC) - timedelta(seconds=5)}
    session.execute(text("UPDATE grants SET valid_to = :at WHERE user_id = :u"), values)
    session.commit()
    jobs.hand_back(0)
    assert open_tasks(session, number) == [("handle", "unit1")]
    jobs.hand_back(0)
    assert open_tasks(session, number) == [("handle", "unit1")]


def test_a_reminder_goes_to_the_manager_who_has_it_now(session, city, number):
    to_state(session, city, number, "handling", NOW)
    act(session, city, number, "assign", "unit1", NOW, handler_id=city.people["handler1"])
    leave(session, city, "handler1")
    late = NOW + timedelta(days=3)
    service_numbers = jobs.reminding.remind(session, now=late, most=50)
    assert service_numbers
    told = session.execute(
        text("SELECT whom FROM case_reminders r JOIN cases c ON c.id = r.case_id WHERE audience = 'holder'")
    ).scalars()
    assert [list(one) for one in told] == [[city.people["unit1"]]]


def test_over_http_the_answer_lists_what_was_left(api, session, city):
    number = api.report("inspector1")["case"]["number"]
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    api.act("dispatcher", number, "dispatch")
    api.act("unit1", number, "assign", handler_id=city.people["handler1"])
    path = f"/users/{city.people['handler1']}"
    told = api.post("admin", f"{path}/disable", headers={**ANY, "Idempotency-Key": "out"})
    assert (told["left_open"], told["disabled_at"] is not None) == ([number], True)
    assert api.post("admin", f"{path}/disable", headers={**ANY, "Idempotency-Key": "out"}) == told
    jobs.hand_back_of(str(city.people["handler1"]))
    assert open_tasks(session, number) == [("handle", "unit1")]
    assert api.post("admin", f"{path}/disable", headers=ANY)["left_open"] == []


@pytest.fixture
def broken(session, city, monkeypatch):
    """The numbers of three cases that somebody left, of which the first cannot be given back."""
    numbers = [a_report(session, city, NOW)["case"]["number"] for _ in range(3)]
    for one in numbers:
        to_state(session, city, one, "handling", NOW)
        act(session, city, one, "assign", "unit1", NOW, handler_id=city.people["handler1"])
    accounts.disable_user(session, city.people["handler1"], now=NOW)
    session.commit()
    told, first = leaving.telling.ask, case(session, numbers[0])["id"]

    def ask(work, *args, **more):
        if work.case_id == first:
            raise RuntimeError("cannot be told")
        told(work, *args, **more)

    monkeypatch.setattr(leaving.telling, "ask", ask)
    return numbers


def test_a_batch_ends_and_one_that_fails_keeps_nobody_waiting(session, broken):
    done = leaving.hand_back(session, now=NOW, most=50)
    assert (done.numbers, done.failed) == (broken[1:], [case(session, broken[0])["id"]])
    assert open_tasks(session, broken[0]) == [("handle", "handler1")]


def test_the_job_goes_on_after_a_batch_in_which_all_failed(session, broken, monkeypatch):
    monkeypatch.setattr(jobs, "LEFT_AT_ONCE", 1)
    jobs.hand_back(0)
    assert [open_tasks(session, one)[0][1] for one in broken] == ["handler1", "unit1", "unit1"]
