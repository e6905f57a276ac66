"""Asking the router for a case's owner and keeping its trace with the case."""

from __future__ import annotations

from app.cases.service.work import Work
from app.catalog import service as catalog
from app.grid import service as grid
from app.grid.rules.index import Place, ZoneName
from app.routing import service as routing
from app.sla import service as sla
from app.sla.rules import local_day


def route_case(work: Work) -> None:
    """Let the rules propose lead and helpers for the case where it lies; the trace stays with the case.

    A case without a type (closed by force and opened again) goes to whoever answers for any type.
    """
    case = work.case
    zone = None if case["zone_code"] is None else ZoneName(case["zone_code"], "")
    place = Place(tuple(grid.chain(work.session, case["current_cell"])), zone)
    type_row = catalog.catalogue(work.session).by_id.get(case["type_id"])
    today = local_day(work.now, sla.calendar(work.session))
    bound = routing.bound(
        work.session, type_row=type_row, part_code=case["part_code"], lon=case["lon"], lat=case["lat"], on=today
    )
    found = routing.route(work.session, type_row=type_row, place=place, on=today, bound=bound)
    work.set(routing=found.as_json())
