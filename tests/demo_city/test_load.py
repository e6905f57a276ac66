"""The demo city passes every check a real city has to pass, and is loaded once."""

from pathlib import Path

import pytest

from app.accounts import service as accounts
from app.catalog import service as catalog
from app.catalog.schemas import TypeRef
from app.cli.demo_city.load import load_demo_city
from app.grid import service as grid
from app.routing import service as routing

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[2] / "grid_data"
NATIONAL = "GB/T 47678.5-2026"


def test_the_demo_city_is_loaded_once_and_answers(session, now):
    said = []
    assert load_demo_city(session, DATA, now, said.append)
    assert not load_demo_city(session, DATA, now, said.append)
    assert len(said) == 7

    place = grid.locate(session, 121.4652, 31.2338)
    assert [len(area.code) for area in place.areas] == [4, 6, 9, 12, 15]
    assert len(grid.people_of_zone(session, place.duty_zone.code)) == 2

    litter = catalog.find_type(session, TypeRef(scheme=NATIONAL, kind="matter", code="06042"))
    routed = routing.route(session, type_row=litter, place=place, on=now.date())
    assert routed.lead.code == "U01"
    relic = catalog.find_type(session, TypeRef(scheme=NATIONAL, kind="part", code="05009"))
    fallen = routing.route(session, type_row=relic, place=place, on=now.date())
    assert fallen.lead.code == place.areas[2].code
    assert len(accounts.users_with_role(session, "inspector", now=now)) == 9
