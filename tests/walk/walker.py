"""The random walk: steps of people and of the clock on a pool of cases, checked after each."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask_openapi3 import OpenAPI
from sqlalchemy import select

from app.cases.models import Case
from app.cases.queries import visible
from app.cases.rules import MOVES, Action
from app.cases.service import Command, act
from app.core.db import read_unit, unit_of_work
from app.core.errors import DomainError
from app.grid.service import NewZone, put_duty_zone
from app.reports import service as reports
from tests.contract import conforms
from tests.factories.cases import ZONES
from tests.factories.reports import a_report
from tests.walk.checks import Followed, check, sees
from tests.walk.clockwork import CLOCKWORK
from tests.walk.rows import Rows
from tests.walk.story import ENDS, Story
from tests.walk.town import Town, as_json, tracking_code_of
from tests.walk.tries import KNOWN, Tries, Try

PROBLEMS = Path(__file__).resolve().parents[2] / "docs" / "problems"
POOL = 40
OVER_HTTP = 0.16
LOOK_EVERY = 25
CHAOS, SPOILT, BLIND, JOBS = 0.09, 0.12, 0.12, 0.06
ONWARD = {"accept", "file", "dispatch", "finish", "check", "close"}
ENDING = {"reject", "merge", "force_close", "void", "take_over", "supervise", "return", "split"}
# Where something may happen to a case between the asking and the end of it, it has to be asked more often.
WANTED = {"request_hold": 44, "decide_hold": 38, "request_extension": 34, "finish": 60}
ACTIONS = {str(move.action) for move in MOVES}
BY_STATE = {
    str(state): sorted({str(move.action) for move in MOVES if move.source == state} - {"redact", "recalculate"})
    for state in {move.source for move in MOVES if move.source is not None}
}
SENDERS = ("citizen", "neighbour", "anybody", "inspector1", "inspector3", "inspector5", "operator")
STATUSES = {403, 404, 409, 412, 422}


class Walk:
    """One walk. Reproducible by its seed: the dice decide everything but ids and salts."""

    def __init__(self, app: OpenAPI, url: str, seed: str) -> None:
        self.seed, self.dice = seed, random.Random(seed)
        self.town = Town(app, self.dice)
        self.rows = Rows(url)
        self.facts = self.rows.facts()
        self.pool: dict[str, Followed] = {}
        self.all: dict[str, Followed] = {}
        self.senders: dict[str, str] = {}
        self.zones = {zone: set(people) for zone, (_, people) in ZONES.items()}
        self._more_inspectors()
        self.tries = Tries(self.town, self.zones, self.senders, self._others)
        self.done: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.refused: Counter[str] = Counter()
        self.steps = self.over_http = 0
        self.trail: deque[str] = deque(maxlen=12)
        self.wide = False
        self.days_off: set[Any] = set()

    def _more_inspectors(self) -> None:
        self.zones["Z1"].add("inspector5")
        self.zones["Z3"].add("inspector4")
        for zone in ZONES:
            self.draw(zone)

    def draw(self, zone: str, *communities: str) -> None:
        """Let a duty zone be its own community and these."""
        wanted = (ZONES[zone][0], *communities)
        cells = frozenset(cell for cell in self.town.cells if cell.startswith(wanted))
        people = frozenset(self.town.city.people[name] for name in self.zones[zone])
        with unit_of_work() as session:
            put_duty_zone(session, NewZone(zone, f"责任网格 {zone}", cells, people), now=self.town.now)

    # --- one step -------------------------------------------------------------------------------------------------

    def step(self) -> None:
        self.town.pass_time()
        self.steps += 1
        if len(self.pool) < POOL or self.dice.random() < 0.01:
            self._submit()
        elif self.dice.random() < JOBS:
            self._by_the_clock()
        else:
            self._try()
        if self.steps % LOOK_EVERY == 0:
            self._look_around()
        self._retire()

    def _look_around(self) -> None:
        """Somebody sees exactly the cases that their grants give them."""
        person = self.dice.choice(list(self.town.people.values()))
        with read_unit() as session:
            seen = set(session.scalars(select(Case.number).where(visible(self.town.principals[person.name]))))
        mine = {number for number, one in self.all.items() if sees(person, one, self.zones)}
        assert seen == mine, f"{person.name} sees {sorted(seen - mine)} too much, {sorted(mine - seen)} not"

    def lacking(self, each: int) -> dict[str, int]:
        """The actions of the table that did not succeed so often."""
        return {action: self.done[action] for action in sorted(ACTIONS) if self.done[action] < each}

    def explain(self) -> str:
        lines = "\n".join(self.trail)
        return f"walk {self.seed}, step {self.steps}, {self.town.now.isoformat()}; the last steps:\n{lines}"

    def figures(self) -> str:
        """What was walked, for whoever reads the output."""
        done = ", ".join(f"{action} {count}" for action, count in self.done.most_common())
        refused = ", ".join(f"{slug} {count}" for slug, count in self.refused.most_common())
        return (
            f"{self.steps} steps, {self.over_http} over HTTP, {len(self.all)} cases; done: {done}; refused: {refused}"
        )

    def _others(self, one: Followed) -> list[Followed]:
        return [other for other in self.pool.values() if other is not one and other.state not in ENDS]

    def _choose(self) -> tuple[str, Followed]:
        """The rarer an action was in a state, the likelier it is."""
        blind = self.dice.random() < BLIND
        found: dict[tuple[str, str], list[Followed]] = {}
        for one in self.pool.values():
            for action in BY_STATE[one.state]:
                if blind or self.tries.likely(action, one):
                    found.setdefault((action, one.state), []).append(one)
        pairs = sorted(found)
        action, state = self.dice.choices(pairs, [self._weight(*pair, len(found[pair])) for pair in pairs])[0]
        return action, self.dice.choice(found[action, state])

    def _weight(self, action: str, state: str, many: int) -> float:
        rare = (1 + self.pairs[action, state]) ** -0.7 * (6 if self.done[action] < WANTED.get(action, 24) else 1)
        return rare * (0.6 * many if action in ONWARD else 0.25 if action in ENDING else 1)

    def _try(self) -> None:
        action, one = self._choose()
        if self.dice.random() < CHAOS:
            made = self.tries.wild(self.dice.choice(sorted(KNOWN - {"submit", "redact", "recalculate"})), one)
        else:
            found = self.tries.good(action, one)
            if found is None:
                return
            made = found
            if self.dice.random() < SPOILT:
                self.tries.spoil(made)
        one.touched += 1
        state = one.state
        slug = self._carry_out(made, one)
        self.trail.append(f"{made.who} {made.action} {one.number} ({state}) {made.inputs} → {slug or 'done'}")
        if slug is None:
            self.done[made.action] += 1
            self.pairs[made.action, state] += 1
            # A report speaks for the least advanced of its cases, which may be another one.
            assert self._settle(*(() if made.report_id else (one.number,))), "an action without an event"
        else:
            self._left_alone(made, one, slug)

    # --- the two doors --------------------------------------------------------------------------------------------

    def _carry_out(self, made: Try, one: Followed) -> str | None:
        """None where it was done, else the slug of the problem."""
        version = self.dice.choices((one.case["version"], None, one.case["version"] - 1), (85, 10, 5))[0]
        if self.dice.random() < OVER_HTTP:
            return self._over_http(made, one, version)
        try:
            with unit_of_work() as session:
                if made.report_id is not None and made.action in _BY_REPORT:
                    principal = self.town.principals[made.who]
                    row = reports.report_by_code(session, tracking_code_of(made.report_id))
                    _BY_REPORT[made.action](session, row, made.inputs, principal, self.town.now)
                else:
                    command = Command(Action(made.action), made.inputs, expected_version=version)
                    act(session, one.number, command, principal=self.town.principals[made.who], now=self.town.now)
        except DomainError as problem:
            return problem.slug
        return None

    def _over_http(self, made: Try, one: Followed, version: int | None) -> str | None:
        body = as_json(made.inputs)
        match = "*" if version is None else f'"{version}"'
        path = f"/cases/{one.number}/actions/{made.action}"
        if made.report_id is not None and made.action in _BY_REPORT:
            path, body = self._report_path(made, body)
        self.over_http += 1
        answer = self.town.request(made.who, "POST", path, body, **{"If-Match": match})
        shown = conforms(answer)
        if answer.status_code == 200:
            self._shown(one, shown) if "clocks" in shown else None
            return None
        assert answer.status_code in STATUSES | ({401} if made.who == "anybody" else set()), answer.get_data(True)
        if answer.status_code in {409, 412} and "stale" in shown["type"]:
            assert (shown["version"], shown["state"]) == (one.case["version"], one.state)
        return str(shown["type"].removeprefix("/problems/"))

    def _report_path(self, made: Try, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        name = {"rate": "rating", "reopen": "reopen", "merge": "join"}[made.action]
        if name == "join":
            body = {"case_number": body.get("into", "20200101-000001")}
        base = f"/track/{tracking_code_of(made.report_id)}" if made.who == "anybody" else f"/reports/{made.report_id}"
        return f"{base}/{name}", body

    def _shown(self, one: Followed, shown: dict[str, Any]) -> None:
        """The lamp of the answer is that of the clock, counted again."""
        self._read(one)
        running = one.story.running
        assert shown["version"] == one.case["version"]
        assert shown["lamp"] == (running.lamp(self.town.now) if running else None)

    # --- after a step ---------------------------------------------------------------------------------------------

    def _read(self, one: Followed) -> None:
        """The rows as they are now, and what the new events tell."""
        one.rows = self.rows.case(one.number)
        for event in self.rows.events(one.number, one.story.version):
            one.story.tell(event)

    def _settle(self, *touched: str) -> dict[str, list[int]]:
        """Every case that the feed tells of is as it should be; of each event it tells once. (number → versions)"""
        told: dict[str, list[int]] = {number: [] for number in touched}
        for number, version, kind, data in self.rows.fed():
            if kind in {"case.created", "case.changed"}:
                told.setdefault(number, []).append(version)
                assert data["version"] == version
        for number, versions in told.items():
            one = self.all.get(number) or self._follow(number)
            place = place_of(one) if one.rows else None
            self._read(one)
            assert versions, "an action without an event"
            # A case that the map moved under is told of once more, as it is.
            moved = [one.story.version] if place not in {None, place_of(one)} else []
            news = list(range(one.told + 1, one.story.version + 1))
            assert versions == [*news, *moved], "the feed tells of each event once"
            acted = one.story.actions[one.told :]
            self.done.update(action for action in acted if action in {"redact", "recalculate"})
            self.done["resume"] += not touched and acted[-1:] == ["resume"]
            one.told = one.story.version
            check(self.town, one, self.zones)
        return told

    def _follow(self, number: str) -> Followed:
        one = Followed(number, Story(self.facts))
        self.all[number] = self.pool[number] = one
        return one

    def _left_alone(self, made: Try, one: Followed, slug: str) -> None:
        """A refused step leaves no trace and says why in a documented way; who does not see a case hears of none."""
        self.refused[slug] += 1
        assert self.rows.case(one.number) == one.rows, "a refused step changed the case"
        assert self.rows.fed() == [], "a refused step told something"
        assert (PROBLEMS / f"{slug}.md").exists(), slug
        if made.report_id is not None or slug in {"not-allowed", "token-missing", "unknown-input"}:
            return
        person = self.town.people.get(made.who)
        seen = person is not None and sees(person, one, self.zones)
        assert seen is (slug != "case-not-found"), f"{made.who} {'sees' if seen else 'does not see'} it: {slug}"

    def _retire(self) -> None:
        """Cases that are over leave the pool, closed ones after a while."""
        for one in list(self.pool.values()):
            over = one.state in {"rejected", "void", "merged"} and self.dice.random() < 0.1
            stale = one.state == "closed" and (one.touched > 30 or self.dice.random() < 0.004)
            if over or stale or one.touched > 60:
                del self.pool[one.number]

    # --- reports --------------------------------------------------------------------------------------------------

    def _submit(self) -> None:
        who = self.dice.choice(SENDERS)
        changes: dict[str, Any] = {"cell": self.dice.choice(self.town.cells)}
        if self.dice.random() < 0.6:
            changes["type_ref"] = self.tries.type_and_condition()["type"]
        if self.dice.random() < 0.7:
            changes["photo_ids"] = [self.town.photo(who)]
        try:
            with unit_of_work() as session:
                made = a_report(session, self.town.city, self.town.now, who=self.town.principals[who], **changes)
        except DomainError as problem:
            self.refused[problem.slug] += 1
            return
        self.trail.append(f"{who} submit {made['number']}")
        self.senders[made["id"]] = who
        self.done["submit"] += 1
        self._settle(made["case"]["number"])

    # --- the clock ------------------------------------------------------------------------------------------------

    def _by_the_clock(self) -> None:
        names = sorted(CLOCKWORK)
        rare = [CLOCKWORK[name][1] * (3 if self.done[CLOCKWORK[name][2] or "submit"] < 25 else 1) for name in names]
        name = self.dice.choices(names, rare)[0]
        before = self.rows.marks()
        CLOCKWORK[name][0](self)
        self.trail.append(f"the clock: {name}")
        moved = [number for number, mark in self.rows.marks().items() if before.get(number) != mark]
        told = self._settle()
        for one in [self.all[number] for number in moved if number not in told]:
            place = place_of(one)
            self._read(one)
            assert place_of(one) == place, "a case moved and nobody was told"
            check(self.town, one, self.zones)


def place_of(one: Followed) -> tuple[str, str | None]:
    """The cell and the duty zone that a case lies in."""
    return one.case["current_cell"], one.case["zone_code"]


_BY_REPORT: dict[str, Callable[..., None]] = {
    "rate": lambda session, row, given, who, now: reports.rate(session, row, given, principal=who, now=now),
    "reopen": lambda session, row, given, who, now: reports.reopen(session, row, given, principal=who, now=now),
    "merge": lambda session, row, given, who, now: reports.join(
        session, row, given.get("into", "20200101-000001"), principal=who, now=now
    ),
}
