"""Thousands of random case histories in the demo city: real chains, with everything that can happen to a case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import chain, count
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import orjson
from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.cases import service as cases
from app.cases.rules import Action
from app.cases.service import Command, Erasure, recalculating
from app.cases.service.recording import actor_of
from app.cli.demo_city.cast import Cast
from app.cli.demo_city.load import load_demo_city
from app.cli.demo_city.matters import MATTERS
from app.cli.demo_city.past import type_of
from app.cli.demo_city.years import fill
from app.cli.demo_city.years.chain import canonical
from app.cli.demo_city.years.chronicle import Beginning, Spot
from app.cli.demo_city.years.fate import Shares
from app.cli.demo_city.years.life import Desk, Life
from app.cli.demo_city.years.living import live
from app.cli.demo_city.years.sheets import Sheets
from app.cli.demo_city.years.survey import survey
from app.cli.demo_city.years.town import Actor, Town
from app.cli.demo_city.years.worktime import micros
from app.core.db import read_unit, unit_of_work
from app.sla.service import Correction, set_correction
from tests.evaluation.naive.figures import Entry, Facts
from tests.factories.accounts import principal_of, staff
from tests.walk.naive_time import NaiveCalendar

DATA = Path(__file__).parents[2] / "grid_data"
EVERYTHING = Shares(
    verified=0.14,
    asked_again=0.3,
    voided=0.06,
    voided_late=0.08,
    taken_over=0.05,
    recalled=0.05,
    returned=0.14,
    returned_again=0.2,
    advised=0.9,
    absorbs=0.06,
    supervised=0.04,
    refused=0.05,
    extended=0.1,
    held=0.16,
    reworked=0.16,
    rated=0.3,
    not_solved=0.03,
    reopened=0.04,
    appealed=0.3,
    contested=0.2,
    forced=0.06,
    late=0.2,
    very_late=0.04,
)
"""Shares with which every action comes up, and none of the contested ones seldom."""
AGAIN, NEAR_DEG = 0.3, 2.5e-4
READERS = 3
CORRECTED = {date(2026, 3, 3): False, date(2026, 3, 12): False, date(2026, 3, 14): True}
"""A day that is past, one ahead off, one ahead at work."""
DESKS = {"operators": Role.OPERATOR, "leaders": Role.SHIFT_LEADER, "dispatchers": Role.DISPATCHER}
History = tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]


@dataclass
class Made:
    """The histories, as the API tells them, and who is who; `counted` is what they come to as of the last instant."""

    numbers: list[str]
    told: dict[str, History]
    facts: Facts
    users: dict[str, str]
    units: dict[str, str]
    actions: Counter[str]
    counted: dict[datetime, list[Entry]] = field(default_factory=dict)


def make(how_many: int, seed: int, now: datetime) -> None:
    """The demo city and so many random lives of the fourteen months before now, committed."""
    with unit_of_work() as session:
        load_demo_city(session, DATA, now, lambda _: None, fill.YEARS + timedelta(days=30))
    with unit_of_work() as session:
        for back in range(0, 500, 28):
            session.connection().exec_driver_sql("SELECT ensure_case_month(%s)", ((now - timedelta(days=back)).date(),))
        since = now - fill.YEARS
        town = more_desks(session, survey(session, DATA, since=since, until=now), now)
        sheets, serials, dice = Sheets(), count(1), Random(seed)
        around = Desk(town, dice, sheets, micros(now), serials, shares=EVERYTHING)
        for one in beginnings(town, how_many, dice, serials, now):
            live(Life(around, one))
        with session.connection().connection.cursor() as cursor:
            sheets.copy(cursor)
        session.connection().exec_driver_sql(
            "SELECT max(nextval('case_numbers')) FROM generate_series(1, %s)", (next(serials) + 10,)
        )


def more_desks(session: Session, town: Town, now: datetime) -> Town:
    """Two more at every desk: the demo city has one of each."""
    home = Cast(session, DATA / "people.csv", now)["operator"]
    area = home.grants[0].area_code
    more: dict[str, Any] = {}
    for name, role in DESKS.items():
        ids = [staff(session, role, area, organization_id=home.organization_id) for _ in "12"]
        people = [Actor(str(one), canonical(actor_of(principal_of(session, one, now=now))), "") for one in ids]
        more[name] = (*getattr(town, name), *people)
    return replace(town, **more)


def beginnings(town: Town, how_many: int, dice: Random, serials: Iterator[int], now: datetime) -> Iterator[Beginning]:
    """How they begin; a part of them close to where something like it was reported shortly before."""
    rng = np.random.default_rng(dice.randrange(2**32))
    lately = how_many // 5
    opened = np.concatenate(
        (
            fill.openings(how_many - lately, micros(now - fill.YEARS), micros(now), rng),
            fill.openings(lately, micros(now - timedelta(days=20)), micros(now), rng),
        )
    )
    earlier: list[Beginning] = []
    batch = fill.Batch(dice.randrange(10**6), 1, np.sort(opened), merges=True)
    for one in fill.begun(town, batch, dice, serials):
        begun = one
        if earlier and dice.random() < AGAIN:
            like = dice.choice(earlier[-40:])
            begun = replace(one, kind=like.kind, spot=_beside(like.spot, dice))
        earlier.append(begun)
        yield begun


def _beside(spot: Spot, dice: Random) -> Spot:
    lon, lat = (round(at + dice.uniform(-NEAR_DEG, NEAR_DEG), 6) for at in (spot.lon, spot.lat))
    return replace(spot, lon=lon, lat=lat, point=canonical({"crs": "wgs84", "lat": lat, "lon": lon}))


def read(session: Session, now: datetime) -> Made:
    """What the API tells of the cases to an operator, and what else figures rest on."""

    def rows(sql: str) -> list[Any]:
        return list(session.connection().exec_driver_sql(sql))

    reader = Cast(session, DATA / "people.csv", now)["operator"]
    wanted = [row[0] for row in rows("SELECT number FROM cases ORDER BY number")]

    def some(numbers: Sequence[str]) -> list[History]:
        with read_unit() as own:
            return [history(own, number, reader, now) for number in numbers]

    with ThreadPoolExecutor(READERS) as pool:
        pages = pool.map(some, [wanted[start : start + 250] for start in range(0, len(wanted), 250)])
        told = dict(zip(wanted, chain.from_iterable(pages), strict=True))
    actions = Counter(event["action"] for _, events in told.values() for event in events)
    calendars = [NaiveCalendar.of(row[0]) for row in rows("SELECT to_jsonb(v) FROM calendar_versions v")]
    return Made(
        numbers=wanted,
        told=told,
        facts=Facts({one.version: one for one in calendars}, holders(rows)),
        users=dict(rows("SELECT id::text, username FROM users WHERE username IS NOT NULL")),
        units=dict(rows("SELECT id::text, code FROM organizations")),
        actions=actions,
    )


def history(session: Session, number: str, reader: Any, now: datetime) -> History:
    """A case and its events, as JSON has them."""
    card = cases.case_card(session, number, reader, now=now)
    events = cases.events_for(session, cases.case_row(session, number, reader), reader, after=0, limit=500)
    return orjson.loads(orjson.dumps(card)), orjson.loads(orjson.dumps(events))


def holders(rows: Any) -> dict[str, list[tuple[str, datetime, datetime | None]]]:
    """Who held the duty zone of each cell, from when to when."""
    found: dict[str, list[tuple[str, datetime, datetime | None]]] = {}
    for cell, who, since, until in rows("""
        SELECT z.cell_code, p.user_id::text, greatest(z.valid_from, p.valid_from), least(z.valid_to, p.valid_to)
          FROM duty_zone_cells z JOIN duty_zone_people p USING (zone_code)"""):
        found.setdefault(cell, []).append((who, since, until))
    return found


# --- what is too rare to make up --------------------------------------------------------------------------------------

_SOME = "SELECT number FROM cases WHERE state = %s AND type_id IS NOT NULL ORDER BY number DESC LIMIT %s"
_TOLD = """
    SELECT c.id, max(e.seq) FILTER (WHERE e.action IN ('submit', 'rate', 'reopen'))
      FROM cases c JOIN case_events e ON e.case_month = c.case_month AND e.case_id = c.id
     WHERE c.number LIKE %s GROUP BY c.id ORDER BY c.id LIMIT %s"""


class Desks:
    """People who go on with cases that were made in bulk, through the services; each step a little later."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self.cast = Cast(session, DATA / "people.csv", now)
        self.kinds = [matter for matter in MATTERS if matter.self_handled][:6]

    def later(self) -> datetime:
        self.now += timedelta(seconds=7, microseconds=1)
        return self.now

    def some(self, state: str, most: int) -> list[str]:
        return [row[0] for row in self.session.connection().exec_driver_sql(_SOME, (state, most))]

    def act(self, number: str, action: Action, who: str, **inputs: Any) -> Mapping[str, Any]:
        return cases.act(self.session, number, Command(action, inputs), principal=self.cast[who], now=self.later())

    def accept(self, number: str, nth: int) -> None:
        ref = type_of(self.kinds[nth % len(self.kinds)])
        row = cases.find_type(self.session, ref)
        self.act(number, Action.ACCEPT, "operator", type=ref, condition_id=row.conditions[0].id)


