"""Branches of a department answer on their own ground; a rule stays as specific as it is."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.service import NewOrganization, create_organization
from app.catalog.schemas import TypeRef
from app.catalog.service import find_type
from app.grid import service as grid
from app.routing import service
from app.routing.errors import RuleTie
from app.routing.rules import Branch, BranchRow, RuleBook, branches_at, candidates, twins, winner
from tests.factories.accounts import LONG_AGO
from tests.factories.catalog import SCHEME, a_type
from tests.factories.grid import a_grid, centre
from tests.factories.routing import a_territory, a_unit, rule_row, rules
from tests.routing.test_rules import ORDER, SPOT, STREET_ID, TODAY, _rule

CELL = "310101001001001"
ROOT, NEAR, FAR = UUID(int=1), UUID(int=2), UUID(int=3)
GROUNDS = ["3101", "310101", "310101001", "310101001001", CELL, "310102", "310101002", "31010"]


# --- rules -----------------------------------------------------------------------------------------------------------


def test_the_longest_ground_around_the_place_answers():
    rows = [BranchRow(ROOT, NEAR, "B1", "310101001"), BranchRow(ROOT, FAR, "B2", "310101")]
    assert branches_at(rows, CELL) == {ROOT: Branch(NEAR)}
    assert branches_at(rows, "310101002001001") == {ROOT: Branch(FAR)}
    assert branches_at(rows, "310102001001001") == {}
    assert branches_at(rows, None) == {}


def test_two_branches_on_the_same_ground_are_none():
    rows = [BranchRow(ROOT, NEAR, "B2", "310101"), BranchRow(ROOT, FAR, "B1", "310101")]
    assert branches_at(rows, CELL) == {ROOT: Branch(None, ("B1", "B2"))}
    assert twins(rows) == {ROOT: ("310101", ("B1", "B2"))}
    assert twins([*rows[:1], BranchRow(FAR, NEAR, "B2", "310101")]) == {}


@given(st.dictionaries(st.sampled_from(GROUNDS), st.uuids(), max_size=len(GROUNDS)), st.randoms())
def test_the_order_of_the_branches_does_not_matter(grounds, random):
    rows = [BranchRow(ROOT, one, str(one), ground) for ground, one in grounds.items()]
    random.shuffle(rows)
    around = [ground for ground in grounds if CELL.startswith(ground)]
    found = branches_at(rows, CELL)
    assert found == ({ROOT: Branch(grounds[max(around, key=len)])} if around else {})


@given(st.sets(st.sampled_from(ORDER), min_size=1), st.sets(st.sampled_from(ORDER)), st.randoms())
def test_branches_change_who_answers_and_never_which_rule_wins(present, branched, random):
    found = [_rule(target, ground) for target, ground in present]
    random.shuffle(found)
    branches = {
        rule.lead_id: Branch(UUID(int=rule.lead_id.int ^ 1))
        for rule in found
        if (rule.key.target, rule.key.ground) in branched
    }
    plain = winner(candidates(RuleBook.of(1, found), SPOT, STREET_ID, TODAY))
    with_branches = winner(candidates(RuleBook.of(1, found), SPOT, STREET_ID, TODAY, branches))
    assert with_branches.rule == plain.rule
    assert with_branches.specificity == plain.specificity
    if plain.lead_id in branches:
        assert (with_branches.lead_id, with_branches.branch_of) == (branches[plain.lead_id].id, plain.lead_id)
    else:
        assert (with_branches.lead_id, with_branches.branch_of) == (plain.lead_id, None)


def test_a_helper_has_branches_too_and_never_helps_itself():
    rule = _rule(*ORDER[0], helpers=(ROOT, FAR))
    one = winner(candidates(RuleBook.of(1, [rule]), SPOT, STREET_ID, TODAY, {ROOT: Branch(NEAR)}))
    assert one.helper_ids == (NEAR, FAR)
    same = {ROOT: Branch(NEAR), rule.lead_id: Branch(NEAR)}
    assert winner(candidates(RuleBook.of(1, [rule]), SPOT, STREET_ID, TODAY, same)).helper_ids == (FAR,)


# --- on the database -------------------------------------------------------------------------------------------------


def a_branch(session, code, parent_id, area_code=None, kind="department"):
    new = NewOrganization(code, f"{code} 分局", kind, parent_id, area_code)
    return create_organization(session, new, now=LONG_AGO)


@pytest.fixture
def city(session, now):
    areas = a_grid(session, now=now, side=2)
    a_territory(session, "310101001")
    a_type(session)
    a_unit(session, "U02")
    return areas


@pytest.fixture
def department(session, city):
    return a_branch(session, "D", None)


def routed(session, city, cell=CELL):
    lon, lat = centre(city, cell)
    type_row = find_type(session, TypeRef(scheme=SCHEME, kind="matter", code="06010"))
    place = grid.locate(session, lon, lat)
    return service.route(session, type_row=type_row, place=place, on=date(2026, 3, 10))


def test_the_branch_on_the_ground_answers_however_deep_it_is(session, city, department):
    district = a_branch(session, "D-1", department, "310101")
    between = a_branch(session, "D-1-x", district)
    a_branch(session, "D-1-1", between, "310101001", kind="unit")
    rules(session, rule_row(lead="D", helpers="U02"))
    found = routed(session, city)
    assert found.lead.code == "D-1-1"
    assert [helper.code for helper in found.helpers] == ["U02"]
    assert found.trace[0]["branch_of"]["code"] == "D"
    assert "branch on whose ground the place lies" in found.trace[0]["why"]
    assert routed(session, city, "310102001001001").lead.code == "D"
    assert routed(session, city, "310102001001001").trace[0]["branch_of"] is None


def test_a_rule_that_names_the_branch_itself_goes_on_down_from_there(session, city, department):
    district = a_branch(session, "D-1", department, "310101")
    a_branch(session, "D-1-1", district, CELL)
    a_branch(session, "D-2", department, "310101001001")
    rules(session, rule_row(lead="D-1"))
    assert routed(session, city).lead.code == "D-1-1"


def test_territories_are_not_resolved(session, city, department):
    land = create_organization(session, NewOrganization("T", "区政府", "territory", None, "310101"), now=LONG_AGO)
    a_branch(session, "T-1", land, "310101001")
    create_organization(session, NewOrganization("D-T", "街道", "territory", department, CELL), now=LONG_AGO)
    rules(session, rule_row(lead="T"))
    assert routed(session, city).lead.code == "T"
    rules(session, rule_row(lead="D"))
    assert routed(session, city).lead.code == "D"


def test_two_branches_on_the_same_ground_are_refused_at_import(session, city, department):
    a_branch(session, "D-1", department, "310101")
    a_branch(session, "D-2", department, "310101")
    with pytest.raises(RuleTie) as wrong:
        rules(session, {"lead": "U02"}, rule_row(lead="D"))
    assert [fault.pointer for fault in wrong.value.faults] == ["/rules/1/lead"]
    assert "D-1, D-2 all stand on 310101" in wrong.value.faults[0].detail


def test_a_twin_that_comes_later_stops_nothing_and_the_trace_says_so(session, city, department):
    a_branch(session, "D-1", department, "310101")
    rules(session, rule_row(lead="D"))
    assert routed(session, city).lead.code == "D-1"
    a_branch(session, "D-2", department, "310101")
    found = routed(session, city)
    assert found.lead.code == "D"
    assert "D-1, D-2 stand on the same ground" in found.trace[0]["why"]


def test_routing_still_takes_two_statements(session, city, department, statements):
    a_branch(session, "D-1", department, "310101")
    rules(session, rule_row(lead="D"))
    lon, lat = centre(city, CELL)
    type_row = find_type(session, TypeRef(scheme=SCHEME, kind="matter", code="06010"))
    place = grid.locate(session, lon, lat)
    service.route(session, type_row=type_row, place=place, on=TODAY)
    with statements() as sent:
        service.route(session, type_row=type_row, place=place, on=TODAY)
    assert len(sent) == 2
