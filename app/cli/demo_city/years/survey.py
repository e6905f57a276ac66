"""Looking the loaded city over once before years of it are made up: people, places, routes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.cases.service.recording import actor_of
from app.catalog import service as catalog
from app.catalog.schemas import TypeRef
from app.cli.demo_city.cast import Cast
from app.cli.demo_city.files import read_table
from app.cli.demo_city.matters import MATTERS, Matter
from app.cli.demo_city.past import type_of
from app.cli.demo_city.places import BUSY, Patch, Places
from app.cli.demo_city.years.chain import canonical
from app.cli.demo_city.years.sheets import escaped
from app.cli.demo_city.years.town import Actor, CellOf, Kind, Routed, Town
from app.cli.demo_city.years.worktime import WorkTime
from app.core.auth import Principal
from app.core.config import config
from app.grid import service as grid
from app.grid.rules.index import Place, ZoneName
from app.reports.rules import sender_hash
from app.routing import service as routing
from app.routing.rules import Ground
from app.sla import service as sla

SEED = 20_260_310
POINTS_OF_A_CELL = 48
# How far inside its cell a point lies at least, in degrees: about five metres.
INSIDE = 5e-5
# A few places have far more than their share.
HOT_SPOTS, HOTTER = 0.03, 14.0


def survey(session: Session, folder: Path, *, since: datetime, until: datetime) -> Town:
    """The town as it is loaded."""
    cast = Cast(session, folder / "people.csv", until)
    names = _names(folder / "people.csv")
    time = WorkTime(sla.calendar(session), since.year - 1, until.year + 3)
    patches = Places(folder).patches()
    kinds = [_kind(session, index, matter, time) for index, matter in enumerate(MATTERS)]
    actors = {name: _actor(cast[name]) for name in (*names, *_citizens(folder))}
    by_role = {role: [actors[name] for name in names if role in cast[name].roles] for role in Role}
    cells, routes = _cells(session, patches, kinds, actors, until.date())
    managers = {
        str(cast[name].organization_id): actors[name] for name in names if Role.UNIT_MANAGER in cast[name].roles
    }
    rng = np.random.default_rng(SEED)
    polygons = np.array([patch.polygon for patch in patches], dtype=object)
    return Town(
        time=time,
        stages={str(stage): time.span(limit) for stage, limit in sla.stage_limits(session).items()},
        cells=cells,
        points=_points(polygons, rng),
        weights=_weights([patch.land_use for patch in patches], rng),
        kinds=kinds,
        kinds_on=[_fitting(patch.land_use, kinds) for patch in patches],
        routes=routes,
        operators=tuple(by_role[Role.OPERATOR]),
        leaders=tuple(by_role[Role.SHIFT_LEADER]),
        dispatchers=tuple(by_role[Role.DISPATCHER]),
        supervisors=tuple(by_role[Role.SUPERVISOR]),
        admins=tuple(by_role[Role.ADMIN]),
        citizens=tuple(actors[name] for name in _citizens(folder)),
        passers_by=(_actor(cast["passer-by"]),),
        managers=managers,
        handlers=_handlers(cast, names, actors),
        others=tuple(str(cast.organization(code)) for code in ("U02", "U05", "U01")),
        unmanaged=_unmanaged(cast, patches, managers),
        data_key=config().data_key,
    )


def _handlers(cast: Cast, names: Sequence[str], actors: Mapping[str, Actor]) -> dict[str, tuple[Actor, ...]]:
    """Who works for each unit."""
    found: dict[str, list[Actor]] = {}
    for name in names:
        if Role.HANDLER in cast[name].roles:
            found.setdefault(str(cast[name].organization_id), []).append(actors[name])
    return {unit: tuple(some) for unit, some in found.items()}


def _unmanaged(cast: Cast, patches: Sequence[Patch], managers: Collection[str]) -> str:
    """A street that nobody manages."""
    streets = (str(cast.organization(code)) for code in sorted({patch.code[:9] for patch in patches}, reverse=True))
    return next(street for street in streets if street not in managers)


def _names(people: Path) -> list[str]:
    return [row["username"] for row in read_table(people) if row["username"]]


def _citizens(folder: Path) -> list[str]:
    count = sum(1 for row in read_table(folder / "people.csv") if not row["username"])
    return [f"citizen{number}" for number in range(1, count + 1)]


def _actor(principal: Principal) -> Actor:
    written = canonical(actor_of(principal))
    return Actor(
        None if principal.id is None else str(principal.id), written, sender_hash(config().data_key, principal.key)
    )


def _kind(session: Session, index: int, matter: Matter, time: WorkTime) -> Kind:
    ref = type_of(matter)
    found = catalog.find_type(session, TypeRef.model_validate(ref))
    conditions = tuple((str(one.id), time.span(one.limit)) for one in found.conditions)
    return Kind(index, matter, str(found.id), ref, conditions)


def _fitting(use: str, kinds: Sequence[Kind]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The kinds of trouble on this ground, and their weights added up."""
    some = [kind for kind in kinds if use in kind.matter.ground] or list(kinds[:1])
    weights = np.cumsum([kind.matter.weight for kind in some])
    return tuple(kind.index for kind in some), tuple(float(weight) for weight in weights)


