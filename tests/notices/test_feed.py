"""The feed loses nothing: numbers that commit late, cursors that expire, rows that cannot be changed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.core import feed
from app.core.db import database, unit_of_work
from app.core.feed import Cursor, CursorExpired, Entry, Kind
from app.core.paging import BadCursor, encode_cursor
from app.notices import jobs, queries
from app.notices.service import Listeners
from tests.factories.cases import act, to_state
from tests.factories.notices import a_committed_case, a_committed_city, begin, heard_by

pytestmark = pytest.mark.slow

NOBODY = UUID(int=0)


def entry(number):
    return Entry(Kind.CASE_CHANGED, "case", NOBODY, number, 1, "received")


def numbers(cursor):
    with unit_of_work() as session:
        return [row.number for row in session.execute(feed.after(cursor, 100))]


def as_owner(committed, statement):
    engine = create_engine(committed.owner_database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        return connection.execute(text(statement)).rowcount


@pytest.fixture
def two(committed):
    """Two sessions with connections of their own."""
    engine = create_engine(committed.database_url, poolclass=NullPool)
    with Session(engine) as first, Session(engine) as second:
        yield first, second
    engine.dispose()


@pytest.mark.committed
def test_a_lower_number_that_commits_later_is_not_lost(two):
    early, late = two
    start = begin()
    feed.append(early, entry("early"))
    feed.append(late, entry("late"))
    late.commit()
    # The higher number is committed, and held back as long as the lower one may still come.
    assert numbers(start) == []
    early.commit()
    found, place = [], start
    while len(found) < 2:
        with unit_of_work() as session:
            rows = session.execute(feed.after(place, 1)).all()
        for row in rows:
            found.append(row.number)
            place = place.at(row.xid, row.seq)
    assert found == ["early", "late"]
    assert numbers(place) == []


@pytest.mark.committed
def test_a_transaction_that_rolls_back_leaves_nothing(two):
    first, second = two
    start = begin()
    feed.append(first, entry("never"))
    feed.append(second, entry("kept"), entry("kept too"))
    second.commit()
    first.rollback()
    while not (found := numbers(start)):
        pass
    assert found == ["kept", "kept too"]


@pytest.mark.committed
def test_a_cursor_expires_with_the_feed_it_belongs_to(committed):
    start = begin()
    with unit_of_work() as session:
        assert feed.resumed(session, start.text) == start
        for forged in ("x", encode_cursor(1, 2), encode_cursor("no id", 2, 3), encode_cursor(str(start.epoch), -1, 3)):
            with pytest.raises(BadCursor):
                feed.resumed(session, forged)
        with pytest.raises(CursorExpired):
            feed.resumed(session, replace(start, epoch=uuid4()).text)
    as_owner(committed, "SELECT restart_feed()")
    with unit_of_work() as session, pytest.raises(CursorExpired):
        feed.resumed(session, start.text)


@pytest.mark.committed
def test_rows_are_kept_for_the_promised_time_and_then_go(committed):
    start = begin()
    with unit_of_work() as session:
        feed.append(session, entry("old"), entry("new"))
    as_owner(committed, "UPDATE changes SET at = now() - interval '181 days' WHERE number = 'old'")
    jobs.purge_changes(0)
    with unit_of_work() as session:
        assert [row.number for row in session.execute(text("SELECT number FROM changes"))] == ["new"]
        with pytest.raises(CursorExpired):
            feed.resumed(session, Cursor(start.epoch, start.xid - 1, 0).text)
        purged = session.execute(text("SELECT purged_xid FROM feed_epochs")).scalar_one()
        while (fresh := feed.newest(session)).xid < purged:
            time.sleep(0.05)  # Another test on this server still holds the horizon back.
        assert feed.resumed(session, fresh.text) == fresh


@pytest.mark.committed
def test_the_application_can_add_to_the_feed_and_nothing_else(committed):
    with unit_of_work() as session:
        feed.append(session, entry("kept"))
    for statement in (
        "UPDATE changes SET number = 'x'",
        "DELETE FROM changes",
        "TRUNCATE changes",
        "SELECT restart_feed()",
        "SELECT purge_changes(1)",
        "UPDATE feed_epochs SET purged_xid = 0",
    ):
        with pytest.raises(DBAPIError), unit_of_work() as session:
            session.execute(text(statement))


@pytest.mark.committed
def test_who_hears_of_what(committed, now):
    city = a_committed_city()
    start = begin()
    number = a_committed_case(city, now)
    with unit_of_work() as session:
        to_state(session, city, number, "handling", now)
        act(session, city, number, "assign", "unit1", now, handler_id=city.people["handler1"])
    far = a_committed_case(city, now, cell="310102001001001")
    everything = [(event.kind, event.data) for event in heard_by(city, "operator", start, now, until=far)]
    case = [found for found in everything if found[1]["number"] == number]
    assert [kind for kind, _ in case] == ["case.created", *["case.changed"] * 4]
    assert [data["version"] for _, data in case] == [1, 2, 3, 4, 5]
    assert case[-1][1] == {"number": number, "state": "handling", "version": 5}
    # Everybody whose case it is by now hears of all of it; the task only by whom it was given to.
    mine = [event.kind for event in heard_by(city, "handler1", start, now)]
    assert (mine.count("task.assigned"), mine.count("case.changed")) == (1, 4)
    assert "task.assigned" not in {event.kind for event in heard_by(city, "unit1", start, now)}
    assert {event.data["number"] for event in heard_by(city, "operator2", start, now)} == {far}
    assert {event.data["number"] for event in heard_by(city, "inspector3", start, now)} == {far}
    assert heard_by(city, "unit3", start, now) == []
    assert heard_by(city, "citizen", start, now) == []


@pytest.mark.committed
def test_a_reader_moves_past_what_is_not_shown(committed, now):
    city = a_committed_city()
    start = begin()
    a_committed_case(city, now)
    heard_by(city, "operator", start, now, until=a_committed_case(city, now))
    with unit_of_work() as session:
        rows = queries.unread(session, start, limit=500)
        heard = Listeners().hear(session, start, city.who(session, "unit3", now))
    assert len(rows) == 2
    assert heard.events == ()
    assert heard.cursor == start.at(rows[-1].xid, rows[-1].seq)


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements that are sent inside."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(database().bind, "before_cursor_execute", note)
    yield sent
    event.remove(database().bind, "before_cursor_execute", note)


@pytest.mark.committed
def test_those_who_see_the_same_read_the_feed_once(committed, now):
    city = a_committed_city()
    start = begin()
    number = a_committed_case(city, now)
    own = a_committed_case(city, now, who="operator2")
    heard_by(city, "leader", start, now, until=own)
    listeners = Listeners(60)

    def heard(who, rings):
        with unit_of_work() as session:
            principal = city.who(session, who, now)
            with asked() as sent:
                found = listeners.hear(session, start, principal, rings)
            return {event.data["number"] for event in found.events}, len(sent)

    assert heard("leader", 1) == ({number, own}, 2)
    assert heard("dispatcher", 1) == ({number, own}, 0)
    # Of another ground: what they see there, who reported the rest, and what of it they did themselves.
    assert heard("operator2", 1) == ({own}, 3)
    assert heard("operator2", 1) == ({own}, 0)
    assert heard("unit3", 1) == (set(), 1)
    assert heard("inspector3", 1)[0] == set()
    # After another ring everything is asked anew.
    assert heard("dispatcher", 2) == ({number, own}, 2)
