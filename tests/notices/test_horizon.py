"""Whose unfinished work keeps readers of the feed waiting: what may still write here, nothing else on the server."""

from __future__ import annotations

import time
from contextlib import contextmanager
from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.core import feed
from app.core.db import unit_of_work
from app.core.feed import Entry, Kind
from tests.conftest import _clone, _drop, make_settings
from tests.factories.notices import PATIENCE_S, begin

pytestmark = pytest.mark.slow

NOBODY = UUID(int=0)


def append(session, number):
    feed.append(session, Entry(Kind.CASE_CHANGED, "case", NOBODY, number, 1, "received"))


def numbers(cursor):
    with unit_of_work() as session:
        return [row.number for row in session.execute(feed.after(cursor, 100))]


def coming(cursor, count):
    """So many numbers; making a database, as other tests do meanwhile, counts as here while it lasts."""
    ends = time.monotonic() + PATIENCE_S
    while len(found := numbers(cursor)) < count and time.monotonic() < ends:
        time.sleep(0.05)
    return found


@contextmanager
def writing(url):
    """A transaction that has written and does not end."""
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session:
        append(session, "unfinished")
        yield session
        session.rollback()
    engine.dispose()


@pytest.fixture
def elsewhere(admin, template, superuser_url, tmp_path):
    """Another system on the same server."""
    name = _clone(admin, template)
    yield make_settings(superuser_url, name, tmp_path)
    _drop(admin, name)


@pytest.mark.committed
def test_a_long_transaction_of_another_database_keeps_nobody_waiting(committed, elsewhere):
    with writing(elsewhere.database_url):
        start = begin()
        for number in ("first", "second"):
            with unit_of_work() as session:
                append(session, number)
        assert coming(start, 2) == ["first", "second"]


@pytest.mark.committed
def test_a_long_transaction_of_this_database_is_waited_for(committed, elsewhere):
    with writing(elsewhere.database_url), writing(committed.database_url) as early:
        start = begin()
        for number in ("first", "second"):
            with unit_of_work() as session:
                append(session, number)
        assert numbers(start) == []
        early.commit()
        assert coming(start, 3) == ["unfinished", "first", "second"]


@pytest.mark.committed
def test_a_reader_who_writes_does_not_go_past_its_own_work(committed):
    start = begin()
    with unit_of_work() as session:
        append(session, "mine")
        with Session(create_engine(committed.database_url, poolclass=NullPool)) as other:
            append(other, "theirs")
            other.commit()
        assert session.scalar(text(f"SELECT {feed.RUNNING} <= pg_current_xact_id()::text::bigint"))
        assert [row.number for row in session.execute(feed.after(start, 100))] == []
    assert coming(start, 2) == ["mine", "theirs"]