def _cells(
    session: Session, patches: Sequence[Patch], kinds: Sequence[Kind], actors: dict[str, Actor], today: date
) -> tuple[list[CellOf], list[list[Routed]]]:
    """The cells, and whose each kind is on every ground that the rules tell apart."""
    named = _named_ground(session)
    grounds: dict[tuple[str, ...], int] = {}
    cells: list[CellOf] = []
    routes: list[list[Routed]] = []
    for cell in patches:
        around = (cell.code[:9], *(code for code in (*_above(cell.code), cell.zone) if code in named))
        if around not in grounds:
            grounds[around] = len(grounds)
            chain = tuple(grid.chain(session, cell.code))
            routes.append(_routes(session, Place(chain, ZoneName(cell.zone, "")), kinds, today))
        inspectors = tuple(actors[name] for name in cell.inspectors)
        cells.append(CellOf(cell.code, cell.name, cell.road, cell.zone, inspectors, grounds[around]))
    return cells, routes


def _above(code: str) -> Iterable[str]:
    return (code, code[:12], code[:9], code[:6])


def _named_ground(session: Session) -> set[str]:
    """Areas and duty zones that some rule names."""
    return {key.place for key in routing.rule_book(session).by_key if key.ground is not Ground.ANY}


def _routes(session: Session, place: Place, kinds: Sequence[Kind], today: date) -> list[Routed]:
    found = []
    by_id = catalog.catalogue(session).by_id
    for kind in kinds:
        row = by_id[UUID(kind.type_id)]
        answer = routing.route(session, type_row=row, place=place, on=today)
        assert answer.lead is not None
        written = escaped(orjson.dumps(answer.as_json()).decode())
        found.append(Routed(str(answer.lead.id), tuple(str(one.id) for one in answer.helpers), written))
    return found


def _points(polygons: NDArray[np.object_], rng: np.random.Generator) -> NDArray[np.float64]:
    """Points some metres inside each cell, in degrees; none with whole degrees, which canonical JSON would shorten."""
    inner = shapely.buffer(polygons, -INSIDE)
    small = shapely.is_empty(inner)
    inner[small] = shapely.buffer(polygons[small], -INSIDE / 4)
    small = shapely.is_empty(inner)
    inner[small] = polygons[small]
    west, south, east, north = shapely.bounds(inner).T
    middles = shapely.get_coordinates(shapely.point_on_surface(inner))
    found = np.repeat(middles[:, None, :], POINTS_OF_A_CELL, axis=1)
    missing = np.ones(found.shape[:2], dtype=bool)
    for _ in range(12):
        cell, point = np.nonzero(missing)
        x = rng.uniform(west[cell], east[cell])
        y = rng.uniform(south[cell], north[cell])
        inside = shapely.contains_xy(inner[cell], x, y)
        found[cell[inside], point[inside]] = np.column_stack((x[inside], y[inside]))
        missing[cell[inside], point[inside]] = False
    rounded = np.round(found, 6)
    return np.where(rounded == np.floor(rounded), rounded + 1e-6, rounded)


def _weights(uses: Sequence[str], rng: np.random.Generator) -> NDArray[np.float64]:
    """How often something is reported in each cell: busy ground, and some hot spots; sums to one."""
    weights = np.array([BUSY.get(use, 2) for use in uses], dtype=float) * rng.lognormal(0.0, 0.6, len(uses))
    weights[rng.random(len(uses)) < HOT_SPOTS] *= HOTTER
    return np.asarray(weights / weights.sum())
