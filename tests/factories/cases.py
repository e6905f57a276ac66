"""A small city with everybody in it, and cases that are played through the services."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.cases import service
from app.cases.rules import Action
from app.cases.service import Command
from app.catalog.rules import TypeRow
from app.core.auth import Principal
from app.grid.service import NewZone, put_duty_zone
from tests.factories.accounts import a_citizen, principal_of, staff
from tests.factories.catalog import SCHEME, a_type
from tests.factories.grid import CITY, Made, a_grid, centre
from tests.factories.media import SMALL, Shot, a_photo
from tests.factories.routing import a_territory, a_unit, rule_row, rules
from tests.factories.sla import city_calendar

NEAR, FAR = "310101", "310102"
"""The two districts: most people work in the first one."""
RUBBISH, COVER, STALL, LAMP = "06010", "01001", "06020", "01002"
RUBBISH_CODES = {"scheme": SCHEME, "kind": "matter", "code": RUBBISH}
STALL_CODES = {"scheme": SCHEME, "kind": "matter", "code": STALL}
COVER_CODES = {"scheme": SCHEME, "kind": "part", "code": COVER}

# Who works here: user name → role, area of the grant, unit.
PEOPLE: dict[str, tuple[Role, str, str]] = {
    "operator": (Role.OPERATOR, CITY, "city"),
    "operator2": (Role.OPERATOR, FAR, "city"),
    "colleague": (Role.OPERATOR, CITY, "city"),
    "leader": (Role.SHIFT_LEADER, CITY, "city"),
    "dispatcher": (Role.DISPATCHER, CITY, "city"),
    "inspector1": (Role.INSPECTOR, NEAR, "patrol"),
    "inspector2": (Role.INSPECTOR, NEAR, "patrol"),
    "inspector3": (Role.INSPECTOR, FAR, "patrol"),
    "outsider": (Role.INSPECTOR, NEAR, "agency"),
    "unit1": (Role.UNIT_MANAGER, CITY, "U01"),
    "unit2": (Role.UNIT_MANAGER, CITY, "U02"),
    "unit3": (Role.UNIT_MANAGER, CITY, "U03"),
    "handler1": (Role.HANDLER, CITY, "U01"),
    "handler1b": (Role.HANDLER, CITY, "U01"),
    "handler2": (Role.HANDLER, CITY, "U02"),
    "supervisor": (Role.SUPERVISOR, CITY, "city"),
    "evaluator": (Role.EVALUATOR, CITY, "city"),
    "auditor": (Role.AUDITOR, CITY, "city"),
    "admin": (Role.ADMIN, CITY, "city"),
}
ZONES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Z1": ("310101001001", ("inspector1", "inspector2")),
    "Z2": ("310101001002", ("outsider",)),
    "Z3": ("310102001001", ("inspector3",)),
}


@dataclass(slots=True)
class City:
    """The made city: its areas, its people and citizens by name, its units by code, its types by code."""

    areas: list[Made]
    people: dict[str, UUID] = field(default_factory=dict)
    units: dict[str, UUID] = field(default_factory=dict)
    types: dict[str, TypeRow] = field(default_factory=dict)

    def spot(self, cell: str = "310101001001001") -> tuple[float, float]:
        """A point in a cell: (longitude, latitude), WGS 84."""
        return centre(self.areas, cell)

    def position(self, cell: str = "310101001001001") -> dict[str, Any]:
        lon, lat = self.spot(cell)
        return {"lon": lon, "lat": lat, "crs": "wgs84"}

    def condition(self, code: str = RUBBISH, at: int = 0) -> UUID:
        return self.types[code].conditions[at].id

    def who(self, session: Session, name: str, now: datetime) -> Principal:
        return principal_of(session, self.people[name], now=now)


def a_city(session: Session, now: datetime) -> City:
    """Two districts of eight cells, three duty zones, three units with their people, four types and their rules.

    Rubbish belongs to U01 in the first district, with U02 to help, and goes to U02 by itself in the second; stalls
    belong to U02; covers and lamps have no rule, so that the street answers.
    """
    city_calendar(session)
    city = City(a_grid(session, now=datetime(2026, 1, 1, tzinfo=UTC), side=2))
    for code, name in (("U01", "环卫作业中心"), ("U02", "市政养护中心"), ("U03", "园林养护中心")):
        city.units[code] = a_unit(session, code, name)
    for code in ("city", "patrol", "agency"):
        city.units[code] = a_unit(session, code)
    city.units["street"] = a_territory(session, "310101001")
    for name, (role, area, unit) in PEOPLE.items():
        city.people[name] = staff(session, role, area, username=name, organization_id=city.units[unit])
    for name, phone in (("citizen", "13800000001"), ("neighbour", "13800000002")):
        city.people[name] = a_citizen(session, phone)
    for zone, (community, people) in ZONES.items():
        cells = frozenset(area.code for area in city.areas if len(area.code) == 15 and area.code.startswith(community))
        people_ids = frozenset(city.people[name] for name in people)
        put_duty_zone(
            session, NewZone(zone, f"责任网格 {zone}", cells, people_ids), now=datetime(2026, 1, 2, tzinfo=UTC)
        )
    limits = (("4", "working_hour"), ("2", "urgent_hour"), ("2", "working_day"))
    city.types[RUBBISH] = a_type(session, limits=limits)
    city.types[STALL] = a_type(session, code=STALL, name="无照经营", self_handle_allowed=False)
    city.types[COVER] = a_type(session, kind="part", code=COVER, name="上水井盖", limits=(("2", "urgent_hour"),))
    city.types[LAMP] = a_type(session, kind="part", code=LAMP, name="路灯", limits=(("1", "natural_day"),))
    rules(
        session,
        rule_row(lead="U01", helpers="U02", area=NEAR),
        rule_row(lead="U02", area=FAR, auto="true"),
        rule_row(lead="U02", type=STALL),
    )
    session.flush()
    return city


_seed = iter(range(1_000, 1_000_000))


def a_new_photo(session: Session, principal: Principal, now: datetime, *, public: bool = False) -> UUID:
    """A photo of the principal's that nobody has sent before."""
    return a_photo(session, principal=principal, shot=Shot(size=SMALL, seed=next(_seed)), now=now, public=public).id


