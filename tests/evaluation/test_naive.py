"""Every indicator against an independent count of thousands of random histories.

An ordinary run makes some 1 400 lives, other ones with `--hypothesis-seed=N`. The whole proof makes 20 000:
`FIELDGRID_HISTORIES=20000 pytest tests/evaluation/test_naive.py -n0`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from app.cases.rules import Action
from app.core import clock
from app.core.config import config
from app.core.db import Database, database, read_unit, unit_of_work, use_database
from app.evaluation import service
from app.evaluation.jobs import recount_page, refresh_some
from app.evaluation.rules.indicators import Subject
from app.factory import create_app
from tests.conftest import _clone, _drop, make_settings
from tests.evaluation import histories
from tests.evaluation.compared import SIDES, View, periods_around
from tests.evaluation.histories import History, Made
from tests.evaluation.naive.telling import instant
from tests.factories.http import Api
from tests.walk import rows as walk_rows
from tests.walk.checks import Followed, _clocks, _row
from tests.walk.story import Story

pytestmark = pytest.mark.slow
HOW_MANY = int(os.environ.get("FIELDGRID_HISTORIES", "1400"))
MADE_AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
AREAS = (Subject.DISTRICT, Subject.STREET, Subject.COMMUNITY, Subject.CELL)
LATELY = timedelta(days=60)
BEHIND = 6 if HOW_MANY < 5_000 else 20
"""So long ago instants lie at most, and of so many subjects the cases are compared."""
OFTEN = 0.05


@dataclass
class World:
    """A database full of histories, what is told of them, when it is, and chance."""

    url: str
    made: Made
    now: datetime
    dice: Random


@pytest.fixture(scope="module")
def world(admin, template, superuser_url, tmp_path_factory, request) -> Iterator[World]:
    """The histories, all of them counted."""
    name = _clone(admin, template)
    found = make_settings(superuser_url, name, tmp_path_factory.mktemp("photos"))
    seed = request.config.getoption("hypothesis_seed", None) or 2026
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FIELDGRID_APP_DATABASE_URL", found.database_url)
        patched.setenv("DATABASE_URL", found.owner_database_url)
        patched.setenv("FIELDGRID_SECRET_KEY", found.secret_key)
        patched.setenv("FIELDGRID_DATA_KEY", found.data_key)
        patched.setenv("FIELDGRID_STORAGE_URL", found.storage_url)
        config.cache_clear()
        mine = Database.connect(found)
        use_database(mine)
        dice = Random(seed)
        histories.make(HOW_MANY, dice.randrange(10**6), MADE_AT)
        now = histories.go_on(MADE_AT, max(12, HOW_MANY // 100))
        refresh_all(dice, now)
        with read_unit() as session:
            made = histories.read(session, now)
        patched.setattr(clock, "now", lambda: now)
        yield World(found.database_url, made, now, dice)
        mine.bind.dispose()
    config.cache_clear()
    _drop(admin, name)


def refresh_all(dice: Random, now: datetime) -> int:
    """Refresh in units of work of any size until nothing waits; how many there were."""
    units, found = 0, 1
    while found:
        found = refresh_some(now, at_most=dice.choice((1, 7, 150, 900, 2_000)))
        units += 1
    return units


def inputs_of(history: History, action: str) -> Iterator[dict[str, Any]]:
    yield from (event["inputs"] for event in history[1] if event["action"] == action)


def test_the_histories_have_every_action_and_enough_of_what_is_disputed(world):
    missing = {str(action) for action in Action} - world.made.actions.keys()
    assert not missing
    found = Counter[str]()
    for history in world.made.told.values():
        has = {event["action"] for event in history[1]}
        has |= {f"appeal {one['granted']}" for one in inputs_of(history, "decide_appeal")}
        has |= {f"hold {one['granted']}" for one in inputs_of(history, "decide_hold")}
        has |= {f"check {one['verdict']}" for one in inputs_of(history, "check")}
        found.update(has)
    share = {name: count / len(world.made.told) for name, count in found.items()}
    sys.stdout.write(f"{len(world.made.told)} histories: {share}\n")
    for name in ("hold True", "return", "check failed", "reopen", "void", "appeal True", "appeal False"):
        assert share[name] >= OFTEN, name


def test_a_sample_of_them_holds_before_whoever_checks_cases(world):
    rows = walk_rows.Rows(world.url)
    facts = rows.facts()
    for number in world.dice.sample(world.made.numbers, 150):
        one = Followed(number, Story(facts))
        if world.made.told[number][0]["split_from"]:
            continue  # it begins in the middle
        for event in rows.events(number):
            one.story.tell(event)
        one.rows = rows.case(number)
        _row(one)
        _clocks(one)
    rows.close()


def test_what_is_read_in_bulk_is_what_http_answers(world):
    with read_unit() as session:
        api = api_of(world, session)
        for number in world.dice.sample(world.made.numbers, 15):
            card, events = world.made.told[number]
            assert api.get("operator", f"/cases/{number}") == card
            assert api.get("operator", f"/cases/{number}/events", limit=500)["items"] == events


def api_of(world: World, session) -> Api:
    people = {name: one for one, name in world.made.users.items()}
    return Api(create_app(config(), database()), session, SimpleNamespace(people=people))


@pytest.mark.parametrize("subject", list(Subject))
def test_now(world, asked_once, subject):
    with read_unit() as session:
        view = View.of(session, world.made, world.now, world.now)
        for period in periods_around(world.now):
            assert view.compare(subject, period)
        period = periods_around(world.now)[-1]
        codes = view.codes(subject, period)
        some = codes if len(codes) < BEHIND else world.dice.sample(codes, BEHIND)
        assert view.compare_cases(subject, period, some)


@pytest.mark.parametrize("subject", [Subject.DISTRICT, Subject.UNIT, Subject.INSPECTOR])
def test_over_http(world, subject):
    """The figures of a month and the cases behind one of them, as an evaluator gets them."""
    at = world.dice.choice(instants(world, "finished"))
    with read_unit() as session:
        view, api = View.of(session, world.made, at, world.now), api_of(world, session)
        query = {"subject": subject.value, "period": f"{at:%Y-%m}", "at": at.isoformat()}
        items = api.get("evaluator", "/evaluation/indicators", **query)["items"]
        said = {
            (item["subject"]["code"], item["indicator"]): tuple(
                item[name] for name in ("numerator", "denominator", "value", "exempt", "deferred")
            )
            for item in items
        }
        assert view.agree(subject, query["period"], said)
        (code, indicator), figure = world.dice.choice(
            [(key, one) for key, one in view.naive(subject, query["period"]).items() if key in said]
        )
        for side in SIDES:
            more = {"subject_code": code, "indicator": indicator, "side": side}
            found = api.get("evaluator", "/evaluation/indicators/cases", **query, **more)["items"]
            assert Counter(item["number"] for item in found) == getattr(figure, side)


PAST = ("due", "hold", "rework", "reopened", "appealed", "finished", "anywhen")


@pytest.mark.parametrize("kind", PAST)
def test_as_of_an_earlier_instant(world, asked_once, kind):
    """Every subject; of each kind of period that the instant lies in, in turn; the cases of the city and of some."""
    v = world.dice.choice(instants(world, kind))
    with read_unit() as session:
        view = View.of(session, world.made, v, world.now)
        periods = periods_around(v)
        for nth, subject in enumerate(Subject):
            for period in {periods[nth % 5], periods[-1]}:
                assert view.compare(subject, period) or subject is Subject.CELL
        seen = view.compare_cases(Subject.CITY, periods[4], view.codes(Subject.CITY, periods[4]))
        subject = world.dice.choice([one for one in Subject if one is not Subject.CITY])
        view.compare_cases(subject, periods[4], view.codes(subject, periods[4])[:3])
        assert seen


def instants(world: World, kind: str) -> Sequence[datetime]:
    """Instants of a kind that are not too long ago."""
    found = [at for history in world.made.told.values() for at in _FIND[kind](history)]
    lately = [at for at in found if world.now - LATELY < at < world.now]
    assert lately, kind
    return lately


def _due(history: History) -> Iterator[datetime]:
    """The deadlines of handlings, as they stood before and after every event."""
    for event in history[1]:
        if event["to"].get("stage") == "handling":
            yield instant(event["to"]["due_at"])


def _between(first: str, last: str, **inputs: Any) -> Any:
    """The middle of the time between two actions that follow each other."""

    def find(history: History) -> Iterator[datetime]:
        for one, other in zip(history[1], history[1][1:], strict=False):
            fits = all(other["inputs"].get(name) == value for name, value in inputs.items())
            if (one["action"], other["action"]) == (first, last) and fits:
                yield instant(one["at"]) + (instant(other["at"]) - instant(one["at"])) / 2

    return find


_FIND = {
    "due": _due,
    "hold": _between("decide_hold", "resume"),
    "rework": _between("finish", "check", verdict="failed"),
    "reopened": _between("close", "reopen"),
    "appealed": _between("appeal", "decide_appeal"),
    "finished": lambda history: (instant(event["at"]) for event in history[1] if event["action"] == "finish"),
    "anywhen": lambda history: (instant(event["at"]) + timedelta(seconds=1) for event in history[1][:1]),
}


def test_while_some_of_the_cases_wait_to_be_counted(world):
    """What waits is counted for whoever asks: what is kept of it may be anything."""
    with unit_of_work() as session:
        some = {"ids": world.dice.sample([card["id"] for card, _ in world.made.told.values()], HOW_MANY // 10)}
        run = session.connection().exec_driver_sql
        run("INSERT INTO evaluation_pending (case_id) SELECT unnest(CAST(%(ids)s AS uuid[]))", some)
        run("DELETE FROM evaluation_entries WHERE case_id = ANY (CAST(%(ids)s AS uuid[])) AND ordinal = 1", some)
    for at in (world.now, world.dice.choice(instants(world, "due"))):
        with read_unit() as session:
            view = View.of(session, world.made, at, world.now)
            for subject, period in ((Subject.CITY, f"{at:%Y}"), (Subject.UNIT, f"{at:%Y-%m}")):
                assert view.compare(subject, period)
    assert refresh_all(world.dice, world.now) > 1
    with read_unit() as session:
        assert View.of(session, world.made, world.now, world.now).compare(Subject.STREET, f"{world.now:%Y-%m}")


def test_counting_everything_again_changes_nothing(world):
    """What many refreshes in any order made is what one count of everything makes, as often as one likes."""
    for _ in range(2):
        with unit_of_work() as session:
            pages = service.pages_of_cases(session)
            changed = [recount_page(page, service.mark_waiting(session), world.now) for page in pages]
            assert sum(changed) == 0


def test_so_says_the_command(world):
    """It leaves nothing waiting, and every month is summed."""
    waits = [card["id"] for card, _ in list(world.made.told.values())[:3]]
    with unit_of_work() as session:
        note = text("INSERT INTO evaluation_pending (case_id) SELECT unnest(CAST(:ids AS uuid[]))")
        session.execute(note, {"ids": waits})
    command = [sys.executable, "-m", "app.cli", "figures", "recount", "--processes", "1"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    assert done.stdout == f"0 of {len(world.made.told)} cases were counted otherwise before\n"
    with unit_of_work() as session:
        assert session.execute(text("SELECT count(*) FROM evaluation_pending")).scalar() == 0
        assert session.execute(text("SELECT count(*) FROM evaluation_rolled WHERE summed")).scalar() > 0
