"""Who is told of what happens to a case after it was reported: owners of decisions, reporters of their reports."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.cases import jobs as case_jobs
from app.cases.service import telling
from app.core import clock, outbox
from app.core.db import unit_of_work
from app.notices import jobs, service
from app.reports import service as reports
from app.reports.queries import report as find_report
from tests.factories.accounts import staff
from tests.factories.cases import CITY, COVER_CODES, act, to_state
from tests.factories.notices import a_committed_city, begin, heard_by
from tests.factories.reports import a_report
from tests.notices.test_inbox import read_all, told

pytestmark = [pytest.mark.slow, pytest.mark.committed]


@pytest.fixture
def city(committed):
    found = a_committed_city()
    jobs.fill_inbox(0)
    return found


def handled(session, city, now, who="citizen"):
    number = a_case(session, city, now, who)
    to_state(session, city, number, "handling", now)
    return number


def a_case(session, city, now, who="citizen"):
    return str(a_report(session, city, now, who=who)["number"])


def said(city, event, who, language="zh-CN"):
    """What somebody was told of an event."""
    with unit_of_work() as session:
        found = service.notices_of(session, city.people[who], unread=False, language=language, limit=50, cursor=None)[
            "items"
        ]
    return [one["text"] for one in found if one["event"] == event]


def test_decisions_reach_the_managers_of_the_unit(city, now):
    start = begin()
    with unit_of_work() as session:
        number = handled(session, city, now)
        for granted in (True, False):
            act(session, city, number, "request_extension", "unit1", now, limit=1, unit="working_hour")
            act(session, city, number, "decide_extension", "leader", now, granted=granted)
        act(session, city, number, "request_hold", "unit1", now, until=now.date().replace(day=28))
        act(session, city, number, "decide_hold", "dispatcher", now, granted=False)
        closed = a_case(session, city, now)
        to_state(session, city, closed, "closed", now)
        act(session, city, closed, "appeal", "unit1", now)
        act(session, city, closed, "decide_appeal", "leader", now, granted=True)
    read_all(city, start, now)
    assert sorted(said(city, "extension_decided", "unit1")) == sorted(
        [f"案卷 {number} 的延期申请：同意。", f"案卷 {number} 的延期申请：不同意。"]
    )
    assert said(city, "hold_decided", "unit1", "en") == [f"The hold asked for case {number} was refused."]
    assert said(city, "appeal_decided", "unit1", "en") == [f"The appeal about case {closed} was granted."]
    for event in ("extension_decided", "hold_decided", "appeal_decided"):
        assert set(told(city, event)) == {"unit1"}


def test_the_desk_is_told_of_work_that_nobody_will_do(city, now):
    start = begin()
    with unit_of_work() as session:
        number = a_case(session, city, now)
        to_state(session, city, number, "to_dispatch", now)
        act(session, city, number, "dispatch", "dispatcher", now, lead_id=city.units["street"])
    read_all(city, start, now)
    assert told(city, "case_unmanaged") == ["dispatcher"]
    assert said(city, "case_unmanaged", "dispatcher", "en") == [
        f"Case {number} lies with an organisation that nobody manages now: take it back and dispatch it again."
    ]
    assert said(city, "case_unmanaged", "dispatcher") == [f"案卷 {number} 的责任单位目前无人负责，请收回并重新派遣。"]
    with unit_of_work() as session:
        act(session, city, number, "return", "dispatcher", now, reason="街道暂无人员")
        act(session, city, number, "dispatch", "dispatcher", now, lead_id=city.units["U01"])
        act(session, city, number, "finish", "unit1", now, photos=1, text="已清理")
    read_all(city, start, now)
    assert told(city, "case_dispatched") == ["unit1"]
    with unit_of_work() as session:
        # Who is shut out answers for nothing any more.
        session.execute(text("UPDATE users SET disabled_at = :now WHERE username = 'unit1'"), {"now": now})
        failed = {"photos": 1, "verdict": "failed", "position": city.position(), "reason": "仍有垃圾"}
        act(session, city, number, "check", "inspector1", now, **failed)
    read_all(city, start, now)
    assert told(city, "case_unmanaged") == ["dispatcher", "dispatcher"]
    assert told(city, "case_returned") == []
    assert told(city, "case_rework") == []


def test_a_hold_that_ends_by_itself_is_told_and_so_is_a_supervision(city, now, monkeypatch):
    start = begin()
    with unit_of_work() as session:
        number = a_case(session, city, now)
        to_state(session, city, number, "handling", now)
        act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
        act(session, city, number, "supervise", "supervisor", now)
        act(session, city, number, "request_hold", "unit1", now, until=now.date().replace(day=28))
        act(session, city, number, "decide_hold", "dispatcher", now, granted=True)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 28, 3, tzinfo=UTC))
    case_jobs.resume_holds(0)
    read_all(city, start, now)
    assert told(city, "case_supervised") == ["handler1", "unit1"]
    assert told(city, "hold_ended") == ["handler1", "unit1"]


def test_who_reopens_is_not_told_but_owner_desk_and_the_other_reporters_are(city, now):
    start = begin()
    with unit_of_work() as session:
        number, same = a_case(session, city, now), a_case(session, city, now, "neighbour")
        act(session, city, same, "merge", "operator", now, into=number)
        to_state(session, city, number, "closed", now)
        act(session, city, number, "reopen", "supervisor", now)
        ownerless = a_case(session, city, now)
        act(session, city, ownerless, "force_close", "admin", now, reason="误报")
        act(session, city, ownerless, "reopen", "supervisor", now)
    read_all(city, start, now)
    assert told(city, "case_reopened") == ["citizen", "citizen", "dispatcher", "neighbour", "unit1"]
    with unit_of_work() as session:
        due = session.execute(text("SELECT audience, text_due_at FROM notices WHERE occasion = 'case_reopened'")).all()
    assert all((row.text_due_at is not None) == (row.audience == "citizen") for row in due)


def test_reporters_are_told_which_case_their_report_was_joined_to(city, now):
    start = begin()
    with unit_of_work() as session:
        first, second, third = (a_case(session, city, now, who) for who in ("citizen", "inspector2", "neighbour"))
        act(session, city, first, "merge", "operator", now, into=second)
    read_all(city, start, now)
    with unit_of_work() as session:
        # What had been joined before moves along.
        act(session, city, second, "merge", "operator", now, into=third)
    read_all(city, start, now)
    about = "which is about the same thing; you are told how it goes on."
    assert said(city, "case_merged", "citizen", "en") == [
        f"Your report (case {second}) was joined to case {third}, {about}",
        f"Your report (case {first}) was joined to case {second}, {about}",
    ]
    assert said(city, "case_merged", "inspector2", "en") == [
        f"Your report (case {second}) was joined to case {third}: follow that one."
    ]
    assert "neighbour" not in told(city, "case_merged")


def test_reporters_are_told_when_their_report_becomes_two_cases(city, now):
    start = begin()
    with unit_of_work() as session:
        number = a_case(session, city, now)
        act(session, city, number, "split", "operator", now, type=COVER_CODES)
        other = session.scalar(text("SELECT number FROM cases WHERE split_from IS NOT NULL"))
    read_all(city, start, now)
    assert said(city, "case_split", "citizen") == [
        f"您的上报（案卷 {number}）涉及两件事，另一件已立为案卷 {other}，两件都在办理。"
    ]


def test_an_erased_reporter_leaves_nothing_of_a_joined_case(city, now):
    start = begin()
    with unit_of_work() as session:
        mine, other = a_case(session, city, now), a_case(session, city, now, "neighbour")
        act(session, city, mine, "split", "operator", now, type=COVER_CODES)
        act(session, city, mine, "merge", "operator", now, into=other)
    read_all(city, start, now)
    with unit_of_work() as session:
        service.send_texts(session, now=datetime.now(UTC) + timedelta(days=1))
    assert told(city, "case_merged") == ["citizen"]
    with unit_of_work() as session:
        found = session.execute(text("SELECT id FROM reports WHERE number = :it"), {"it": mine}).scalar_one()
        reports.erase(session, find_report(session, found), now=now)
    read_all(city, start, now)
    assert told(city, "case_merged") == []
    with unit_of_work() as session:
        texts = [message.text for message in outbox.newest(session, limit=500)]
    assert not any("并案" in message for message in texts)


def test_from_whom_a_case_is_taken_over(city, now):
    """Who held it, who was asked, who handled it; where nobody had it in person, who answers for its owner."""
    start = begin()
    with unit_of_work() as session:
        city.people["unit1b"] = staff(
            session, "unit_manager", CITY, username="unit1b", organization_id=city.units["U01"]
        )
        by_task = a_case(session, city, now)
        to_state(session, city, by_task, "verifying", now)
        act(session, city, by_task, "take_over", "inspector2", now)
        by_holder = a_case(session, city, now)
        act(session, city, by_holder, "take_over", "operator", now)
        act(session, city, by_holder, "take_over", "colleague", now)
        by_handler = handled(session, city, now)
        act(session, city, by_handler, "assign", "unit1", now, handler_id=city.people["handler1"])
        act(session, city, by_handler, "take_over", "unit1b", now)
        by_unit = handled(session, city, now)
        act(session, city, by_unit, "take_over", "unit1b", now)
    read_all(city, start, now)
    with unit_of_work() as session:
        rows = session.execute(text("SELECT user_id, number FROM notices WHERE occasion = 'case_taken_over'")).all()
    names = {person: name for name, person in city.people.items()}
    assert sorted((row.number, names[row.user_id]) for row in rows) == sorted(
        [(by_task, "inspector1"), (by_holder, "operator"), (by_handler, "handler1"), (by_unit, "unit1")]
    )
    assert said(city, "case_taken_over", "handler1") == [f"您办理的案卷 {by_handler} 已由他人接手。"]
    assert said(city, "case_taken_over", "handler1", "en") == [
        f"Somebody else took over case {by_handler}, which you held."
    ]


def test_a_case_that_the_grid_moved_under_is_told_on_streams_and_nobody_is_told_again(city, now):
    start = begin()
    with unit_of_work() as session:
        number = handled(session, city, now)
    read_all(city, start, now)
    before = begin()
    with unit_of_work() as session:
        found = session.execute(text("SELECT * FROM cases WHERE number = :n"), {"n": number}).mappings().one()
        telling.tell_places(session, [dict(found)])
    heard = heard_by(city, "operator", before, now, until=number)
    assert [(event.kind, event.data["version"]) for event in heard] == [("case.changed", found["version"])]
    read_all(city, start, now)
    assert told(city, "case_dispatched") == ["unit1"]


def test_urgent_ones_go_to_contacts_and_each_once(city, now):
    start = begin()
    with unit_of_work() as session:
        session.execute(
            text("""INSERT INTO contacts VALUES (:who, 'email', 'wang@example.org', 'en',
                           ARRAY['task_assigned', 'case_taken_over'], true, now(), now())"""),
            {"who": city.people["handler1"]},
        )
        number = handled(session, city, now)
        act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
        act(session, city, number, "take_over", "unit1", now)
    read_all(city, start, now)
    with unit_of_work() as session:
        due = session.execute(
            text("SELECT due_at, created_at FROM notice_messages JOIN notices ON id = notice_id")
        ).all()
    assert len(due) == 2
    for _ in range(2):
        jobs.send_texts(0)
    with unit_of_work() as session:
        service.send_messages(session, now=datetime.now(UTC) + timedelta(days=1))
        found = [row.text for row in outbox.newest(session, limit=50, recipient="wang@example.org")]
    assert sorted(found) == [
        f"Somebody else took over case {number}, which you held.",
        f"You were given a task on case {number}.",
    ]
