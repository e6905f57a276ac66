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
from app.grid.schemas import ZoneIn, ZoneOut, ZonePath, ZonesPage
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


def _with_people(session: Session, zones: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """The zones, for staff with the people who answer for them; one statement however many zones."""
    if not current_principal().may("grid.people"):
        return zones
    people: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in queries.people_of_many(session, [zone["code"] for zone in zones]):
        people[row.zone_code].append({"id": row.id, "name": row.name})
    return [{**zone, "people": people[zone["code"]]} for zone in zones]
