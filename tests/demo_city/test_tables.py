"""The people, zones and rules of the demo city keep its promises."""

import csv
import itertools
import json
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

DATA = Path(__file__).parents[2] / "grid_data"
UNITS = {f"U0{number}" for number in range(1, 7)}
WITHOUT_RULE = ("GB/T 47678.5-2026", "part", "05")


def table(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def cells():
    features = json.loads((DATA / "cells.geojson").read_text(encoding="utf-8"))["features"]
    return {f["properties"]["code"]: shape(f["geometry"]) for f in features}


def test_every_cell_lies_in_exactly_one_zone_of_its_own_community(cells):
    zones = table("duty_zones")
    listed = [code for zone in zones for code in zone["cells"].split()]
    assert sorted(listed) == sorted(cells)
    assert all(code.startswith(zone["code"][:12]) for zone in zones for code in zone["cells"].split())
    assert 120 <= len(zones) <= 240


def test_the_cells_of_a_zone_are_neighbours(cells):
    for zone in table("duty_zones"):
        union = shapely.coverage_union_all([cells[code] for code in zone["cells"].split()])
        assert shapely.union_all(union).geom_type == "Polygon", zone["code"]


def test_two_inspectors_share_each_zone_and_nine_cover_the_city():
    zones = table("duty_zones")
    assert all(len(set(zone["inspectors"].split())) >= 2 for zone in zones)
    usual = {zone["inspectors"].split()[0] for zone in zones}
    assert usual == {f"inspector{number}" for number in range(1, 10)}


def test_there_are_22_departments_and_units_and_26_organisations_of_the_territory():
    kinds = [row["kind"] for row in table("organizations")]
    assert kinds.count("territory") == 26
    assert len(kinds) - kinds.count("territory") == 22


def test_parents_come_before_their_organisations():
    seen = {""}
    for row in table("organizations"):
        assert row["parent"] in seen
        seen.add(row["code"])


def test_the_promised_accounts_are_there():
    people = table("people")
    organizations = {row["code"] for row in table("organizations")}
    names = [row["username"] for row in people if row["username"]]
    numbered = [
        f"{stem}{n}" for stem, count in (("inspector", 9), ("unit", 6), ("handler", 6)) for n in range(1, count + 1)
    ]
    single = ["admin", "operator", "leader", "dispatcher", "supervisor", "evaluator", "auditor", "street1"]
    assert sorted(names) == sorted(single + numbered)
    assert [row["phone"] for row in people if row["phone"]] == [f"1380000000{n}" for n in range(1, 10)]
    for row in people:
        for grant in filter(None, row["grants"].split(";")):
            _, organization, area = grant.split("@")
            assert organization in organizations
            assert area.startswith("9901")


def matching(rules, kind_of_type, area, zone):
    return [
        rule
        for rule in rules
        if (rule["scheme"], rule["kind"]) == kind_of_type[:2]
        and rule["class"] in {"", kind_of_type[2]}
        and rule["type"] in {"", kind_of_type[3]}
        and area.startswith(rule["area"])
        and rule["duty_zone"] in {"", zone}
    ]


def test_every_type_in_every_zone_has_an_owner_among_the_six_units_but_one_class_of_parts():
    rules = table("routing_rules")
    with (DATA / "catalog" / "types.csv").open(encoding="utf-8", newline="") as file:
        types = [(t["scheme"], t["kind"], t["class_code"], t["code"]) for t in csv.DictReader(file)]
    zones = [(zone["code"], zone["code"][:12]) for zone in table("duty_zones")]
    everywhere = {t: matching([r for r in rules if not r["area"] and not r["duty_zone"]], t, "", "") for t in types}
    assert {t[:3] for t, found in everywhere.items() if not found} == {WITHOUT_RULE}
    local = [rule for rule in rules if rule["area"] or rule["duty_zone"]]
    for kind_of_type, (zone, area) in itertools.product([t for t in types if t[:3] == WITHOUT_RULE], zones):
        assert not matching(local, kind_of_type, area, zone)
    assert {rule["lead"] for rule in rules} == UNITS


def test_no_two_rules_reach_the_same():
    keys = [
        tuple(rule[name] for name in ("scheme", "kind", "class", "type", "area", "duty_zone"))
        for rule in table("routing_rules")
    ]
    assert len(keys) == len(set(keys))


def test_rules_name_what_exists():
    organizations = {row["code"] for row in table("organizations")}
    zones = {row["code"] for row in table("duty_zones")}
    for rule in table("routing_rules"):
        assert {rule["lead"], *rule["helpers"].split()} <= organizations
        assert rule["duty_zone"] in zones | {""}
        assert not (rule["class"] and rule["type"])
