"""Notices: who is told of what, when phones may ring, and one's own inbox over HTTP."""

import doctest
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from app.core import outbox
from app.core.db import unit_of_work
from app.notices import jobs, queries, service
from app.notices.rules import PLACEHOLDERS, Occasion, audiences, faults_of, inbox, may_ring_at
from app.notices.service.wording import LANGUAGES, Wording, messages
from app.reports import service as reports
from app.reports.queries import report as find_report
from tests.factories.cases import act, to_state
from tests.factories.notices import a_committed_case, a_committed_city, begin, heard_by

pytestmark = pytest.mark.slow

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_examples():
    assert doctest.testmod(inbox).failed == 0


def test_every_occasion_is_worded_in_every_language_for_everybody_who_is_told():
    shapes = []
    for language in LANGUAGES:
        found = messages(language)
        assert set(found) == set(Occasion)
        for occasion in Occasion:
            assert set(found[occasion]) == set(audiences(occasion)), (language, occasion)
            for message in found[occasion].values():
                assert set(message) == {"title", "text"}
                assert all(part.strip() for part in message.values())
                assert faults_of(message["title"], message["text"], PLACEHOLDERS[occasion]) == [], (language, occasion)
        shapes.append(
            {
                (occasion, audience): set(re.findall(r"{(\w*)}", message["text"] + message["title"]))
                for occasion, audiences_ in found.items()
                for audience, message in audiences_.items()
            }
        )
    assert all(shape == shapes[0] for shape in shapes)
    said = Wording({}).of("case_closed", "citizen", "en", number="N1", facts=None)
    assert said.text.startswith("Your report (case N1)")


@pytest.mark.parametrize(
    ("hour", "minute", "rings"),
    [(7, 59, "10T08:00"), (8, 0, "10T08:00"), (20, 59, "10T20:59"), (21, 0, "11T08:00"), (23, 59, "11T08:00")],
)
def test_phones_are_quiet_at_night(hour, minute, rings):
    at = datetime(2026, 3, 10, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)
    assert may_ring_at(at, SHANGHAI).astimezone(SHANGHAI).strftime("%dT%H:%M") == rings
    assert may_ring_at(at, SHANGHAI, urgent=True) == at


def told(city, event):
    """The names of those who have a notice of this event."""
    names = {person: name for name, person in city.people.items()}
    with unit_of_work() as session:
        rows = session.execute(text("SELECT user_id FROM notices WHERE occasion = :event"), {"event": event})
        return sorted(names[row.user_id] for row in rows)


@pytest.fixture
def city(committed):
    found = a_committed_city()
    jobs.fill_inbox(0)
    return found


def read_all(city, start, now):
    """Wait until everything that is committed can be read, then fill the inbox twice."""
    heard_by(city, "operator", start, now, until=a_committed_case(city, now))
    jobs.fill_inbox(0)
    jobs.fill_inbox(0)


@pytest.mark.committed
def test_who_is_told_of_a_case_from_dispatch_to_its_end(city, now):
    start = begin()
    number = a_committed_case(city, now)
    with unit_of_work() as session:
        to_state(session, city, number, "handling", now)
        act(session, city, number, "return", "unit1", now, reason="不属于我单位")
        act(session, city, number, "dispatch", "dispatcher", now, lead_id=city.units["U02"], helper_ids=[])
        act(session, city, number, "assign", "unit2", now, handler_id=city.people["handler2"])
        act(session, city, number, "finish", "handler2", now, photos=1, text="已清理")
        place = city.position()
        failed = {"photos": 1, "verdict": "failed", "position": place, "reason": "仍有垃圾"}
        act(session, city, number, "check", "inspector1", now, **failed)
        act(session, city, number, "finish", "handler2", now, photos=1, text="再次清理")
        act(session, city, number, "check", "inspector1", now, photos=1, verdict="passed", position=place)
        act(session, city, number, "close", "leader", now)
    rejected = a_committed_case(city, now, who="inspector2")
    with unit_of_work() as session:
        act(session, city, rejected, "reject", "operator", now, reason="不属于城市管理范围")
    read_all(city, start, now)
    assert told(city, "case_dispatched") == ["unit1", "unit2"]
    assert told(city, "case_returned") == ["dispatcher"]
    assert told(city, "case_rework") == ["unit2"]
    assert told(city, "case_closed") == ["citizen"]
    assert told(city, "case_rejected") == ["inspector2"]
    assert told(city, "task_assigned").count("handler2") == 2
    with unit_of_work() as session:
        due = session.execute(text("SELECT occasion, text_due_at FROM notices WHERE text_due_at IS NOT NULL")).all()
        assert [row.occasion for row in due] == ["case_closed"]
        assert service.send_texts(session, now=due[0].text_due_at - timedelta(seconds=1)) is False
        before = len(outbox.newest(session, limit=500, recipient="+8613800000001"))
        for _ in range(2):
            service.send_texts(session, now=due[0].text_due_at)
        sent = outbox.newest(session, limit=500, recipient="+8613800000001")
    assert len(sent) == before + 1
    assert number in sent[0].text


