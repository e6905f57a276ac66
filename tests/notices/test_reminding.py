"""Reminders reach people: each of them once, whoever works and whenever they stop, and never thousands at a time."""

import doctest
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.cases import jobs as case_jobs
from app.cases.service import reminding as case_reminding
from app.core import clock
from app.core.db import database, unit_of_work
from app.factory import create_app
from app.notices import jobs, queries, service
from app.notices.rules import ONE_BY_ONE, Occasion, Reminder, by_person, is_late, occasion_for, reminding, together
from app.notices.service import reminding as telling
from tests.factories.cases import a_city, act, to_state
from tests.factories.http import Api
from tests.factories.many_cases import copies
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
AT = datetime(2026, 3, 10, 2, tzinfo=UTC)
PEOPLE = [UUID(int=n) for n in range(5)]


def reminder(id_=1, base="red", audience="holder", late=HOUR, whom=(PEOPLE[0],)):
    since = AT - late if base == "red" else AT
    return Reminder(id_, f"N{id_}", "handling", base, audience, since, AT - late, AT, tuple(whom))


def test_examples():
    assert doctest.testmod(reminding).failed == 0


@pytest.mark.parametrize(
    ("base", "audience", "late", "occasion"),
    [
        ("yellow", "holder", -HOUR, "reminder_yellow"),
        ("yellow", "unit_manager", -HOUR, "reminder_yellow"),
        ("yellow", "holder", HOUR, "reminder_red"),
        ("red", "holder", HOUR, "reminder_red"),
        ("red", "unit_manager", HOUR, "escalated_unit_manager"),
        ("red", "shift_leader", HOUR, "escalated_shift_leader"),
        ("red", "district", HOUR, "escalated_district"),
        ("red", "supervisor", HOUR, "escalated_supervisor"),
        ("supervised", "unit_manager", -HOUR, "reminder_supervision"),
        (None, "supervisor", HOUR, "escalated_supervisor"),
    ],
)
def test_each_rung_has_its_occasion(base, audience, late, occasion):
    assert occasion_for(reminder(base=base, audience=audience, late=late)) == occasion


def test_the_date_of_a_supervision_has_passed_though_the_deadline_has_not():
    assert is_late(reminder(base="supervised", late=-HOUR))
    assert not is_late(reminder(base="yellow", late=-HOUR))


def test_nobody_is_told_again_and_the_most_urgent_come_first():
    found = by_person([reminder(2, whom=PEOPLE[:2]), reminder(1, whom=PEOPLE[1:3])], frozenset({(2, PEOPLE[1])}))
    assert {person: [one.id for one in mine] for person, mine in found.items()} == {
        PEOPLE[0]: [2],
        PEOPLE[1]: [1],
        PEOPLE[2]: [1],
    }


def test_what_is_told_together_counts_and_names_the_most_urgent():
    first = together([reminder(1), reminder(2, base="yellow", late=-HOUR)])
    assert first == {"count": 2, "late": 1, "stage": "handling", "late_s": 3600}
    more = together([reminder(3, late=9 * HOUR)], first)
    assert more == {"count": 3, "late": 2, "stage": "handling", "late_s": 3600}


# --- through the database -------------------------------------------------------------------------------------


@pytest.fixture
def city(committed, now):
    with unit_of_work() as session:
        return a_city(session, now - timedelta(days=8))


def handled(session, city, now):
    number = a_report(session, city, now)["case"]["number"]
    to_state(session, city, number, "handling", now)
    act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
    return number


def at(monkeypatch, instant):
    monkeypatch.setattr(clock, "now", lambda: instant)


def settle():
    """Wait until what is committed can be read, whatever other tests hold back."""
    with unit_of_work() as session:
        newest = session.scalar(text("SELECT max(xid) FROM case_reminders"))
    for _ in range(3_000):
        with unit_of_work() as session:
            if newest is None or newest < session.scalar(
                text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            ):
                return
            session.execute(text("SELECT pg_sleep(0.02)"))
    raise AssertionError("the horizon never moved")


