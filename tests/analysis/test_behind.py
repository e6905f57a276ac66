"""From every number of the analyses to exactly its cases."""

from __future__ import annotations

import pytest

from app.analysis.rules import PARTS
from app.evaluation.jobs import refresh_some
from tests.analysis.test_flows import MARCH
from tests.evaluation.test_summary_cases import spelled

NAMES = {"hold": "holds", "extension": "extensions", "return": "returns", "rework": "reworks", "reopened": "reopened"}
OPEN = ("open", "green", "amber", "red", "paused", "under_1d", "d1_3", "d3_7", "d7_30", "over_30d")


def of_bottleneck(row):
    yield {}, row["cases"]
    for stage in row["stages"]:
        yield {"stage": stage["stage"]}, stage["clocks"]
        yield {"stage": stage["stage"], "late": "true"}, stage["late"]


def of_detours(row):
    for kind, name in NAMES.items():
        for part in PARTS[kind]:
            if part != "reason":
                yield {"kind": kind, "count": part}, row[name][part]
    for one in row["reasons"]:
        told = {} if one["reason"] is None else {"reason": one["reason"]}
        yield {"kind": one["kind"], "count": "reason", **told}, one["count"]


def of_open(row):
    yield from (({"count": name}, row[name]) for name in OPEN)


ANALYSES = (
    ("bottleneck", of_bottleneck, ""),
    ("bottleneck", of_bottleneck, "class,unit,day"),
    ("detours", of_detours, ""),
    ("detours", of_detours, "unit,weekday"),
    ("open", of_open, "class,stage,unit"),
)


def test_every_number_lists_as_many_cases(api, several):
    while refresh_some():
        pass
    for path, numbers, group_by in ANALYSES:
        query = {"group_by": group_by} | ({} if path == "open" else MARCH)
        shown, listed = {}, {}
        for row in api.get("evaluator", f"/sla/{path}", **query)["items"]:
            group = ",".join(spelled(row[name]) for name in group_by.split(",") if name)
            for which, number in numbers(row):
                found = api.get("evaluator", f"/sla/{path}/cases", **query, **which, group=group)["items"]
                shown[group, *which.values()], listed[group, *which.values()] = number, len(found)
                assert {one["number"] for one in found} <= set(several)
        assert any(shown.values())
        assert listed == shown
    total = api.get("evaluator", "/sla/turning-red")["total"]
    assert len(api.get("evaluator", "/sla/open/cases", count="turning_red")["items"]) == total


def test_the_cases_are_those_that_it_happened_to(api, several):
    _, winding, back, _ = several

    def found(path, **which):
        return [(one["number"], one["value"]) for one in api.get("evaluator", path, **MARCH, **which)["items"]]

    assert found("/sla/detours/cases", kind="hold", count="granted") == [(winding, 24 * 3600)]
    assert found("/sla/bottleneck/cases", stage="hold") == [(winding, 24 * 3600)]
    assert found("/sla/detours/cases", kind="return", count="misrouted") == [(back, None)]
    assert {number for number, _ in found("/sla/detours/cases", kind="extension", count="reason")} == {winding, back}
    # One person's words open nothing, whoever guesses them.
    assert found("/sla/detours/cases", kind="return", count="reason", reason="不属本单位") == []
    unit2 = api.get("unit2", "/sla/detours/cases", **MARCH, kind="hold")
    assert unit2["items"] == api.get("evaluator", "/sla/bottleneck/cases", **MARCH, unit="U02")["items"] == []
    assert found("/sla/bottleneck/cases", unit="U01", stage="handling", type="06010") != []


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("bottleneck", {**MARCH, "stage": "lunch"}, "/stage"),
        ("bottleneck", {**MARCH, "group_by": "unit"}, "/group"),
        ("detours", {**MARCH, "kind": "hold", "count": "misrouted"}, "/count"),
        ("detours", {**MARCH, "kind": "hold", "count": "cases", "reason": "雨"}, "/reason"),
        ("open", {"count": "blue"}, "/count"),
    ],
)
def test_a_number_that_is_none_is_refused(api, path, query, pointer):
    assert api.get("evaluator", f"/sla/{path}/cases", 422, **query)["errors"][0]["pointer"] == pointer