def go_on(now: datetime, most: int) -> datetime:
    """Split, merge, reject and erase some of the cases, then correct the calendar; returns when that is done."""
    with unit_of_work() as session:
        desks = Desks(session, now)
        for nth, number in enumerate(desks.some("received", most)):
            _split(desks, number, nth)
        for number in desks.some("to_file", most)[::2]:
            desks.act(number, Action.REJECT, "operator", reason="重复上报。")
        for case_id, seq in session.connection().exec_driver_sql(_TOLD, ("%7", most)).all():
            erasure = Erasure(case_id, [seq], frozenset({"actor", "description", "position", "text"}), words=True)
            cases.redact(session, erasure, now=desks.later())
        at = desks.later()
    with unit_of_work() as session:
        for day, working in CORRECTED.items():
            set_correction(session, Correction(day, working, "防汛调整"), now=at)
        page = recalculating.moving_deadlines(session, most=100_000)
        recalculating.move_deadlines(session, page.moved, now=at)
    return at + timedelta(minutes=1)


def _split(desks: Desks, number: str, nth: int) -> None:
    """Another matter comes out of a report; one of the two is filed, or merged into the other."""
    run = desks.session.connection().exec_driver_sql
    own = run("SELECT t.code FROM cases c JOIN types t ON t.id = c.type_id WHERE c.number = %s", (number,)).scalar_one()
    ref = next(ref for kind in desks.kinds if (ref := type_of(kind))["code"] != own)
    event = desks.act(number, Action.SPLIT, "operator", type=ref)
    other = (
        desks.session.connection()
        .exec_driver_sql("SELECT number FROM cases WHERE split_from = %s", (event["id"],))
        .scalar_one()
    )
    match nth % 4:
        case 0:
            desks.accept(other, nth)
        case 1:
            desks.act(other, Action.MERGE, "operator", into=number)
        case 2:
            desks.act(number, Action.MERGE, "operator", into=other)
            desks.accept(other, nth)