def told(city):
    """(name, occasion, title, text) of every notice about a reminder, in the order they were written."""
    names = {person: name for name, person in city.people.items()}
    with unit_of_work() as session:
        said = service.Wording({})
        rows = session.execute(
            text("SELECT * FROM notices WHERE occasion ~ '^(reminder|escalated)' ORDER BY created_at, id")
        ).all()
        return [
            (
                names[row.user_id],
                row.occasion,
                *said.of(row.occasion, "staff", "zh-CN", number=row.number, facts=row.facts),
            )
            for row in rows
        ]


def remind(monkeypatch, instant):
    at(monkeypatch, instant)
    case_jobs.remind(0)
    settle()
    jobs.fill_reminders(0)
    jobs.fill_reminders(0)


@pytest.mark.committed
def test_the_ladder_is_told_rung_by_rung_in_words(city, now, monkeypatch):
    with unit_of_work() as session:
        number = handled(session, city, now)
        session.execute(text("UPDATE cases SET yellow_at = :y, due_at = :d"), {"y": now + HOUR, "d": now + 5 * HOUR})
        session.execute(text("UPDATE case_clocks SET due_at = :d WHERE ended_at IS NULL"), {"d": now + 5 * HOUR})
    for hours in (1.5, 5.5, 24, 30):
        remind(monkeypatch, now + hours * HOUR)
    assert told(city) == [
        ("handler1", "reminder_yellow", "即将超期", f"案卷 {number} 的处置时限还剩 3 小时 30 分钟，请抓紧办理。"),
        (
            "unit1",
            "escalated_unit_manager",
            "本单位案卷超期",
            f"贵单位的案卷 {number}，处置已超期 30 分钟，请督促办理。",
        ),
        (
            "supervisor",
            "escalated_district",
            "辖区案卷超期",
            f"贵辖区的案卷 {number}，处置已超期 19 小时，请督促办理。",
        ),
        (
            "supervisor",
            "escalated_supervisor",
            "案卷严重超期",
            f"案卷 {number} 的处置已超期 1 天 1 小时，多次提醒未办结，请考虑督办。",
        ),
    ]


@pytest.mark.committed
def test_a_supervision_and_the_desk_of_a_stage_are_told(city, now, monkeypatch):
    with unit_of_work() as session:
        watched = handled(session, city, now)
        act(session, city, watched, "supervise", "supervisor", now, due_at=now + HOUR)
        session.execute(text("UPDATE cases SET yellow_at = 'infinity', due_at = 'infinity'"))
        fresh = a_report(session, city, now + HOUR)["case"]["number"]
    remind(monkeypatch, now + HOUR + timedelta(minutes=20))
    found = sorted(told(city))
    assert [row[:2] for row in found] == [
        ("colleague", "reminder_red"),
        ("leader", "escalated_shift_leader"),
        ("operator", "reminder_red"),
        ("unit1", "reminder_supervision"),
    ]
    assert found[0][3] == f"案卷 {fresh} 的受理已超期 5 分钟，请立即办理。"
    assert found[3][3] == f"督办案卷 {watched}（处置）的期限已过 20 分钟，请立即反馈。"


@pytest.mark.committed
def test_a_reminder_whose_number_is_lower_but_commits_later_is_told(city, now, committed):
    """Identity order is not the order of commits: a place by number alone would lose the later one."""
    with unit_of_work() as session:
        for _ in range(2):
            handled(session, city, now)
        cases = session.scalars(text("SELECT id FROM cases ORDER BY number")).all()
        session.execute(text("UPDATE cases SET yellow_at = :now - interval '1 h'"), {"now": now})
    jobs.fill_reminders(0)
    insert = text("""
        INSERT INTO case_reminders (case_id, ordinal, rung, audience, whom, since, at, base)
        VALUES (:case, 4, 1, 'holder', ARRAY[:whom]::uuid[], :now, :now, 'yellow')""")
    engine = create_engine(committed.database_url, poolclass=NullPool)
    with Session(engine) as early, Session(engine) as late:
        early.execute(insert, {"case": cases[0], "whom": str(city.people["handler1"]), "now": now})
        late.execute(insert, {"case": cases[1], "whom": str(city.people["handler1"]), "now": now})
        late.commit()
        jobs.fill_reminders(0)
        assert told(city) == []
        early.commit()
    engine.dispose()
    settle()
    jobs.fill_reminders(0)
    assert [row[0] for row in told(city)] == ["handler1", "handler1"]


