"""Which rule answers and why; how a written list of rules is checked."""

from datetime import date
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.rules import Kind, TypeRow
from app.grid.errors import AreaName
from app.routing.rules import (
    Ground,
    Key,
    Known,
    Owner,
    Rule,
    RuleBook,
    Spot,
    Target,
    candidates,
    describe,
    keys_for,
    read_rules,
    ties,
    trace,
    winner,
)

SCHEME = "GB/T 47678.5-2026"
TODAY = date(2026, 3, 10)
RUBBISH = TypeRow(uuid4(), SCHEME, Kind.MATTER, "06010", "06", "市容环境类", "暴露垃圾", True, ())
AREAS = (
    AreaName("city", "3101", "市"),
    AreaName("district", "310101", "区"),
    AreaName("street", "310101001", "街道"),
    AreaName("community", "310101001001", "社区"),
    AreaName("cell", "310101001001001", "网格"),
)
SPOT = Spot(RUBBISH, AREAS, "Z1")
PLACES = {
    Ground.CELL: "310101001001001",
    Ground.DUTY_ZONE: "Z1",
    Ground.COMMUNITY: "310101001001",
    Ground.STREET: "310101001",
    Ground.DISTRICT: "310101",
    Ground.ANY: "",
}
TARGETS = {
    Target.TYPE: (SCHEME, "matter", "06010"),
    Target.CLASS: (SCHEME, "matter", "06"),
    Target.ANY: ("", "", ""),
}
STREET_ID = UUID(int=9)


def _key(target, ground, place=None):
    return Key(target, *TARGETS[target], ground, PLACES[ground] if place is None else place)


def _rule(target, ground, *, place=None, start=None, end=None, lead=None, **more):
    return Rule(uuid4(), _key(target, ground, place), lead or uuid4(), more.get("helpers", ()), False, start, end, 1)


ORDER = [(target, ground) for target in Target for ground in Ground]
"""Domain.md §4: the most specific wins, type before area."""


def _won(rules, spot=SPOT, on=TODAY, territory=STREET_ID):
    return winner(candidates(RuleBook.of(1, rules), spot, territory, on))


@pytest.mark.parametrize("better", range(len(ORDER)))
def test_each_reach_beats_every_wider_one(better):
    for worse in range(better + 1, len(ORDER)):
        rules = [_rule(*ORDER[worse]), _rule(*ORDER[better])]
        assert _won(rules).rule == rules[1]
        assert rules[1].key.specificity > rules[0].key.specificity


@given(st.sets(st.sampled_from(ORDER)), st.randoms())
def test_the_first_of_the_order_wins_whatever_the_order_of_the_rows(present, random):
    rules = [_rule(target, ground) for target, ground in present]
    random.shuffle(rules)
    first = min(present, key=ORDER.index, default=None)
    won = _won(rules)
    if first is None:
        assert won.source == "territory"
    else:
        assert (won.rule.key.target, won.rule.key.ground) == first


def test_rules_for_other_types_and_other_ground_do_not_match():
    elsewhere = {
        Ground.CELL: "310101001001002",
        Ground.DUTY_ZONE: "Z2",
        Ground.COMMUNITY: "310101001002",
        Ground.STREET: "310101002",
        Ground.DISTRICT: "310102",
    }
    rules = [_rule(target, ground, place=elsewhere[ground]) for target, ground in product(Target, elsewhere)]
    others = [
        Key(Target.TYPE, "GB/T 30428.2-2013", "matter", "06010", Ground.ANY, ""),
        Key(Target.TYPE, SCHEME, "part", "06010", Ground.ANY, ""),
        Key(Target.TYPE, SCHEME, "matter", "06", Ground.ANY, ""),
        Key(Target.CLASS, SCHEME, "matter", "06010", Ground.ANY, ""),
    ]
    rules += [Rule(uuid4(), key, uuid4(), (), False, None, None, 1) for key in others]
    assert [one.source for one in candidates(RuleBook.of(1, rules), SPOT, STREET_ID, TODAY)] == ["territory"]


