"""A whole city's people and rules in one file each."""

from __future__ import annotations

import pytest

from tests.administration.files import a_csv, put, rows, said, take

PEOPLE, RULES = 5_000, 10_000

pytestmark = pytest.mark.slow


def test_thousands_of_people_with_their_grants(session, city, now):
    people = [
        {"username": f"p{n}", "name": f"人员{n}", "organization": "U01", "disabled": "false"} for n in range(PEOPLE)
    ]
    grants = [
        {"username": f"p{n}", "role": "handler", "organization": "U01", "area_code": "3101"} for n in range(PEOPLE)
    ]
    assert said(put(session, "people", people, now))["added"] == PEOPLE
    assert said(put(session, "grants", grants, now))["added"] == PEOPLE
    moved = [{**row, "organization": "U02"} for row in people]
    assert said(put(session, "people", moved, now))["changed"] == PEOPLE


def test_ten_thousand_rules(session, city, now):
    codes = [f"9{n:04d}" for n in range(RULES // 10)]
    types = [
        {"scheme": "many", "kind": "matter", "code": code, "class_code": code[:2], "class_name": "众", "name": code}
        for code in codes
    ]
    areas = sorted(area.code for area in city.areas if len(area.code) >= 12)[:10]
    rules = [
        {"scheme": "many", "kind": "matter", "type": code, "area": area, "lead": "U01"}
        for code in codes
        for area in areas
    ]
    assert said(put(session, "types", types, now))["added"] == len(codes)
    checked = take(session, "routing_rules", a_csv(rules), now)
    assert checked.faults == []
    assert said(put(session, "routing_rules", rules, now))["added"] == RULES
    again = take(session, "routing_rules", a_csv(rows(session, "routing_rules", now)), now, mode="replace")
    assert again.changes.nothing