@pytest.mark.committed
def test_a_worker_that_dies_half_way_tells_nobody_twice_and_forgets_nobody(city, now, monkeypatch):
    with unit_of_work() as session:
        handled(session, city, now)
        session.execute(text("UPDATE cases SET yellow_at = :now - interval '1 h'"), {"now": now})
    at(monkeypatch, now)
    case_jobs.remind(0)
    settle()
    note_told = queries.note_told

    def dies(session, rows):
        note_told(session, rows)
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(queries, "note_told", dies)
    with pytest.raises(RuntimeError):
        jobs.fill_reminders(0)
    assert told(city) == []
    monkeypatch.setattr(queries, "note_told", note_told)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(jobs.fill_reminders, range(4)))
    jobs.fill_reminders(0)
    assert [row[:2] for row in told(city)] == [("handler1", "reminder_yellow")]
    # The key holds even where the place is lost: after a restore everything is gone through once more.
    with unit_of_work() as session:
        session.execute(text("UPDATE feed_readers SET epoch = gen_random_uuid() WHERE name = 'reminders'"))
    jobs.fill_reminders(0)
    assert len(told(city)) == 1
    again = text("INSERT INTO notice_reminders SELECT reminder_id, user_id, notice_id FROM notice_reminders")
    with pytest.raises(IntegrityError), unit_of_work() as session:
        session.execute(again)


@pytest.mark.committed
def test_after_a_restore_nothing_is_forgotten_and_nothing_told_twice(city, now, monkeypatch, committed):
    with unit_of_work() as session:
        handled(session, city, now)
        session.execute(text("UPDATE cases SET yellow_at = :y, due_at = :d"), {"y": now, "d": now + HOUR})
    remind(monkeypatch, now + HOUR / 2)
    # Recorded, and not told when the backup was made.
    at(monkeypatch, now + 2 * HOUR)
    case_jobs.remind(0)
    engine = create_engine(committed.owner_database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("SELECT restart_feed()"))
    engine.dispose()
    with unit_of_work() as session:
        assert set(session.scalars(text("SELECT xid FROM case_reminders"))) == {0}
    jobs.fill_reminders(0)
    jobs.fill_reminders(0)
    assert [row[:2] for row in told(city)] == [("handler1", "reminder_yellow"), ("unit1", "escalated_unit_manager")]


CROWD = 5_000


def interrupt(monkeypatch):
    """The teller runs while reminders are still being recorded; how many reminders each of its transactions reads."""
    record, read, runs, sizes = case_reminding.remind, queries.reminders_after, [], []

    def interrupted(session, **given):
        runs.append(1)
        if len(runs) in {4, 9}:
            jobs.fill_reminders(0)
        return record(session, **given)

    def counted(*asked):
        found = read(*asked)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(queries, "reminders_after", counted)
    monkeypatch.setattr(case_reminding, "remind", interrupted)
    return sizes


def outcome(city):
    """What was recorded for whom, what was told to whom, and the number of the handler's most urgent case."""
    with unit_of_work() as session:
        recorded = session.execute(text("SELECT id, unnest(whom) FROM case_reminders")).all()
        given = session.execute(text("SELECT reminder_id, user_id FROM notice_reminders")).all()
        urgent = session.scalar(
            text("""SELECT c.number FROM case_reminders r JOIN cases c ON c.id = r.case_id
                     WHERE :who = ANY(r.whom) ORDER BY r.id LIMIT 1"""),
            {"who": city.people["handler1"]},
        )
    return recorded, given, urgent


def inbox_of(committed, city):
    """The handler's one notice, over HTTP."""
    with unit_of_work() as session:
        api = Api(create_app(committed, database()), session, city)
        (notice,) = api.get("handler1", "/notices")["items"]
        api.headers("unit1")
    return api, notice


