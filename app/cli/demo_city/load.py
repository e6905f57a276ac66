"""Loading the demo city through the features' own services, once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import click
from shapely.geometry import shape
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import NewGrant, NewOrganization
from app.catalog import service as catalog
from app.cli.demo_city.files import read_table
from app.cli.demo_city.hierarchy import CITY
from app.grid import service as grid
from app.grid.service import BaseLine, NewZone
from app.routing import service as routing
from app.sla import service as sla
from app.tiles.service.preparing import prepare_ground

PASSWORD = "fieldgrid-demo"  # noqa: S105 -- the published password of the demo city
# The city existed before its first case.
EXISTED_FOR = timedelta(days=120)
BASE_LAYERS = ("roads", "water", "green", "buildings")
_CELLS = text("SELECT count(*) FROM areas WHERE level = 4 AND valid_to IS NULL")
LEVELS = ("city", "districts", "streets", "communities", "cells")

Say = Callable[[str], None]


class DemoCityRefused(Exception):
    """The data of the demo city do not pass the checks every city's data have to pass."""


@contextmanager
def told(say: Say, title: str) -> Iterator[None]:
    """Say what is done and how long it took."""
    began = time.monotonic()
    yield
    say(f"  {title} ({time.monotonic() - began:.1f} s)")


def is_loaded(session: Session) -> bool:
    """Whether this database has the demo city."""
    return accounts.organization_by_code(session, CITY) is not None


def is_from(session: Session, folder: Path) -> bool:
    """Whether the city that is loaded has as many cells as these files, so that it is not one of another size."""
    cells = sum(len(row["cells"].split()) for row in read_table(folder / "duty_zones.csv"))
    return bool(cells == session.execute(_CELLS).scalar_one())


def load_demo_city(
    session: Session, folder: Path, now: datetime, say: Say = click.echo, existed_for: timedelta = EXISTED_FOR
) -> bool:
    """Load types, areas, organisations, people, duty zones, rules and the calendar; False where they are there already.

    All of it or, when the unit of work fails, nothing.
    Raises: DemoCityRefused, and what the services raise for faulty data.
    """
    if is_loaded(session):
        return False
    begin = now - existed_for
    with told(say, "types and filing conditions"):
        catalog.load_catalog(session, folder / "catalog", now=begin)
    with told(say, "working calendar"):
        sla.ensure_calendar(session, now=begin)
    with told(say, "areas of five levels"):
        _load_areas(session, folder, begin)
    with told(say, "organisations and people"):
        organizations = _load_organizations(session, folder, begin)
        users = _load_people(session, folder, organizations, begin)
    with told(say, "duty zones and base layers"):
        _load_zones(session, folder, users, begin)
        _load_base(session, folder, begin)
    with told(say, "routing rules"):
        routing.load_rules(session, folder / "routing_rules.csv", now=begin)
    with told(say, "the ground as maps draw it"):
        prepare_ground(session, now=now)
    return True


def _load_areas(session: Session, folder: Path, begin: datetime) -> None:
    features = []
    for level in LEVELS:
        features += json.loads((folder / f"{level}.geojson").read_text(encoding="utf-8"))["features"]
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    wanted = grid.Wanted(grid.MIXED, fields={"management_grade": "grade"})
    verdict = grid.import_file(session, data, wanted, now=begin)
    if verdict.faults:
        first = verdict.faults[0]
        raise DemoCityRefused(f"the areas have {len(verdict.faults)} faults, the first: {first.detail}")


def _load_organizations(session: Session, folder: Path, begin: datetime) -> dict[str, UUID]:
    made: dict[str, UUID] = {}
    for row in read_table(folder / "organizations.csv"):
        ground = row["code"] if row["kind"] == "territory" else None
        new = NewOrganization(row["code"], row["name"], row["kind"], made.get(row["parent"]), ground)
        made[row["code"]] = accounts.create_organization(session, new, now=begin)
    return made


def _load_people(session: Session, folder: Path, organizations: dict[str, UUID], begin: datetime) -> dict[str, UUID]:
    """Staff with their grants, by user name; citizens are known by their phones."""
    password = accounts.hash_password(PASSWORD)
    made: dict[str, UUID] = {}
    for row in read_table(folder / "people.csv"):
        if not row["username"]:
            accounts.create_citizen(session, row["phone"], now=begin)
            continue
        user = accounts.create_user(
            session,
            username=row["username"],
            name=row["name"],
            password=password,
            organization_id=organizations[row["organization"]],
            now=begin,
        )
        made[row["username"]] = user
        for written in row["grants"].split(";"):
            role, organization, area = written.split("@")
            accounts.grant(session, user, NewGrant(role, organizations[organization], area, begin), now=begin)
    return made


def _load_zones(session: Session, folder: Path, users: dict[str, UUID], begin: datetime) -> None:
    for row in read_table(folder / "duty_zones.csv"):
        people = frozenset(users[name] for name in row["inspectors"].split())
        zone = NewZone(row["code"], row["name"], frozenset(row["cells"].split()), people)
        grid.put_duty_zone(session, zone, now=begin)


def _load_base(session: Session, folder: Path, begin: datetime) -> None:
    for layer in BASE_LAYERS:
        features = json.loads((folder / "base" / f"{layer}.geojson").read_text(encoding="utf-8"))["features"]
        lines = [
            BaseLine(one["properties"].get("name"), one["properties"]["class"], shape(one["geometry"]))
            for one in features
        ]
        grid.replace_base_layer(session, layer, lines, now=begin)