def act(
    session: Session, city: City, number: str, action: Action | str, who: str, now: datetime, **inputs: Any
) -> dict[str, Any]:
    """Somebody does something to a case; with `photos=n`, with so many new photos."""
    principal = city.who(session, who, now)
    if count := inputs.pop("photos", 0):
        inputs["photo_ids"] = [a_new_photo(session, principal, now) for _ in range(count)]
    command = Command(Action(action), inputs)
    return service.act(session, number, command, principal=principal, now=now)


def to_state(session: Session, city: City, number: str, state: str, now: datetime) -> dict[str, Any]:
    """Play a rubbish case of the first district that was just received on to a state."""
    accepted = {"type": RUBBISH_CODES, "condition_id": city.condition()}
    here = city.position()
    story: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("to_file", "accept", "operator", accepted),
        ("to_dispatch", "file", "leader", {}),
        ("handling", "dispatch", "dispatcher", {}),
        ("to_check", "finish", "unit1", {"photos": 1, "text": "已清理"}),
        ("to_close", "check", "inspector1", {"photos": 1, "verdict": "passed", "position": here}),
        ("closed", "close", "leader", {}),
    )
    case: dict[str, Any] = {}
    if state == "verifying":
        return act(session, city, number, "request_verify", "operator", now, inspector_id=city.people["inspector1"])
    if state == "rejected":
        return act(session, city, number, "reject", "operator", now, reason="不属于城市管理范围")
    for reached, action, who, inputs in story:
        case = act(session, city, number, action, who, now, **inputs)
        if reached == "handling" and state == "on_hold":
            act(session, city, number, "request_hold", "unit1", now, until=now.date().replace(day=28))
            return act(session, city, number, "decide_hold", "dispatcher", now, granted=True)
        if reached == "to_dispatch" and state == "void":
            return act(session, city, number, "void", "leader", now, reason="重复立案")
        if reached == state:
            return case
    message = f"the story never reaches {state}"
    raise ValueError(message)
