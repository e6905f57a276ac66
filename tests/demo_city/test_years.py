"""Cases made in bulk are cases like any others: their chains hold and their clocks are right."""

import json
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases import service as cases
from app.cases.rules import Event, canonical, seal
from app.catalog.rules import Limit, Unit
from app.cli.demo_city.cast import Cast
from app.cli.demo_city.load import load_demo_city
from app.cli.demo_city.matters import MATTERS
from app.cli.demo_city.years import chain, fill
from app.cli.demo_city.years.fate import USUAL, steps_of
from app.cli.demo_city.years.life import Desk, Life
from app.cli.demo_city.years.living import STEPS, live
from app.cli.demo_city.years.rare import RARE
from app.cli.demo_city.years.sheets import Sheets
from app.cli.demo_city.years.survey import survey
from app.cli.demo_city.years.worktime import EPOCH, WorkTime, instant_text, micros
from app.sla.rules import Calendar, Source, deadline, elapsed, hours_of
from app.sla.service.holidays import published_days
from tests.evaluation.histories import EVERYTHING
from tests.walk import rows as walk_rows
from tests.walk.checks import Followed, _clocks, _row
from tests.walk.naive_time import NaiveCalendar
from tests.walk.story import Facts, Story

DATA = Path(__file__).parents[2] / "grid_data"
OFFICE = hours_of([["08:00", "12:00"], ["14:00", "18:00"]])
DAYS_OFF = {day: () for day in published_days("CN").kinds if day.weekday() < 5}
CITY = Calendar("city", 1, "Asia/Shanghai", (OFFICE,) * 5 + ((), ()), exceptions=DAYS_OFF, horizon=2026)
TIME = WorkTime(CITY, 2024, 2029)
instants = st.integers(micros(EPOCH.replace(year=2025)), micros(EPOCH.replace(year=2027)))


def moment(at):
    return EPOCH + timedelta(microseconds=at)


@given(instants, st.sampled_from(Unit), st.integers(1, 120), st.integers(0, 10**11))
def test_working_time_is_counted_as_the_rules_count_it(at, unit, amount, spent):
    limit = Limit(Decimal(amount) / 4, unit)
    span = TIME.span(limit)
    found = deadline(moment(at), limit, CITY, spent=timedelta(microseconds=spent))
    assert TIME.due_in(at, span.whole - spent, always=span.always) == micros(found.due_at)
    assert TIME.due_in(at, span.yellow - spent, always=span.always) == micros(found.yellow_at)
    assert TIME.is_provisional(micros(found.due_at)) == found.provisional
    until = at + spent * 7
    assert timedelta(microseconds=TIME.elapsed(at, until, always=span.always)) == elapsed(
        moment(at), moment(until), unit, CITY
    )


def test_every_step_that_chance_knows_can_be_taken():
    dice = Random(1)
    sources = (Source.CITIZEN, Source.INSPECTOR, Source.VIDEO)

    def met(shares):
        return {
            step for _ in range(9_000) for step in steps_of(dice.choice(sources), dice.choice(MATTERS), dice, shares)
        }

    assert met(USUAL) == STEPS.keys() - RARE.keys()
    assert met(EVERYTHING) == set(STEPS)


def test_openings_follow_day_and_week():
    since, until = micros(EPOCH.replace(year=2025)), micros(EPOCH.replace(year=2026))
    opened = fill.openings(40_000, since, until, np.random.default_rng(1))
    assert len(opened) == 40_000
    assert (np.diff(opened) >= 0).all()
    assert since <= opened[0] <= opened[-1] < until
    local = [moment(int(at)).astimezone(CITY.zone) for at in opened]
    hours, days = Counter(at.hour for at in local), Counter(at.weekday() for at in local)
    assert hours[9] > 10 * hours[3]
    assert days[0] > 1.3 * days[6]


def test_a_link_is_what_the_rules_seal():
    sheets = Sheets()
    made = chain.Chain("0190a0b0-0000-7000-8000-000000000001", "20260310-000001", "2026-03-01", Random(5), sheets)
    after = {"state": "received", "version": 1, "paused": False, "helper_ids": ["b", "a"]}
    inputs = {"source": "citizen", "report_id": "x", "limit": 0.5}
    closed = {"position": {"crs": "wgs84", "lat": 31.23, "lon": 121.470012}, "text": "井盖\t“坏了”\\"}
    at = 1_773_108_000_123_456
    made.append("submit", instant_text(at), chain.canonical(after), chain.canonical(inputs), {
        name: chain.canonical(value) for name, value in closed.items()
    })  # fmt: skip
    written = dict(zip(("digests", "prev", "hash"), sheets.rows["case_events"][0].split("\t")[9:], strict=True))
    digests = json.loads(written["digests"])
    event = Event(made.case_id, made.number, 1, "submit", moment(at), None, after, inputs, digests)
    assert seal(event, written["prev"]).hash == written["hash"] == made.head
    assert all(canonical(value).decode() == chain.canonical(value) for value in (*closed.values(), after, inputs))