@pytest.mark.committed
def test_who_held_a_case_is_told_when_it_is_taken_over(city, now):
    start = begin()
    number = a_committed_case(city, now)
    with unit_of_work() as session:
        to_state(session, city, number, "verifying", now)
        act(session, city, number, "take_over", "inspector2", now)
    other = a_committed_case(city, now)
    with unit_of_work() as session:
        act(session, city, other, "take_over", "operator", now)
        act(session, city, other, "take_over", "colleague", now)
    read_all(city, start, now)
    assert told(city, "case_taken_over") == ["inspector1", "operator"]


@pytest.mark.committed
def test_a_change_that_cannot_be_told_keeps_nobody_from_hearing_the_others(city, now, monkeypatch):
    start = begin()
    numbers = [a_committed_case(city, now) for _ in range(2)]
    with unit_of_work() as session:
        for number in numbers:
            to_state(session, city, number, "handling", now)
    write = service.inbox.tell

    def broken(session, occasion, people, number, *args, **more):
        if number == numbers[0]:
            raise KeyError("granted")
        write(session, occasion, people, number, *args, **more)

    monkeypatch.setattr(service.inbox, "tell", broken)
    read_all(city, start, now)
    with unit_of_work() as session:
        rows = session.execute(text("SELECT DISTINCT number FROM notices WHERE occasion = 'case_dispatched'"))
        assert rows.scalars().all() == numbers[1:]


@pytest.mark.committed
def test_an_erased_reporter_leaves_no_notice_and_no_message(city, now):
    start = begin()
    numbers = [a_committed_case(city, now, who=who) for who in ("citizen", "neighbour")]
    with unit_of_work() as session:
        for number in numbers:
            act(session, city, number, "reject", "operator", now, reason="不属于城市管理范围")
    read_all(city, start, now)
    with unit_of_work() as session:
        service.send_texts(session, now=datetime.now(UTC) + timedelta(days=1))
    assert told(city, "case_rejected") == ["citizen", "neighbour"]
    with unit_of_work() as session:
        report = session.execute(text("SELECT id FROM reports WHERE number = :it"), {"it": numbers[0]}).scalar_one()
        reports.erase(session, find_report(session, report), now=now)
    read_all(city, start, now)
    assert told(city, "case_rejected") == ["neighbour"]
    with unit_of_work() as session:
        assert not any(numbers[0] in message.text for message in outbox.newest(session, limit=500))
        assert any(numbers[1] in message.text for message in outbox.newest(session, limit=500))


def a_notice(session, user_id, now, **changes):
    values = {"id": uuid4(), "user_id": user_id, "occasion": "case_dispatched", "audience": "staff", "created_at": now}
    queries.add_notices(session, [{**values, "number": "20260310-000001", "text_due_at": None, **changes}])
    return str(values["id"])


def test_ones_own_inbox(http, session, town, now):
    mine = [a_notice(session, town.people["unit1"], now + timedelta(minutes=minute)) for minute in range(3)]
    theirs = a_notice(session, town.people["unit2"], now)
    session.commit()
    page = http.get("unit1", "/notices", limit=2)
    assert ([one["id"] for one in page["items"]], page["unread"]) == ([mine[2], mine[1]], 3)
    assert page["items"][0]["text"] == "案卷 20260310-000001 已派遣到您的单位，请安排处置。"
    rest = http.get("unit1", "/notices", limit=2, cursor=page["next_cursor"])
    assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == ([mine[0]], None)
    read = http.post("unit1", f"/notices/{mine[1]}/read")
    assert read["read_at"]
    assert http.post("unit1", f"/notices/{mine[1]}/read?lang=en")["read_at"] == read["read_at"]
    left = http.get("unit1", "/notices", unread="true", lang="en")
    assert ([one["id"] for one in left["items"]], left["unread"]) == ([mine[2], mine[0]], 2)
    assert left["items"][0]["title"] == "New case for your unit"
    http.post("unit1", f"/notices/{theirs}/read", 404)
    http.get("unit1", "/notices", 422, lang="de")
    http.get(None, "/notices", 401)
    assert http.get("citizen", "/notices") == {"items": [], "next_cursor": None, "unread": 0}


def test_as_many_statements_for_thirty_notices_as_for_one(http, session, town, now, statements):
    a_notice(session, town.people["unit1"], now)
    session.commit()

    def counted():
        with statements() as asked:
            http.get("unit1", "/notices", limit=50)
        return len(asked)

    http.get("unit1", "/notices")
    few = counted()
    for minute in range(30):
        a_notice(session, town.people["unit1"], now + timedelta(minutes=minute))
    session.commit()
    assert counted() == few