def test_the_parts_owner_comes_first_then_the_shopfront_then_the_rules():
    rules = [_rule(Target.TYPE, Ground.CELL)]
    owner, shop = uuid4(), uuid4()
    both = Spot(RUBBISH, AREAS, "Z1", part_owner_id=owner, shopfront_id=shop)
    found = candidates(RuleBook.of(1, rules), both, STREET_ID, TODAY)
    assert [one.source for one in found] == ["part_owner", "shopfront", "rule", "territory"]
    assert [one.specificity for one in found] == sorted((one.specificity for one in found), reverse=True)
    assert winner(found).lead_id == owner
    assert (
        winner(candidates(RuleBook.of(1, rules), Spot(RUBBISH, AREAS, None, None, shop), None, TODAY)).lead_id == shop
    )


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True),
        (TODAY, None, True),
        (date(2026, 3, 11), None, False),
        (None, TODAY, False),
        (None, date(2026, 3, 11), True),
        (date(2026, 1, 1), date(2026, 3, 1), False),
    ],
)
def test_a_rule_holds_from_its_first_day_until_the_day_before_its_end(start, end, holds):
    rule = _rule(Target.TYPE, Ground.CELL, start=start, end=end)
    assert rule.holds_on(TODAY) is holds
    assert (_won([rule]).source == "rule") is holds


def test_where_nobody_is_known_nobody_answers():
    assert _won([], territory=None) is None


def test_an_unknown_type_is_routed_by_rules_for_any_type_only():
    rules = [_rule(target, Ground.ANY) for target in Target]
    assert _won(rules, Spot(None, AREAS)).rule.key.target is Target.ANY


def test_a_point_in_a_gap_is_routed_by_the_areas_that_are_known():
    rules = [_rule(Target.TYPE, Ground.CELL), _rule(Target.TYPE, Ground.STREET)]
    assert _won(rules, Spot(RUBBISH, AREAS[:3])).rule.key.ground is Ground.STREET


def test_keys_stand_in_the_order_of_specificity():
    keys = keys_for(SPOT)
    assert [(key.target, key.ground) for key in keys] == ORDER
    assert [key.specificity for key in keys] == sorted({key.specificity for key in keys}, reverse=True)


# --- trace -----------------------------------------------------------------------------------------------------------


def _trace(rules, spot=SPOT, territory=STREET_ID):
    ids = {rule.lead_id for rule in rules} | {territory, spot.part_owner_id} - {None}
    owners = {id_: Owner(id_, f"C{i}", f"单位{i}") for i, id_ in enumerate(sorted(ids - {None}))}
    return trace(spot, candidates(RuleBook.of(1, rules), spot, territory, TODAY), owners, TODAY)


