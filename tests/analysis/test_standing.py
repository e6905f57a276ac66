"""Open work: by group and age, what is late and what is late soon, always as the list of cases sees it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.analysis import service
from app.analysis.rules import AGES, OpenDimension
from app.cases.rules.filters import CaseFilter
from tests.evaluation.conftest import FAR, NEAR, at
from tests.factories.cases import act

DAY = timedelta(days=1)


@pytest.fixture
def several(played):
    """With its owner, with its owner and farther away, on hold, just received, closed."""
    numbers = [
        played.case(0, 0.1, 0.2, 0.3),
        played.case(1, 1.1, 1.2, cell=FAR),
        played.case(0, 0.1, 0.2, 0.3),
        played.case(2),
        played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3),
    ]
    played.act(numbers[2], "request_hold", "unit1", 1, until=date(2026, 4, 10), reason="等配件")
    played.act(numbers[2], "decide_hold", "dispatcher", 1.5, granted=True)
    return numbers


@pytest.fixture
def who(session, city):
    return lambda name, now: city.who(session, name, now)


def test_open_work_is_told_by_lamp_and_age(session, who, several):
    # 12:00 to 14:00 is no working time: the four hours of rubbish end at 18:00, 80 % of them at 17:12.
    now = at(5.5)
    (row,) = service.open_work(session, (), CaseFilter(), who("evaluator", now), now=now)
    assert {name: row[name] for name in ("open", "green", "amber", "red", "paused")} == {
        "open": 4,
        "green": 0,
        "amber": 2,
        "red": 1,
        "paused": 1,
    }
    assert (row["under_1d"], row["oldest_opened_at"], row["median_age_s"]) == (
        4,
        at(0),
        (at(5.5) - at(0.5)).total_seconds(),
    )
    (older,) = service.open_work(session, (), CaseFilter(), who("evaluator", at(24 * 3)), now=at(24 * 3))
    assert [older[age.name] for age in AGES] == [0, 2, 2, 0, 0]
    assert len(several) == 5


def test_open_work_is_grouped_by_where_whose_and_how_far(session, who, several):
    now = at(5)
    evaluator = who("evaluator", now)

    def groups(*dimensions, found=CaseFilter()):  # noqa: B008 -- frozen
        rows = service.open_work(session, dimensions, found, evaluator, now=now)
        return [(*(row[name] for name in dimensions), row["open"]) for row in rows]

    assert [(area["code"], number) for area, number in groups(OpenDimension.DISTRICT)] == [("310101", 3), ("310102", 1)]
    assert groups(OpenDimension.STATE, OpenDimension.STAGE) == [
        ("handling", "handling", 2),
        ("on_hold", "handling", 1),
        ("received", "accept", 1),
    ]
    assert [(unit and unit["code"], number) for unit, number in groups(OpenDimension.UNIT)] == [
        ("U01", 2),
        ("U02", 1),
        (None, 1),
    ]
    assert [(one and one["name"], number) for one, number in groups(OpenDimension.CLASS)][-1] == (None, 1)
    assert groups(OpenDimension.SOURCE, found=CaseFilter(area="310102")) == [("citizen", 1)]
    assert len(several) == 5


def test_what_is_late_comes_with_the_longest_overdue_first(session, who, several):
    now = at(7)
    evaluator = who("evaluator", now)
    first = service.overdue(session, CaseFilter(), evaluator, now=now, limit=2, cursor=None)
    rest = service.overdue(session, CaseFilter(), evaluator, now=now, limit=2, cursor=first.next_cursor)
    found = [*first.items, *rest.items]
    assert (first.total, rest.next_cursor) == (3, None)
    assert [one["number"] for one in found] == [several[3], several[0], several[1]]
    # Received at 14:00, to be accepted within a quarter of an hour.
    assert (found[0]["late_s"], found[0]["stage"], found[0]["lamp"]) == (4 * 3600 + 2700, "accept", "red")
    assert (found[1]["district"]["code"], found[1]["street"]["code"], found[1]["cell"]) == (NEAR[:6], NEAR[:9], NEAR)
    assert found[1]["owner"]["code"] == "U01"


def test_what_turns_red_comes_with_the_soonest_first(session, who, several):
    now = at(5)
    found = CaseFilter(due_within=DAY)
    page = service.turning_red(session, found, who("evaluator", now), now=now, limit=9, cursor=None)
    assert [(one["number"], one["remaining_s"]) for one in page.items] == [(several[0], 3600), (several[1], 3600)]
    # On the very instant of its deadline nothing is late: it is about to be.
    on_it = service.turning_red(session, found, who("evaluator", at(6)), now=at(6), limit=9, cursor=None)
    assert [one["remaining_s"] for one in on_it.items] == [0, 0]
    soon = CaseFilter(due_within=timedelta(hours=1))
    assert service.turning_red(session, soon, who("evaluator", now), now=now, limit=9, cursor=None).total == 0
    assert service.turning_red(session, found, who("unit3", now), now=now, limit=9, cursor=None).total == 0


def test_late_means_the_same_here_and_in_the_list_of_cases(api, several):
    for who in ("evaluator", "dispatcher", "unit1", "unit2", "unit3"):
        listed = api.get(who, "/cases", lamp="red", sort="due_at", count="true")
        late = api.get(who, "/sla/overdue")
        assert [one["number"] for one in late["items"]] == [one["number"] for one in listed["items"]]
        (row,) = api.get(who, "/sla/open")["items"]
        assert late["total"] == listed["count"]["value"] == row["red"]
        grey = api.get(who, "/cases", lamp="grey", count="true")["count"]["value"]
        assert row["paused"] == grey
        assert row["open"] == row["green"] + row["amber"] + row["red"] + row["paused"]
    assert api.get("evaluator", "/sla/turning-red", hours=720)["total"] == 0
    assert len(several) == 5


def test_lists_can_be_narrowed(api, several):
    assert [one["number"] for one in api.get("evaluator", "/sla/overdue", area="310102")["items"]] == [several[1]]
    assert api.get("evaluator", "/sla/overdue", unit="U02")["total"] == 1
    assert api.get("evaluator", "/sla/overdue", source="citizen")["total"] == 3
    assert api.get("evaluator", "/sla/open", unit="U01", group_by="unit")["items"][0]["open"] == 2


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("open", {"group_by": "month"}, "/group_by"),
        ("open", {"group_by": "state,state"}, "/group_by"),
        ("open", {"unit": "nobody"}, "/unit"),
        ("overdue", {"source": "pigeon"}, "/source"),
        ("overdue", {"type": "99999"}, "/type"),
        ("overdue", {"area": "x"}, "/area"),
        ("overdue", {"cursor": "forged"}, "/cursor"),
        ("turning-red", {"hours": 0}, "/hours"),
        ("turning-red", {"state": "handling"}, "/state"),
    ],
)
def test_what_cannot_be_meant_is_refused(api, path, query, pointer):
    problem = api.get("evaluator", f"/sla/{path}", 422, **query)
    assert problem["errors"][0]["pointer"] == pointer


def test_analyses_are_for_those_who_read_figures(api):
    for path in ("open", "overdue", "turning-red"):
        api.get("handler1", f"/sla/{path}", 403)


def test_a_list_costs_the_same_however_long_it_is(api, several, statements):
    api.get("evaluator", "/sla/overdue")
    with statements() as few:
        api.get("evaluator", "/sla/overdue", limit=1)
    with statements() as many:
        api.get("evaluator", "/sla/overdue", limit=500)
    assert len(few) == len(many)
    assert len(several) == 5


def test_a_case_that_somebody_acts_on_leaves_the_list(api, session, city, several):
    act(session, city, several[0], "finish", "unit1", at(5), photos=1, text="已清理")
    assert several[0] in {one["number"] for one in api.get("evaluator", "/sla/overdue")["items"]}
    act(session, city, several[0], "check", "inspector1", at(5.1), photos=1, verdict="passed", position=city.position())
    act(session, city, several[0], "close", "leader", at(5.2))
    assert several[0] not in {one["number"] for one in api.get("evaluator", "/sla/overdue")["items"]}
