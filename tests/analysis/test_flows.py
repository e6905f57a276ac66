"""Closed cases of a time: where their time went, and what took them off the straight way."""

from __future__ import annotations

import pytest

from app.analysis.rules import DetourKind, Spent, Turn, Turns, bottleneck_of, common_reasons, detours_of, quantile
from app.cases.rules import Action
from app.evaluation.jobs import refresh_some
from tests.evaluation.conftest import at
from tests.factories.cases import act

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


def test_where_the_time_of_closed_cases_went(api, several):
    (row,) = api.get("evaluator", "/sla/bottleneck", **MARCH)["items"]
    stages = {one["stage"]: one for one in row["stages"]}
    assert row["cases"] == 3
    assert list(stages) == ["accept", "file", "dispatch", "handling", "check", "close", "hold"]
    # 0.1 h each, whatever the hour: these limits run day and night.
    assert stages["accept"] | {"share": None} == {
        "stage": "accept",
        "clocks": 3,
        "total_s": 1080,
        "median_s": 360,
        "p90_s": 360,
        "mean_s": 360,
        "share": None,
        "late": 0,
    }
    # Working hours from 14:00 on: 1 h; 1.5 h before the hold and 0.7 h after it; 0.4 h since the second dispatch.
    assert sorted([3600, 5400 + 2520, 1440])[1] == stages["handling"]["median_s"]
    assert stages["handling"]["total_s"] == 3600 + 7920 + 1440
    assert (stages["hold"]["clocks"], stages["hold"]["median_s"], stages["hold"]["share"]) == (1, 24 * 3600, None)
    assert row["total_s"] == sum(one["total_s"] for name, one in stages.items() if name != "hold")
    assert sum(one["share"] for name, one in stages.items() if name != "hold") == pytest.approx(1)
    while refresh_some():
        pass
    assert api.get("evaluator", "/sla/bottleneck", **MARCH)["items"] == [row]
    assert len(several) == 4


def test_what_took_cases_off_the_straight_way(api, several):
    (row,) = api.get("evaluator", "/sla/detours", **MARCH)["items"]
    third = pytest.approx(1 / 3)
    hold = {"asked": 1, "granted": 1, "refused": 0, "cases": 1, "rate": third, "median_s": 24 * 3600}
    assert row["holds"] == hold
    extensions = row["extensions"]
    assert {name: extensions[name] for name in ("asked", "granted", "refused", "cases")} == {
        "asked": 2,
        "granted": 1,
        "refused": 1,
        "cases": 1,
    }
    # Two working hours more, from 18:00 on: those of the next morning.
    assert extensions["median_s"] == 16 * 3600
    assert row["returns"] == {"times": 1, "cases": 1, "rate": third, "misrouted": 1, "recalled": 0}
    assert row["reworks"] == {"times": 1, "cases": 1, "rate": third, "twice": 0}
    assert row["reopened"] == {"times": 0, "cases": 0, "rate": 0}
    # One manager's words: they are not told.
    assert {(one["kind"], one["reason"], one["count"]) for one in row["reasons"]} == {
        ("hold", None, 1),
        ("extension", None, 2),
        ("return", None, 1),
        ("rework", None, 1),
    }
    assert len(several) == 4


def test_flows_are_grouped_and_narrowed_like_everything_else(api, session, city, several):
    rows = api.get("evaluator", "/sla/detours", **MARCH, group_by="unit,day")["items"]
    assert [(row["unit"]["code"], row["day"], row["cases"]) for row in rows] == [
        ("U01", "2026-03-10", 2),
        ("U01", "2026-03-11", 1),
    ]
    (row,) = api.get("evaluator", "/sla/bottleneck", **MARCH, group_by="class", unit="U01", source="citizen")["items"]
    assert (row["class"]["code"], row["cases"]) == (row["class"]["code"], 3)
    assert api.get("unit2", "/sla/bottleneck", **MARCH)["items"] == []
    assert api.get("unit1", "/sla/detours", **MARCH, unit="U02")["items"] == []
    assert api.get("evaluator", "/sla/detours", **MARCH, area="310102")["items"] == []
    # As it was: at three in the afternoon only one was closed.
    (row,) = api.get("evaluator", "/sla/detours", **MARCH, at=at(3.2).isoformat())["items"]
    assert (row["cases"], row["returns"]["cases"]) == (2, 1)
    # What is opened again is closed no more; once it is closed anew, that it was opened again is told.
    act(session, city, several[0], "reopen", "supervisor", at(30), reason="复发")
    assert api.get("evaluator", "/sla/detours", **MARCH)["items"][0]["cases"] == 2


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"group_by": "stage"}, "/group_by"),
        ({"from": "2026-04-01"}, "/to"),
        ({"from": "March"}, "/from"),
        ({"at": "2099-01-01T00:00:00Z"}, "/at"),
        ({"unit": "nobody"}, "/unit"),
    ],
)
def test_what_cannot_be_analysed_is_refused(api, query, pointer):
    for path in ("bottleneck", "detours"):
        assert api.get("evaluator", f"/sla/{path}", 422, **{**MARCH, **query})["errors"][0]["pointer"] == pointer


def test_nothing_takes_no_time():
    assert bottleneck_of(0, [], []) == {"cases": 0, "total_s": 0, "stages": []}
    assert bottleneck_of(1, [Spent("close", 1, 0, 0, 0, 0)], [])["stages"][0]["share"] is None
    empty = detours_of(0, Turns([]))
    assert (empty["holds"]["rate"], empty["holds"]["median_s"], empty["reasons"]) == (None, None, [])


def test_only_common_phrases_are_told():
    turns = [
        Turn(f"c{n}", Action.RETURN, recalled=n == 4, reason="权属不清", said_by=f"p{n % 3}") for n in range(5)
    ] + [Turn("c9", Action.RETURN, reason="张三不在家", said_by="p1")]
    common = common_reasons(turns)
    assert common == {"权属不清"}
    found = detours_of(10, Turns(turns, common))
    assert found["reasons"] == [
        {"kind": "return", "reason": "权属不清", "count": 5},
        {"kind": "return", "reason": None, "count": 1},
    ]
    assert found["returns"] == {"times": 6, "cases": 6, "rate": 0.6, "misrouted": 5, "recalled": 1}
    group = Turns(turns, common)
    assert len(group.with_reason(DetourKind.RETURN, "权属不清")) == 5
    assert [one.case_id for one in group.with_reason(DetourKind.RETURN, None)] == ["c9"]
    # Whoever guesses what one person said is not told.
    assert group.with_reason(DetourKind.RETURN, "张三不在家") == []
    twice = [Turn("c1", Action.CHECK), Turn("c1", Action.CHECK), Turn("c2", Action.CHECK)]
    assert detours_of(4, Turns(twice))["reworks"] == {"times": 3, "cases": 2, "rate": 0.5, "twice": 1}


def test_quantiles_lie_between_two_values_in_proportion():
    assert [quantile([10, 0, 20], share) for share in (0, 0.25, 0.5, 0.9, 1)] == [0, 5, 10, 18, 20]
    assert quantile([7], 0.9) == 7