def test_the_trace_says_what_matched_what_won_and_why():
    rules = [
        _rule(Target.TYPE, Ground.DISTRICT, lead=UUID(int=1)),
        _rule(Target.TYPE, Ground.CELL, lead=UUID(int=2), start=date(2026, 4, 1)),
        _rule(Target.TYPE, Ground.ANY, lead=UUID(int=5)),
        _rule(Target.CLASS, Ground.CELL, lead=UUID(int=3), end=date(2026, 3, 1)),
        _rule(Target.CLASS, Ground.DUTY_ZONE, lead=UUID(int=4)),
    ]
    found = _trace(rules)
    assert [(one["matched"], one["won"], one["specificity"]) for one in found] == [
        (False, False, 36),
        (True, True, 32),
        (True, False, 31),
        (False, False, 26),
        (True, False, 25),
        (True, False, 0),
    ]
    assert [one["why"] for one in found] == [
        "单位1: type 06010 of GB/T 47678.5-2026 (matter) in cell 310101001001001; it holds only from 2026-04-01.",
        (
            "单位0: type 06010 of GB/T 47678.5-2026 (matter) in district 310101; "
            "it is the most specific of the rules that hold."
        ),
        (
            "单位4: type 06010 of GB/T 47678.5-2026 (matter) in the whole city; "
            "a rule for the district goes before one for the whole city."
        ),
        (
            "单位2: class 06 of GB/T 47678.5-2026 (matter) in cell 310101001001001; "
            "it held until the day before 2026-03-01."
        ),
        (
            "单位3: class 06 of GB/T 47678.5-2026 (matter) in duty zone Z1; "
            "a rule for type 06010 of GB/T 47678.5-2026 (matter) goes before one for class 06 of "
            "GB/T 47678.5-2026 (matter)."
        ),
        "单位5: territory; comes after: type 06010 of GB/T 47678.5-2026 (matter) in district 310101.",
    ]
    assert found[1]["rule"] == str(rules[0].id)
    assert found[1]["lead"] == {"id": str(UUID(int=1)), "code": "C0", "name": "单位0"}
    assert found[0]["valid_from"] == "2026-04-01"
    assert found[3]["valid_to"] == "2026-03-01"
    assert all(one["why_zh"].endswith("。") for one in found)


def test_the_trace_of_a_fallback_and_of_nobody():
    assert _trace([])[0]["why"] == "单位0: territory; no rule matches, so the street answers for its ground."
    nobody = _trace([], territory=None)[0]
    assert nobody["why"] == "No organisation is registered for the street 街道 (310101001)."
    assert (nobody["matched"], nobody["lead"]) == (False, None)
    nowhere = _trace([], Spot(RUBBISH, AREAS[:2]), territory=None)[0]
    assert nowhere["why"] == "It is not known in which street the place lies."


def test_the_trace_of_a_part_with_an_owner():
    spot = Spot(RUBBISH, AREAS, None, part_owner_id=UUID(int=7))
    first, rule, territory = _trace([_rule(Target.ANY, Ground.ANY, lead=UUID(int=8))], spot)
    assert first["rule"] == "part_owner"
    assert first["why"].endswith("the part has an owner of its own, which comes before any rule.")
    assert rule["why"] == "单位1: any type in the whole city; comes after: owner of the part."
    assert (territory["rule"], territory["won"]) == ("territory", False)


def test_rules_describe_themselves_in_both_languages():
    words = describe(_key(Target.CLASS, Ground.STREET))
    assert words.en == "class 06 of GB/T 47678.5-2026 (matter) in street 310101001"
    assert words.zh == "街道 310101001 的事项大类 06（GB/T 47678.5-2026）"


# --- ties ------------------------------------------------------------------------------------------------------------


def test_two_rules_for_the_same_that_hold_on_the_same_day_tie():
    long = _rule(Target.TYPE, Ground.CELL)
    early = _rule(Target.TYPE, Ground.CELL, end=TODAY)
    late = _rule(Target.TYPE, Ground.CELL, start=TODAY)
    other = _rule(Target.TYPE, Ground.STREET)
    assert ties([early, late, other]) == []
    assert len(ties([long, early, late, other])) == 2


@given(st.lists(st.tuples(st.none() | st.dates(), st.none() | st.dates()), max_size=5), st.dates())
def test_without_ties_at_most_one_rule_for_the_same_holds_on_any_day(spans, day):
    spans = [(start, end) for start, end in spans if start is None or end is None or start < end]
    rules = [_rule(Target.TYPE, Ground.CELL, start=start, end=end) for start, end in spans]
    if not ties(rules):
        assert sum(rule.holds_on(day) for rule in rules) <= 1


# --- reading ---------------------------------------------------------------------------------------------------------

KNOWN = Known(
    types={(SCHEME, "matter", "06010")},
    classes={(SCHEME, "matter", "06")},
    areas={
        "3101": Ground.ANY,
        "310101": Ground.DISTRICT,
        "310101001": Ground.STREET,
        "310101001001": Ground.COMMUNITY,
        "310101001001001": Ground.CELL,
    },
    zones={"Z1"},
    organizations={"U01": UUID(int=1), "U02": UUID(int=2), "D03": UUID(int=3)},
)


