"""The small city as a place to walk in: its people with what each may see, its photos, its clock, its two doors."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.accounts.rules import Role
from app.accounts.service import families
from app.accounts.views import tokens
from app.core.auth import Principal
from app.core.config import config
from app.core.db import unit_of_work
from app.media.service.keep import owner_of
from app.reports.rules import tracking_code
from tests.factories.accounts import a_grant, principal_of, staff
from tests.factories.cases import FAR, NEAR, PEOPLE, City, a_city
from tests.factories.grid import CITY
from tests.factories.http import ROOT
from tests.factories.media import SMALL, Shot, a_photo, somebody
from tests.factories.routing import a_territory

BEGINS = datetime(2026, 3, 2, 1, tzinfo=UTC)
AREA_ROLES = {"operator", "shift_leader", "dispatcher", "supervisor", "evaluator", "auditor", "admin"}
# Beside those of the small city: colleagues who can take over, the street's own people, an inspector who also handles.
MORE: dict[str, tuple[Role, str, str]] = {
    "leader2": (Role.SHIFT_LEADER, CITY, "city"),
    "dispatcher2": (Role.DISPATCHER, CITY, "city"),
    "supervisor2": (Role.SUPERVISOR, CITY, "city"),
    "inspector4": (Role.INSPECTOR, FAR, "patrol"),
    "inspector5": (Role.INSPECTOR, NEAR, "patrol"),
    "unit1b": (Role.UNIT_MANAGER, CITY, "U01"),
    "street1": (Role.UNIT_MANAGER, NEAR, "street"),
    "streethand": (Role.HANDLER, NEAR, "street"),
    "handler3": (Role.HANDLER, CITY, "U03"),
    "handler2b": (Role.HANDLER, CITY, "U02"),
}
BOTH = "inspector5"
"""Inspects in the first district and handles for its first unit."""
NOBODY = "street without staff"
"""Answers for the ground of the second district where no rule does, and nobody works there."""
_COPY_PHOTO = text("""
    INSERT INTO photos SELECT (jsonb_populate_record(p, CAST(:changes AS jsonb))).* FROM photos p WHERE p.id = :like""")


@dataclass(frozen=True)
class Person:
    """Somebody in the city, and what they were given."""

    name: str
    id: UUID
    grants: frozenset[tuple[str, str, str]]
    staff: bool

    def covers(self, role: str, cell: str) -> bool:
        """Whether a grant for this role reaches a cell."""
        return any(held == role and cell.startswith(area) for held, _, area in self.grants)

    def of_unit(self, role: str, unit: str | None) -> bool:
        """Whether a grant for this role is one in a unit."""
        return any(held == role and unit == organization for held, organization, _ in self.grants)

    @property
    def roles(self) -> set[str]:
        return {role for role, _, _ in self.grants}


class Town:
    """Everybody and everything a step needs, and the instant it happens at."""

    def __init__(self, app: OpenAPI, dice: random.Random) -> None:
        self.app, self.dice, self.now = app, dice, BEGINS
        self.client: FlaskClient = app.test_client()
        with unit_of_work() as session:
            self.city: City = a_city(session, BEGINS)
            self.city.units[NOBODY] = a_territory(session, f"{FAR}001", "第二街道办事处")
            for name, (role, area, unit) in MORE.items():
                organization = self.city.units[unit]
                self.city.people[name] = staff(session, role, area, username=name, organization_id=organization)
            a_grant(session, self.city.people[BOTH], Role.HANDLER, CITY, organization_id=self.city.units["U01"])
            self._photo = a_photo(session, shot=Shot(size=SMALL), now=BEGINS).id
        with unit_of_work() as session:
            found = {name: principal_of(session, user, now=BEGINS) for name, user in self.city.people.items()}
        self.principals: dict[str, Principal] = {**found, "anybody": somebody()}
        self.people = {name: self._person(name, one) for name, one in found.items()}
        self.by_id = {str(person.id): person for person in self.people.values()}
        self.unit_codes = {str(unit): code for code, unit in self.city.units.items()}
        self.away: set[str] = set()
        self.cells = sorted(area.code for area in self.city.areas if len(area.code) == 15)

    def _person(self, name: str, principal: Principal) -> Person:
        grants = frozenset((str(g.role), str(g.organization_id), g.area_code) for g in principal.grants)
        assert principal.id is not None
        return Person(name, principal.id, grants, name in {**PEOPLE, **MORE})

    @property
    def present(self) -> list[Person]:
        """Everybody who was not shut out."""
        return [person for person in self.people.values() if person.name not in self.away]

    def holding(self, role: str, cell: str) -> list[str]:
        """Who has a role over a cell."""
        return [person.name for person in self.present if person.covers(role, cell)]

    def working_for(self, role: str, unit: str | None) -> list[str]:
        """Who has a role in a unit."""
        return [person.name for person in self.present if person.of_unit(role, unit)]

    def photo(self, who: str) -> UUID:
        """A photo of theirs that nobody has sent before: a copy of one that was decoded, as other bytes."""
        principal, photo_id = self.principals[who], uuid4()
        changes = {
            "id": photo_id,
            "owner_id": principal.id,
            "owner_key": owner_of(principal),
            "sha256": uuid4().hex * 2,
        }
        with unit_of_work() as session:
            session.execute(_COPY_PHOTO, {"changes": json.dumps(changes, default=str), "like": self._photo})
        return photo_id

    def pass_time(self) -> None:
        """Seconds mostly; now and then a night, a weekend, weeks."""
        seconds = self.dice.choices(
            (self.dice.uniform(0, 90), self.dice.uniform(60, 2400), self.dice.uniform(1, 20) * 3600,
             self.dice.uniform(1, 4) * 86400, self.dice.uniform(4, 21) * 86400),
            (76, 17, 5.8, 1, 0.2),
        )[0]  # fmt: skip
        self.now += timedelta(microseconds=round(seconds * 1_000_000))

    def today(self) -> date:
        return (self.now + timedelta(hours=8)).date()

    def request(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """One request by somebody who has just signed in."""
        if who != "anybody":
            headers["Authorization"] = self._bearer(who)
        return self.client.open(ROOT + path, method=method, json=body, headers=headers)

    def _bearer(self, who: str) -> str:
        with unit_of_work() as session:
            started = families.start(session, self.city.people[who], now=self.now)
        # The walk may be ahead of the machine, whose clock the library compares with the time of signing.
        started = replace(started, issued_at=BEGINS)
        with self.app.app_context():
            return f"Bearer {tokens.signed(started)[0]}"


def tracking_code_of(report_id: str | None) -> str:
    """The code that the reporter got."""
    return tracking_code(config().data_key, UUID(str(report_id)))


def as_json(value: Any) -> Any:
    """Inputs as a client writes them."""
    match value:
        case Mapping():
            return {name: as_json(inner) for name, inner in value.items()}
        case list() | tuple():
            return [as_json(inner) for inner in value]
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value
