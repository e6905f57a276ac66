"""What the rules leave open: as the router itself would find it, pair by pair, only faster."""

from datetime import date
from itertools import product
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.rules import Kind, TypeRow
from app.cli import routing as commands
from app.grid.errors import AreaName
from app.routing.rules import (
    AreaRow,
    Ground,
    GroundMap,
    Key,
    Rule,
    RuleBook,
    Spot,
    Target,
    candidates,
    coverage,
    winner,
)
from app.routing.rules.coverage import MOST_AREAS
from tests.contract import conforms
from tests.factories.accounts import sign_in, staff
from tests.factories.catalog import a_type
from tests.factories.grid import a_grid
from tests.factories.routing import a_territory, a_unit, rule_row, rules

TODAY = date(2026, 3, 10)
UNIT = UUID(int=1)
LEVELS = ("city", "district", "street", "community", "cell")
DISTRICTS = ("310101", "310102")
CELLS = [f"{district}001{n:03}{m:03}" for district in DISTRICTS for n in (1, 2) for m in (1, 2, 3)]
ZONES = {"Z1": CELLS[:4], "Z2": CELLS[4:7]}


def parents(cell):
    return [cell[:length] for length in (4, 6, 9, 12, 15)]


AREAS = [
    AreaRow(code, f"area {code}", level, parents(code)[level - 1] if level else None)
    for code, level in sorted({(code, level) for cell in CELLS for level, code in enumerate(parents(cell))})
]
STREETS = [area.code for area in AREAS if area.level == 2]
TYPES = [
    TypeRow(UUID(int=n), "s", kind, code, code[:2], code[:2], f"type {code}", False, ())
    for n, (kind, code) in enumerate(product(Kind, ("01001", "01002", "02001")))
]
PLACES = {
    Ground.ANY: [""],
    Ground.DUTY_ZONE: list(ZONES),
    **{
        ground: [area.code for area in AREAS if area.level == level]
        for level, ground in enumerate((Ground.DISTRICT, Ground.STREET, Ground.COMMUNITY, Ground.CELL), start=1)
    },
}


def a_rule(target, ground, *, kind="matter", code="01001", start=None, end=None):
    where = {Target.TYPE: ("s", kind, code), Target.CLASS: ("s", kind, code[:2]), Target.ANY: ("", "", "")}[target]
    return Rule(uuid4(), Key(target, *where, *ground), UNIT, (), False, start, end, 1)


grounds = st.sampled_from([(ground, place) for ground, places in PLACES.items() for place in places])
some_rules = st.lists(
    st.builds(
        a_rule,
        st.sampled_from([Target.TYPE, Target.TYPE, Target.CLASS, Target.ANY]),
        grounds,
        kind=st.sampled_from([str(kind) for kind in Kind]),
        code=st.sampled_from(["01001", "01002", "02001"]),
        start=st.sampled_from([None, date(2026, 1, 1), date(2026, 3, 10), date(2026, 3, 11)]),
        end=st.sampled_from([None, date(2026, 3, 10), date(2026, 3, 11)]),
    ),
    max_size=12,
)


def spot(row, cell):
    zone = next((zone for zone, cells in ZONES.items() if cell in cells), None)
    names = [AreaName(level, code, code) for level, code in zip(LEVELS, parents(cell), strict=True)]
    return Spot(row, tuple(names), zone)


@given(written=some_rules, territories=st.sets(st.sampled_from(STREETS)))
def test_it_is_what_the_router_finds_pair_by_pair(written, territories):
    book = RuleBook.of(7, written)
    ground = GroundMap(AREAS, ZONES, frozenset(territories))
    found = coverage(book, TYPES, ground, TODAY)
    without, nobody = set(), 0
    for row, cell in product(TYPES, CELLS):
        territory = UNIT if cell[:9] in territories else None
        first = winner(candidates(book, spot(row, cell), territory, TODAY))
        if first is None or first.source == "territory":
            without.add((row.id, cell))
        nobody += first is None
    assert (found.types, found.cells, found.pairs) == (len(TYPES), len(CELLS), len(TYPES) * len(CELLS))
    assert (found.without, found.nobody) == (len(without), nobody)
    told = {
        (row.id, cell)
        for gap in found.gaps
        for row in gap.types
        for one in gap.areas
        for cell in CELLS
        if cell.startswith(one.area.code)
    }
    assert told == without
    for gap in found.gaps:
        assert sum(one.cells for one in gap.areas) == gap.cells
        assert gap.area_count == len(gap.areas) <= MOST_AREAS
    assert len({row.id for gap in found.gaps for row in gap.types}) == sum(len(gap.types) for gap in found.gaps)


def test_the_largest_whole_areas_stand_for_their_cells():
    book = RuleBook.of(1, [a_rule(Target.ANY, (Ground.CELL, CELLS[0]))])
    (gap,) = coverage(book, TYPES, GroundMap(AREAS, ZONES, frozenset()), TODAY).gaps
    assert [one.area.code for one in gap.areas] == [CELLS[1], CELLS[2], "310101001002", "310102"]
    assert (len(gap.types), gap.cells, gap.nobody) == (6, 11, 11)


def test_a_city_without_types_or_ground_has_no_gap():
    assert coverage(RuleBook.of(1, []), [], GroundMap(AREAS, ZONES, frozenset()), TODAY).gaps == ()
    empty = coverage(RuleBook.of(1, []), TYPES, GroundMap([], {}, frozenset()), TODAY)
    assert (empty.pairs, empty.without, empty.gaps) == (0, 0, ())


@pytest.fixture
def city(session, now):
    a_grid(session, now=now, side=2)
    a_unit(session, "U01")
    a_territory(session, "310101001")
    a_type(session)
    a_type(session, kind="part", code="01001", name="上水井盖")
    rules(session, rule_row(area="310101"))
    staff(session, "dispatcher", "3101", username="dispatcher")
    session.commit()


def test_over_http(client, city):
    answer = client.get("/api/v1/routing/coverage?on=2026-03-10", headers=sign_in(client, "dispatcher"))
    assert answer.status_code == 200, answer.text
    told = conforms(answer)
    assert (told["types"], told["cells"], told["pairs"]) == (2, 16, 32)
    assert (told["without"], told["nobody"]) == (24, 16)
    widest, narrow = told["items"]
    assert [row["code"] for row in widest["types"]] == ["01001"]
    assert (widest["cells"], widest["nobody"], [area["level"] for area in widest["areas"]]) == (16, 8, ["city"])
    assert (narrow["cells"], narrow["nobody"], [area["code"] for area in narrow["areas"]]) == (8, 8, ["310102"])
    assert client.get("/api/v1/routing/coverage").status_code == 401
    assert client.get("/api/v1/routing/coverage?on=x", headers=sign_in(client, "dispatcher")).status_code == 422


def test_the_command(session, city, monkeypatch):
    monkeypatch.setattr(commands, "connect", lambda: None)
    done = CliRunner().invoke(commands.routing, ["coverage", "--on", "2026-03-10"])
    assert done.exit_code == 0, done.output
    assert "24 of 32 pairs (75.00 %) have no rule but the fallback" in done.output
    assert "part 01001 上水井盖" in done.output
    assert "areas: 310102 " in done.output
