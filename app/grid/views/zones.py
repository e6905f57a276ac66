"""Duty zones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.errors import Stale
from app.core.http import answer, if_match, json_response, write_unit
from app.core.paging import PageQuery, decode_cursor, page
from app.core.schemas import problems
from app.grid import service
from app.grid.queries import live
from app.grid.queries import zones as queries
from app.grid.schemas import (
    AnsweringOut,
    AreaPath,
    NewZoneIn,
    ZoneCellsIn,
    ZoneIn,
    ZoneOut,
    ZonePath,
    ZonePeopleIn,
    ZonesPage,
)
from app.grid.views.blueprint import grid


@grid.get("/duty-zones", operation_id="list_duty_zones", responses={"200": ZonesPage, **problems()})
@needs("grid.read")
def list_duty_zones(query: PageQuery) -> Response:
    """List duty zones with their cells; for staff also with their people."""
    after = str(decode_cursor(query.cursor, 1)[0]) if query.cursor else ""
    with read_unit() as session:
        version = live.state(session).version
        rows = queries.list_zones(session, after, query.limit + 1)
        shown, next_cursor = page(rows, query.limit, lambda row: (row.code,))
        items = _with_people(session, [row._asdict() for row in shown])
    return json_response({"items": items, "next_cursor": next_cursor}, version=version)


@grid.get("/duty-zones/<code>", operation_id="get_duty_zone", responses={"200": ZoneOut, **problems(404)})
@needs("grid.read")
def get_duty_zone(path: ZonePath) -> Response:
    """One duty zone."""
    with read_unit() as session:
        version = live.state(session).version
        (zone,) = _with_people(session, [service.find_duty_zone(session, path.code)])
    return json_response(zone, version=version)


@grid.put(
    "/duty-zones/<code>", operation_id="put_duty_zone", responses={"200": ZoneOut, **problems(401, 403, 409, 412, 428)}
)
@needs("grid.import")
def put_duty_zone(path: ZonePath, body: ZoneIn) -> Response:
    """Make a duty zone or change it to be exactly this; `If-Match: *` or the ETag of what was read."""
    expected = if_match()
    zone = service.NewZone(path.code, body.name, frozenset(body.cells), frozenset(body.people))
    with write_unit() as session:
        if expected not in {None, live.state(session).version}:
            raise Stale("The grid or a duty zone changed in the meantime: read it again.")
        service.put_duty_zone(session, zone, now=clock.now(), actor_id=current_principal().id)
        (shown,) = _with_people(session, [service.find_duty_zone(session, path.code)])
        return answer(session, shown, version=live.state(session).version)


@grid.post("/duty-zones", operation_id="create_duty_zone", responses={"201": ZoneOut, **problems(401, 403, 409)})
@needs("grid.import")
def create_duty_zone(body: NewZoneIn) -> Response:
    """Make a duty zone of neighbouring cells that lie in no other one."""
    zone = service.NewZone(body.code, body.name, frozenset(body.cells), frozenset(body.people))
    with write_unit() as session:
        service.create_duty_zone(session, zone, now=clock.now(), actor_id=current_principal().id)
        shown, version = _shown(session, body.code)
        return answer(session, shown, 201, version=version)


@grid.put(
    "/duty-zones/<code>/cells",
    operation_id="put_duty_zone_cells",
    responses={"200": ZoneOut, **problems(401, 403, 404, 412, 428)},
)
@needs("grid.import")
def put_duty_zone_cells(path: ZonePath, body: ZoneCellsIn) -> Response:
    """Give a duty zone exactly these cells; its people stay."""
    expected = if_match()
    with write_unit() as session:
        _check_version(session, expected)
        service.change_duty_zone(session, path.code, cells=body.cells, now=clock.now(), actor_id=current_principal().id)
        shown, version = _shown(session, path.code)
        return answer(session, shown, version=version)


@grid.put(
    "/duty-zones/<code>/people",
    operation_id="put_duty_zone_people",
    responses={"200": ZoneOut, **problems(401, 403, 404, 412, 428)},
)
@needs("grid.import")
def put_duty_zone_people(path: ZonePath, body: ZonePeopleIn) -> Response:
    """Let exactly these people answer for a duty zone; its cells stay."""
    expected = if_match()
    with write_unit() as session:
        _check_version(session, expected)
        service.change_duty_zone(
            session, path.code, people=body.people, now=clock.now(), actor_id=current_principal().id
        )
        shown, version = _shown(session, path.code)
        return answer(session, shown, version=version)


@grid.post(
    "/duty-zones/<code>/retire",
    operation_id="retire_duty_zone",
    responses={204: None, **problems(401, 403, 404, 412, 428)},
)
@needs("grid.import")
def retire_duty_zone(path: ZonePath) -> Response:
    """End a duty zone: its cells are free for others, its past stays."""
    expected = if_match()
    with write_unit() as session:
        _check_version(session, expected)
        service.retire_duty_zone(session, path.code, now=clock.now(), actor_id=current_principal().id)
        return answer(session, None, 204)


@grid.get(
    "/areas/<code>/people", operation_id="who_answers", responses={"200": AnsweringOut, **problems(401, 403, 404)}
)
@needs("grid.people")
def who_answers(path: AreaPath) -> Response:
    """Who answers for an area: its duty zones and their people."""
    with read_unit() as session:
        return json_response({"duty_zones": service.who_answers(session, path.code)})


def _check_version(session: Session, expected: int | None) -> None:
    """Two changes from the same page wait for each other: what was read must still be so once the grid is ours."""
    service.lock_grid(session)
    if expected not in {None, live.state(session).version}:
        raise Stale("The grid or a duty zone changed in the meantime: read it again.")


def _shown(session: Session, code: str) -> tuple[dict[str, Any], int]:
    (shown,) = _with_people(session, [service.find_duty_zone(session, code)])
    return shown, live.state(session).version


def _with_people(session: Session, zones: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The zones, for staff with the people who answer for them; one statement however many zones."""
    if not current_principal().may("grid.people"):
        return zones
    people: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in queries.people_of_many(session, [zone["code"] for zone in zones]):
        people[row.zone_code].append({"id": row.id, "name": row.name})
    return [{**zone, "people": people[zone["code"]]} for zone in zones]
