"""Clocks of cases against the calendar's own arithmetic, and effects that only the service shows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.cases import queries, service
from app.cases.errors import FactMissing, IllegalMove, NotYourMove
from app.cases.rules import Action
from app.cases.service import Command
from app.cases.service.clocks import UNFILED
from app.cases.service.work import THE_SYSTEM
from app.core.errors import Stale
from app.media.errors import UnknownPhoto
from app.sla import service as sla
from app.sla.rules import Limit, Stage, Unit, deadline, due, elapsed
from tests.factories.accounts import a_grant
from tests.factories.cases import RUBBISH_CODES, a_new_photo, act, to_state
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

QUARTER = Limit(Decimal("0.25"), Unit.URGENT_HOUR)


def card(session, number, now):
    return service.case_card(session, number, THE_SYSTEM, now=now)


def handling(session, city, now, *, at=0):
    """A case whose handling began now, under one of the conditions of rubbish."""
    number = a_report(session, city, now)["number"]
    act(session, city, number, "accept", "operator", now, type=RUBBISH_CODES, condition_id=city.condition(at=at))
    act(session, city, number, "file", "leader", now)
    act(session, city, number, "dispatch", "dispatcher", now)
    return number


def clock(session, number, now, stage="handling"):
    return [one for one in card(session, number, now)["clocks"] if one["stage"] == stage][-1]


def instant(value):
    return datetime.fromisoformat(value)


# Friday afternoon, the night before a holiday, the last minute of a working day, a make-up Saturday.
STARTS = [
    datetime(2026, 3, 13, 9, 30, tzinfo=UTC),
    datetime(2026, 4, 30, 15, 0, tzinfo=UTC),
    datetime(2026, 3, 10, 9, 59, 59, 999_999, tzinfo=UTC),
    datetime(2026, 2, 14, 2, 0, tzinfo=UTC),
]


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_deadlines_are_those_of_the_calendar(session, city, start, at):
    number = handling(session, city, start, at=at)
    limit = city.types["06010"].conditions[at].limit
    calendar = sla.calendar(session)
    expected = deadline(start, limit, calendar)
    shown = clock(session, number, start)
    assert instant(shown["due_at"]) == expected.due_at
    assert instant(shown["yellow_at"]) == expected.yellow_at
    assert (shown["limit"], shown["unit"]) == (float(limit.amount), limit.unit.value)
    assert shown["calendar"] == {"code": calendar.code, "version": calendar.version}
    whole = card(session, number, start)
    assert (whole["due_at"], whole["yellow_at"], whole["stage"]) == (shown["due_at"], shown["yellow_at"], "handling")
    for later in (timedelta(hours=1), timedelta(days=1), timedelta(days=5)):
        at_that_time = clock(session, number, start + later)
        spent = elapsed(start, start + later, limit.unit, calendar)
        assert at_that_time["elapsed_s"] == pytest.approx(spent.total_seconds(), abs=0.001)
    yellow, red = expected.yellow_at, expected.due_at
    step = timedelta(microseconds=1)
    lamps = [clock(session, number, when)["lamp"] for when in (yellow, yellow + step, red, red + step)]
    assert lamps == ["green", "yellow", "yellow", "red"]


def test_stage_clocks_follow_each_other(session, city, now):
    number = a_report(session, city, now)["number"]
    assert clock(session, number, now, "accept")["due_at"] == "2026-03-10T02:15:00Z"
    to_state(session, city, number, "closed", now + timedelta(minutes=10))
    clocks = card(session, number, now)["clocks"]
    assert [one["stage"] for one in clocks] == ["accept", "file", "dispatch", "handling", "check", "close"]
    assert [one["elapsed_s"] for one in clocks] == [600, 0, 0, 0, 0, 0]
    limits = sla.stage_limits(session)
    for one in clocks:
        if one["stage"] != "handling":
            assert one["limit"] == float(limits[Stage(one["stage"])].amount)


def test_a_hold_takes_its_time_out_of_the_clock(session, city, now):
    number = handling(session, city, now)
    held_at, resumed_at = now + timedelta(hours=1), now + timedelta(days=6)
    act(session, city, number, "request_hold", "unit1", held_at, until=held_at.date() + timedelta(days=9))
    act(session, city, number, "decide_hold", "dispatcher", held_at, granted=True)
    shown = clock(session, number, held_at + timedelta(days=2))
    assert (shown["paused"], shown["elapsed_s"], shown["lamp"]) == (True, 3600, "grey")
    act(session, city, number, "resume", "dispatcher", resumed_at)
    calendar = sla.calendar(session)
    left = Limit(Decimal(3), Unit.WORKING_HOUR)
    shown = clock(session, number, resumed_at)
    assert instant(shown["due_at"]) == due(resumed_at, left, calendar)
    assert shown["elapsed_s"] == 3600
    assert clock(session, number, resumed_at + timedelta(hours=1))["elapsed_s"] == 7200


def test_a_hold_after_the_deadline_does_not_bring_time_back(session, city, now):
    number = handling(session, city, now, at=1)
    late = now + timedelta(hours=5)
    act(session, city, number, "request_hold", "unit1", late, until=late.date() + timedelta(days=9))
    act(session, city, number, "decide_hold", "dispatcher", late, granted=True)
    act(session, city, number, "resume", "dispatcher", late + timedelta(days=2))
    shown = clock(session, number, late + timedelta(days=2, seconds=1))
    assert (shown["lamp"], shown["elapsed_s"]) == ("red", 5 * 3600 + 1)


def test_the_clock_ends_a_hold_on_its_day_only(session, city, now):
    number = handling(session, city, now)
    act(session, city, number, "request_hold", "unit1", now, until=now.date() + timedelta(days=3))
    act(session, city, number, "decide_hold", "dispatcher", now, granted=True)
    resume = Command(Action.RESUME)
    with pytest.raises(IllegalMove) as refused:
        service.act(session, number, resume, principal=THE_SYSTEM, now=now + timedelta(days=2))
    assert refused.value.facts["because"] == ["until_reached"]
    # The third day of the city begins at 16:00 UTC of the second.
    begins = datetime(2026, 3, 12, 16, tzinfo=UTC)
    assert service.act(session, number, resume, principal=THE_SYSTEM, now=begins)["state"] == "handling"


def test_rework_counts_the_time_spent_waiting(session, city, now):
    number = handling(session, city, now)
    due_at = clock(session, number, now)["due_at"]
    done, checked = now + timedelta(hours=1), now + timedelta(hours=5)
    act(session, city, number, "finish", "unit1", done, photos=1, text="已清理")
    assert clock(session, number, checked)["elapsed_s"] == 3600
    position = city.position()
    failed = {"verdict": "failed", "reason": "残留", "position": position, "photos": 1}
    act(session, city, number, "check", "inspector1", checked, **failed)
    shown = clock(session, number, checked)
    spent = elapsed(now, checked, Unit.WORKING_HOUR, sla.calendar(session))
    assert (shown["due_at"], shown["elapsed_s"], shown["ended_at"]) == (due_at, spent.total_seconds(), None)
    again = checked + timedelta(days=1)
    act(session, city, number, "finish", "unit1", again, photos=1, text="再次清理")
    assert card(session, number, again)["handled_at"] == "2026-03-11T07:00:00Z"
    assert clock(session, number, again)["elapsed_s"] == 11 * 3600


def test_an_extension_adds_to_the_limit_and_comes_before_the_deadline(session, city, now):
    number = handling(session, city, now)
    act(session, city, number, "request_extension", "unit1", now, limit=4, unit="working_hour")
    # The decision may come after the deadline: it was asked for in time.
    late = now + timedelta(days=2)
    act(session, city, number, "decide_extension", "leader", late, granted=True)
    shown = clock(session, number, late)
    assert instant(shown["due_at"]) == due(now, Limit(Decimal(8), Unit.WORKING_HOUR), sla.calendar(session))
    with pytest.raises(IllegalMove) as refused:
        act(session, city, number, "request_extension", "unit1", late, limit=1, unit="working_hour")
    assert refused.value.facts["because"] == ["before_due"]


def test_reopening_starts_a_fresh_clock_within_seven_days(session, city, now):
    number = a_report(session, city, now)["number"]
    to_state(session, city, number, "closed", now)
    late = now + timedelta(days=7, seconds=1)
    assert act(session, city, number, "reopen", "supervisor", late)["state"] == "handling"
    shown = clock(session, number, late)
    assert instant(shown["started_at"]) == late
    assert [one["stage"] for one in card(session, number, late)["clocks"]].count("handling") == 2


def test_a_case_that_was_never_filed_gets_a_limit_when_it_is_dispatched(session, city, now):
    number = a_report(session, city, now)["number"]
    act(session, city, number, "force_close", "admin", now, reason="系统切换")
    act(session, city, number, "reopen", "supervisor", now)
    act(session, city, number, "dispatch", "dispatcher", now, lead_id=city.units["U01"])
    shown = clock(session, number, now)
    assert (shown["limit"], shown["unit"]) == (float(UNFILED.amount), UNFILED.unit.value)
    asked = {"limit": 1, "unit": "working_day"}
    act(session, city, number, "request_extension", "unit1", now, **asked)


def test_an_event_never_lies_before_the_one_it_follows(session, city, now):
    number = a_report(session, city, now)["number"]
    act(session, city, number, "accept", "operator", now, type=RUBBISH_CODES, condition_id=city.condition())
    act(session, city, number, "file", "leader", now - timedelta(minutes=3))
    case = service.case_row(session, number, THE_SYSTEM)
    events = service.events_for(session, case, THE_SYSTEM, after=0, limit=10)
    assert [event["at"] for event in events] == ["2026-03-10T02:00:00Z"] * 3
    assert service.verify_chain(session, case).ok


def test_nothing_is_written_where_the_action_is_refused(session, city, now):
    number = handling(session, city, now)
    before = service.case_row(session, number, THE_SYSTEM)
    manager = city.who(session, "unit1", now)
    stranger_photo = a_new_photo(session, city.who(session, "citizen", now), now)
    tries = [
        ({"text": "x"}, None, FactMissing),
        ({"text": "x", "photo_ids": [stranger_photo]}, None, UnknownPhoto),
        ({"text": "x", "photo_ids": []}, 1, Stale),
    ]
    for inputs, version, refusal in tries:
        with pytest.raises(refusal):
            service.act(session, number, Command(Action.FINISH, inputs, version), principal=manager, now=now)
    assert service.case_row(session, number, THE_SYSTEM) == before


def test_the_person_in_charge_changes_with_the_state(session, city, now):
    number = a_report(session, city, now)["number"]
    act(session, city, number, "take_over", "operator", now)
    with pytest.raises(NotYourMove):
        act(session, city, number, "take_over", "operator", now)
    act(session, city, number, "take_over", "colleague", now)
    case = act(session, city, number, "accept", "operator", now, type=RUBBISH_CODES, condition_id=city.condition())
    assert case["holder_id"] is None
    act(session, city, number, "take_over", "leader", now)


def test_another_organisation_does_not_take_over(session, city, now):
    number = a_report(session, city, now)["number"]
    act(session, city, number, "request_verify", "operator", now, inspector_id=city.people["outsider"])
    with pytest.raises(NotYourMove):
        act(session, city, number, "take_over", "inspector1", now)
    act(session, city, number, "request_verify", "operator", now, inspector_id=city.people["inspector2"])
    act(session, city, number, "take_over", "inspector1", now)
    assert queries.task_holders(session, service.case_row(session, number, THE_SYSTEM)["id"], "verify") == [
        city.people["inspector1"]
    ]


def test_a_manager_takes_over_from_the_handler(session, city, now):
    number = handling(session, city, now)
    act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
    act(session, city, number, "take_over", "unit1", now)
    with pytest.raises(NotYourMove):
        act(session, city, number, "take_over", "unit2", now)


MANAGING = "WHERE role = 'unit_manager'"
UNMANAGED = [
    ("nobody was ever there", f"UPDATE grants SET role = 'handler' {MANAGING}"),
    ("shut out", "UPDATE users SET disabled_at = :now WHERE username = 'unit1'"),
    ("ended in this instant", f"UPDATE grants SET valid_to = :now {MANAGING}"),
    ("yet to come", f"UPDATE grants SET valid_from = CAST(:now AS timestamptz) + interval '1 h' {MANAGING}"),
    ("elsewhere", f"UPDATE grants SET organization_id = (SELECT id FROM organizations WHERE code = 'U02') {MANAGING}"),
]


@pytest.mark.parametrize(("why", "sql"), UNMANAGED, ids=[why for why, _ in UNMANAGED])
def test_the_desk_takes_a_case_back_from_a_unit_that_nobody_manages(session, city, now, why, sql):
    number = handling(session, city, now)
    act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
    with pytest.raises(NotYourMove):
        act(session, city, number, "return", "dispatcher", now, reason="改派")
    session.execute(text(sql), {"now": now})
    with pytest.raises(NotYourMove):
        act(session, city, number, "return", "leader", now, reason="改派")
    with pytest.raises(FactMissing):
        act(session, city, number, "return", "dispatcher", now, reason=" ")
    case = act(session, city, number, "return", "dispatcher", now, reason="责任单位无人负责")
    assert (case["state"], case["lead_id"], case["handler_id"]) == ("to_dispatch", None, None), why
    assert case["returns"] == 0
    event = session.execute(text("SELECT inputs FROM case_events WHERE action = 'return'")).scalar_one()
    assert event == {"recalled": True}
    open_tasks = "SELECT count(*) FROM case_tasks WHERE kind = 'handle' AND closed_at IS NULL"
    assert session.scalar(text(open_tasks)) == 0
    assert [one["outcome"] for one in card(session, number, now)["clocks"]][-2:] == ["stopped", None]
    assert service.verify_chain(session, case).ok


def test_a_case_on_hold_is_resumed_before_it_is_taken_back(session, city, now):
    number = a_report(session, city, now)["number"]
    to_state(session, city, number, "on_hold", now)
    session.execute(text("UPDATE users SET disabled_at = :now WHERE username = 'unit1'"), {"now": now})
    with pytest.raises(IllegalMove):
        act(session, city, number, "return", "dispatcher", now, reason="改派")
    act(session, city, number, "resume", "dispatcher", now)
    assert act(session, city, number, "return", "dispatcher", now, reason="改派")["state"] == "to_dispatch"


def test_whether_anybody_manages_is_asked_only_where_it_matters(session, city, now, statements):
    def cost(who):
        principal = city.who(session, who, now)
        case = queries.lock_visible(session, number, principal)
        with statements() as sent:
            service.choices_of(session, case, principal=principal, now=now)
        return len(sent)

    number = a_report(session, city, now)["number"]
    to_state(session, city, number, "to_dispatch", now)
    before = {who: cost(who) for who in ("leader", "dispatcher")}
    act(session, city, number, "dispatch", "dispatcher", now)
    handled = {who: cost(who) for who in ("leader", "dispatcher")}
    assert handled["dispatcher"] == handled["leader"] + 1
    assert before["dispatcher"] <= before["leader"] + 1


def test_who_handled_it_does_not_check_it(session, city, now):
    number = handling(session, city, now)
    case = act(session, city, number, "finish", "unit1", now, photos=1, text="已清理")
    assert case["state"] == "to_check"
    position = city.position()
    far = {**position, "lat": position["lat"] + 0.1}
    passed = act(session, city, number, "check", "inspector2", now, photos=1, verdict="passed", position=far)
    assert passed["state"] == "to_close"


def test_an_inspector_who_handled_it_does_not_take_the_check_over(session, city, now):
    number = handling(session, city, now)
    a_grant(session, city.people["inspector2"], "handler", "", organization_id=city.units["U01"])
    act(session, city, number, "assign", "unit1", now, handler_id=city.people["inspector2"])
    act(session, city, number, "finish", "inspector2", now, photos=1, text="已清理")
    for action in ("take_over", "check"):
        with pytest.raises(NotYourMove):
            act(session, city, number, action, "inspector2", now, verdict="passed", position=city.position(), photos=1)


def test_an_inspector_who_reported_elsewhere_handles_it_there(session, city, now):
    inspector = city.who(session, "inspector1", now)
    photo = a_new_photo(session, inspector, now)
    reported = {"who": "inspector1", "cell": "310102001001001", "photo_ids": [photo], "type_ref": RUBBISH_CODES}
    number = a_report(session, city, now, **reported)["number"]
    case = act(session, city, number, "self_handle", "inspector1", now, photos=1, text="顺手清理")
    assert case["state"] == "to_close"