def _row(**changes):
    return {"scheme": SCHEME, "kind": "matter", "type": "06010", "lead": "U01"} | changes


def test_a_row_becomes_a_rule():
    rules, faults = read_rules(
        [
            _row(area="310101001", helpers="U02 D03", auto="true", valid_from="2026-01-01", valid_to="2027-01-01"),
            _row(type="", **{"class": "06"}, duty_zone="Z1"),
            {"lead": "U02", "area": "3101"},
        ],
        KNOWN,
    )
    assert faults == []
    one, two, three = rules
    assert one.key == _key(Target.TYPE, Ground.STREET)
    assert (one.lead_id, one.helper_ids, one.auto) == (UUID(int=1), (UUID(int=2), UUID(int=3)), True)
    assert (one.valid_from, one.valid_to) == (date(2026, 1, 1), date(2027, 1, 1))
    assert (two.key, two.auto) == (_key(Target.CLASS, Ground.DUTY_ZONE), False)
    assert three.key == _key(Target.ANY, Ground.ANY)
    assert (three.valid_from, three.valid_to) == (None, None)


@pytest.mark.parametrize("area", ["310101", "310101001", "310101001001", "310101001001001"])
def test_the_level_of_an_area_is_its_ground(area):
    rules, _ = read_rules([_row(area=area)], KNOWN)
    assert rules[0].key.ground is KNOWN.areas[area]


def test_the_same_row_is_the_same_rule_in_every_import():
    first, again, other = (read_rules([row], KNOWN)[0][0] for row in (_row(), _row(), _row(lead="U02")))
    assert first.id == again.id != other.id


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"lead": ""}, "lead"),
        ({"lead": "U99"}, "lead"),
        ({"helpers": "U02 U99"}, "helpers"),
        ({"helpers": "U01"}, "helpers"),
        ({"helpers": "U02 U02"}, "helpers"),
        ({"type": "99999"}, "type"),
        ({"scheme": "GB"}, "type"),
        ({"kind": "part"}, "type"),
        ({"class": "06"}, "class"),
        ({"type": "", "class": "99"}, "class"),
        ({"type": ""}, "type"),
        ({"area": "310109"}, "area"),
        ({"duty_zone": "Z9"}, "duty_zone"),
        ({"duty_zone": "Z1", "area": "310101"}, "duty_zone"),
        ({"auto": "yes"}, "auto"),
        ({"valid_from": "1.3.2026"}, "valid_from"),
        ({"valid_to": "soon"}, "valid_to"),
        ({"valid_from": "2026-03-01", "valid_to": "2026-03-01"}, "valid_to"),
    ],
)
def test_a_faulty_row_is_named_with_its_column(changes, column):
    rules, faults = read_rules([_row(area="310101001001001") if "area" in changes else _row(), _row(**changes)], KNOWN)
    assert rules == []
    assert [fault.pointer for fault in faults] == [f"/rules/1/{column}"]
    assert faults[0].detail


def test_every_fault_is_named_at_once():
    _, faults = read_rules([_row(lead="U99", area="1", auto="?"), _row(), _row(type="x")], KNOWN)
    assert {fault.pointer for fault in faults} == {"/rules/0/lead", "/rules/0/area", "/rules/0/auto", "/rules/2/type"}


def test_ties_are_refused_with_both_rows():
    rules, faults = read_rules(
        [_row(valid_to="2026-06-01"), _row(area="310101"), _row(lead="U02"), _row(lead="U02", valid_from="2026-06-01")],
        KNOWN,
    )
    assert len(rules) == 4
    assert [fault.pointer for fault in faults] == ["/rules/2/lead", "/rules/3/lead"]
    assert faults[0].detail.startswith("row 0 is for the same types")