@pytest.fixture
def lived(session, now):
    """A few hundred lives in the demo city, in this transaction."""
    load_demo_city(session, DATA, now, lambda _: None, fill.YEARS + timedelta(days=30))
    since = now - fill.YEARS
    for back in range(0, 460, 28):
        session.connection().exec_driver_sql("SELECT ensure_case_month(%s)", ((now - timedelta(days=back)).date(),))
    town = survey(session, DATA, since=since, until=now)
    opened = fill.openings(450, micros(since), micros(now), np.random.default_rng(9))
    recent = fill.openings(250, micros(now - timedelta(days=3)), micros(now), np.random.default_rng(9))
    sheets, serials, dice = Sheets(), count(1), Random(9)
    around = Desk(town, dice, sheets, micros(now), serials)
    batch = fill.Batch(0, 1, np.sort(np.concatenate((opened, recent))), merges=True)
    made = sum(live(Life(around, one)) for one in fill.begun(town, batch, dice, serials))
    with session.connection().connection.cursor() as cursor:
        sheets.copy(cursor)
    return made


def facts_of(read):
    conditions = read("SELECT id::text, limit_amount, limit_unit FROM filing_conditions")
    calendars = [NaiveCalendar.of(row[0]) for row in read("SELECT to_jsonb(v) FROM calendar_versions v")]
    handlers = {row[0] for row in read("SELECT DISTINCT user_id::text FROM grants WHERE role = 'handler'")}
    managed = {row[0] for row in read("SELECT DISTINCT organization_id::text FROM grants WHERE role = 'unit_manager'")}
    return Facts({row[0]: (row[1], row[2]) for row in conditions}, {}, calendars, handlers, managed)


@pytest.mark.slow
def test_lives_in_bulk_hold_before_whoever_checks_cases(session, now, lived):
    def read(sql, *values):
        return session.connection().exec_driver_sql(sql, values).all()

    facts = facts_of(read)
    numbers = [row[0] for row in read("SELECT number FROM cases")]
    assert len(numbers) == lived >= 700
    admin = Cast(session, DATA / "people.csv", now)["admin"]
    states, actions = Counter(), Counter()
    for number in numbers:
        one = Followed(number, Story(facts))
        for event in read(walk_rows._EVENTS, number, 0)[0][0]:
            one.story.tell(event)
        one.rows = read(walk_rows._CASE, number)[0][0]
        _row(one)
        _clocks(one)
        assert asked(one), f"{number} is {one.state}"
        states[one.state] += 1
        actions.update(one.story.actions)
        if one.story.version > 9 or len(numbers) % 7 == 0:
            assert cases.verify_chain(session, cases.case_row(session, number, admin)).ok
    assert {"closed", "rejected", "merged", "handling", "received"} <= set(states)
    assert {"return", "check", "verify", "merge", "rate"} <= set(actions)


def asked(one):
    """Whoever has to do something was asked, and nobody else."""
    kinds = [task["kind"] for task in one.open_tasks()]
    if one.state == "handling":
        return kinds == (["handle"] if one.story.handler else [])
    return kinds == {"verifying": ["verify"], "to_check": ["check"]}.get(one.state, [])


@pytest.mark.slow
@pytest.mark.parametrize(
    "right",
    [
        "FROM cases c JOIN areas a ON a.code = c.current_cell WHERE ST_Covers(a.geom, c.geom)",
        "FROM cases c JOIN duty_zone_cells d ON d.cell_code = c.current_cell WHERE d.zone_code = c.zone_code",
        "FROM reports r JOIN cases c USING (number) WHERE r.reporter_id IS NOT DISTINCT FROM c.reporter_id",
        "FROM case_reports r JOIN cases c ON c.id = r.case_id WHERE c.state <> 'merged'",
        "FROM cases WHERE lead_id IS NULL OR unit_ids @> ARRAY[lead_id]",
        "FROM cases c WHERE (SELECT count(*) FROM case_events e WHERE e.case_id = c.id) = c.version",
        "FROM cases WHERE to_char(opened_at AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDD') = left(number, 8)",
    ],
)
def test_cases_in_bulk_fit_their_city(session, lived, right):
    assert session.connection().exec_driver_sql(f"SELECT count(*) {right}").scalar_one() == lived
