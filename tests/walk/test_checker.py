"""The walk's checker is worth its steps: it notices each kind of thing that must never be."""

import copy
import random
from datetime import timedelta

import pytest

from app.core import clock
from app.core.db import database
from app.factory import create_app
from tests.walk.checks import Followed, check
from tests.walk.story import Story
from tests.walk.walker import Walk

pytestmark = [pytest.mark.committed, pytest.mark.slow]


@pytest.fixture
def walk(committed, monkeypatch):
    found = Walk(create_app(committed, database()), committed.database_url, "checker")
    monkeypatch.setattr(clock, "now", lambda: found.town.now)
    while not {"handling", "verifying", "to_dispatch"} <= {one.state for one in found.pool.values()}:
        found.step()
    yield found
    found.rows.close()


def told_again(walk, number, change=len):
    """The story of a case from its first event, after something was changed in what is told."""
    events = walk.rows.events(number)
    change(events)
    one = Followed(number, Story(walk.facts), walk.rows.case(number))
    for event in events:
        one.story.tell(event)
    return one


def noticed(look, *at):
    try:
        look(*at)
    except AssertionError:
        return True
    return False


def in_state(walk, state):
    return next(one.number for one in walk.pool.values() if one.state == state)


def wrongs_of_rows():
    def extra_task(rows):
        rows["tasks"] = [{"kind": "verify", "closed_at": None, "assignee_id": "nobody"}]

    def later(rows):
        rows["clocks"][-1]["due_at"] = "2026-12-31T00:00:00+00:00"

    return [
        ("another state", "to_dispatch", lambda rows: rows["case"].update(state="handling")),
        ("another version", "to_dispatch", lambda rows: rows["case"].update(version=99)),
        ("another head", "to_dispatch", lambda rows: rows["case"].update(head_hash="ab" * 32)),
        ("an event too many", "to_dispatch", lambda rows: rows.update(events=rows["events"] + 1)),
        ("another lead", "handling", lambda rows: rows["case"].update(lead_id="nobody")),
        ("a task that nobody needs", "to_dispatch", extra_task),
        ("no task", "verifying", lambda rows: rows.update(tasks=[])),
        ("a deadline that moved", "handling", later),
        (
            "a clock that stopped",
            "handling",
            lambda rows: rows["clocks"][-1].update(ended_at="2026-12-31T00:00:00+00:00"),
        ),
        ("a paused case", "handling", lambda rows: rows["case"].update(paused=True)),
        ("a hold without its date", "handling", lambda rows: rows["case"].update(hold_until="2026-12-31")),
        ("a grown count", "handling", lambda rows: rows["case"].update(reworks=rows["case"]["reworks"] + 1)),
    ]


def test_it_finds_nothing_where_nothing_is_wrong_and_every_wrong_row(walk):
    for name, state, spoil in wrongs_of_rows():
        one = told_again(walk, in_state(walk, state))
        check(walk.town, one, walk.zones)
        one.rows = copy.deepcopy(one.rows)
        spoil(one.rows)
        assert noticed(check, walk.town, one, walk.zones), name


def test_it_finds_what_was_changed_in_an_event(walk):
    number = in_state(walk, "handling")
    wrongs = {
        "a state": lambda events: events[1]["after"].update(state="closed"),
        "an instant": lambda events: events[1].update(at="2026-03-02T00:00:00+00:00"),
        "a word": lambda events: events[1]["details"].update(actor={}),
        "an input": lambda events: events[1]["inputs"].update(verdict="real"),
        "a hash": lambda events: events[1].update(hash="ab" * 32),
        "an event is gone": lambda events: events.pop(1),
        "two changed places": lambda events: events.reverse(),
    }
    assert told_again(walk, number).story.version > 2
    for name, change in wrongs.items():
        assert noticed(told_again, walk, number, change), name


def test_it_finds_that_nobody_answers(walk):
    one = told_again(walk, in_state(walk, "to_dispatch"))
    walk.town.away |= {"dispatcher", "dispatcher2"}
    with pytest.raises(AssertionError, match="nobody answers"):
        check(walk.town, one, walk.zones)


def test_plain_counting_agrees_with_itself(walk):
    """What is due after so much time has seen exactly so much time pass, weekends and holidays or not."""
    calendar, dice = walk.facts.calendars[-1], random.Random(7)
    for _ in range(300):
        since = walk.town.now + timedelta(seconds=dice.randrange(86_400 * 300), microseconds=dice.randrange(1_000_000))
        left = timedelta(microseconds=dice.randrange(1, 60 * 3_600_000_000))
        for unit in ("working_hour", "working_day", "urgent_hour", "natural_day"):
            assert calendar.spent(since, calendar.after(since, left, unit), unit) == left