@pytest.mark.committed
def test_after_a_stop_of_six_hours_nobody_is_buried(committed, city, now, monkeypatch):
    with unit_of_work() as session:
        number = handled(session, city, now)
        copies(session, number, CROWD, yellow_at=now, apart=5.5 * HOUR / CROWD, red_after=2 * HOUR)
        session.execute(
            text("UPDATE cases SET due_at = 'infinity', yellow_at = 'infinity' WHERE number = :n"), {"n": number}
        )
    at(monkeypatch, now + 6 * HOUR)
    sizes = interrupt(monkeypatch)
    case_jobs.remind(0)
    settle()
    with ThreadPoolExecutor(3) as workers:
        list(workers.map(jobs.fill_reminders, range(3)))
    jobs.fill_reminders(0)
    recorded, given, urgent = outcome(city)
    assert len(recorded) == CROWD + 3637
    assert sorted(recorded) == sorted(given)
    found = told(city)
    # Everybody got one notice: the copies have no task, so that the handler of each is one person.
    assert Counter(row[0] for row in found) == {"handler1": 1, "unit1": 1}
    words = {row[0]: row for row in found}
    assert words["handler1"][1:3] == ("reminder_digest", "5000 条催办")
    assert f"其中 3637 条已超期；最急的是案卷 {urgent}：处置，已超期 4 小时" in words["handler1"][3]
    assert words["unit1"][2] == "3637 条催办"
    assert max(sizes) <= telling.ROWS_AT_ONCE < sum(sizes)

    api, notice = inbox_of(committed, city)
    numbers, cursor, path = [], None, f"/notices/{notice['id']}"
    while True:
        page = api.get("handler1", path, limit=500, **({"cursor": cursor} if cursor else {}))["reminders"]
        numbers += [one["number"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert numbers[0] == urgent
    assert len(set(numbers)) == CROWD
    api.get("unit1", path, 404)


@pytest.mark.committed
def test_a_few_are_told_one_by_one_and_what_was_read_takes_in_no_more(city, now, monkeypatch):
    with unit_of_work() as session:
        number = handled(session, city, now)
        copies(session, number, ONE_BY_ONE, yellow_at=now, apart=timedelta(minutes=1), red_after=50 * HOUR)
        session.execute(
            text("UPDATE cases SET due_at = 'infinity', yellow_at = 'infinity' WHERE number = :n"), {"n": number}
        )
    remind(monkeypatch, now + 2 * HOUR)
    assert [row[1] for row in told(city)] == ["reminder_yellow"] * ONE_BY_ONE
    with unit_of_work() as session:
        # The first of the page is the most urgent.
        page = service.notices_of(session, city.people["handler1"], unread=True, language="en", limit=2, cursor=None)[
            "items"
        ]
        urgent = session.scalar(text("SELECT number FROM cases WHERE due_at < 'infinity' ORDER BY due_at LIMIT 1"))
        assert page[0]["number"] == urgent
        session.execute(text("UPDATE cases SET yellow_at = 'infinity', due_at = 'infinity'"))
    with unit_of_work() as session:
        one = handled(session, city, now)
        session.execute(
            text("UPDATE cases SET yellow_at = :y, due_at = :d WHERE number = :n"),
            {"y": now, "d": now + 50 * HOUR, "n": one},
        )
    remind(monkeypatch, now + 3 * HOUR)
    assert len(told(city)) == ONE_BY_ONE + 1


def a_digest(session, city, now, count=1):
    (person,) = queries.people(session, [city.people["unit1"]])
    post = telling.Post(now)
    notice_id = post.add(person, Occasion.REMINDER_DIGEST, "N1", together([reminder()] * count))
    post.write(session)
    return notice_id


def test_what_was_read_or_sent_or_is_old_is_closed(session, town, now):
    city = town
    who, since = [city.people["unit1"]], now - timedelta(minutes=10)
    found = a_digest(session, city, now)
    assert queries.open_digests(session, who, since)[who[0]].id == found
    assert queries.open_digests(session, who, now) == {}
    service.mark_read(session, who[0], found, language="en", now=now)
    assert queries.open_digests(session, who, since) == {}
    sent = a_digest(session, city, now)
    assert list(queries.open_digests(session, who, since)) == who
    session.execute(text("INSERT INTO notice_messages VALUES (:id, 'email', now(), now())"), {"id": sent})
    assert queries.open_digests(session, who, since) == {}
