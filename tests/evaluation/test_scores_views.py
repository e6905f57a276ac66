"""Scores and rankings over HTTP, and the definitions by which they are made."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.evaluation import service
from tests.factories.figures import IN_TIME, LATE, OPEN, Played

pytestmark = pytest.mark.slow

PERIOD = "2026-03"
UNITS = {"subject": "unit", "period": PERIOD}


@pytest.fixture
def played(session, city):
    return Played(session, city)


def by_code(found):
    return {item["subject"]["code"]: item for item in found["items"]}


def define(api, name, body, who="admin", status=200, version=None):
    version = version or api.call(who, "GET", f"/evaluation/definitions/{name}").headers["ETag"]
    answer = api.call(who, "PUT", f"/evaluation/definitions/{name}", status, json=body, headers={"If-Match": version})
    return answer.get_json()


def sample(api, subject, least):
    found = api.get("admin", f"/evaluation/definitions/scores/{subject}")
    return define(api, f"scores/{subject}", {"parts": found["parts"], "minimum_sample": least})


def test_the_score_of_a_unit_by_the_city_s_defaults(api, played):
    for hours in (IN_TIME, IN_TIME, LATE, OPEN):
        played.case(hours)
    found = api.get("evaluator", "/evaluation/scores", **UNITS)
    assert (found["period"], found["revision"], found["definition"]) == (PERIOD, None, 1)
    unit = by_code(found)["U01"]
    # Volume 4 of a band that gives 40; 3 of 4 closed; 2 of 4 in time; none done again.
    assert {part["indicator"]: part["points"] for part in unit["parts"]} == {
        "dispatched": 40,
        "closed_rate": 75,
        "on_time_handled_rate": 50,
        "rework_rate": 100,
    }
    assert (unit["score"], unit["grade"]) == (71.5, {"code": "C", "colour": "yellow"})
    assert (unit["weight"], unit["left_out"], unit["sample"]) == (1, [], 4)
    assert (unit["rank"], unit["unranked"], unit["of"]) == (None, "sample", 0)
    idle = by_code(found)["U02"]
    assert (idle["score"], idle["grade"], idle["rank"], idle["unranked"]) == (None, None, None, "no_data")
    assert idle["left_out"] == ["closed_rate", "on_time_handled_rate", "rework_rate"]


def test_a_part_with_nothing_to_count_is_left_out_and_the_rest_scaled_up(api, played):
    played.case(IN_TIME)
    district = by_code(api.get("evaluator", "/evaluation/scores", subject="district", period=PERIOD))["310101"]
    assert (district["score"], district["weight"]) == (100, 0.85)
    assert district["left_out"] == ["satisfaction_share"]
    inspector = by_code(api.get("evaluator", "/evaluation/scores", subject="inspector", period=PERIOD))["inspector1"]
    # Filed in the zone they held and reported by a citizen; checked in time; nothing else.
    assert (inspector["score"], inspector["weight"]) == (50, 0.4)


def test_equals_share_a_rank_and_the_next_is_skipped(api, played):
    sample(api, "cell", 1)
    for cell, hours in (("001", IN_TIME), ("002", LATE), ("003", IN_TIME), ("004", OPEN)):
        played.case(hours, cell=f"310101001001{cell}")
    query = {"subject": "cell", "period": PERIOD}
    found = api.get("evaluator", "/evaluation/ranking", **query)["items"]
    assert [(item["subject"]["code"][-3:], item["rank"], item["tied"]) for item in found] == [
        ("001", 1, True),
        ("003", 1, True),
        ("002", 3, False),
        ("004", 4, False),
    ]
    assert {item["of"] for item in found} == {4}
    assert "parts" not in found[0]


def test_peers_are_ranked_among_each_other(api, played):
    sample(api, "cell", 1)
    first, second, third = (f"310101001001{cell}" for cell in ("001", "002", "003"))
    for cell, hours in ((first, IN_TIME), (second, LATE), (third, LATE)):
        played.case(hours, cell=cell)
    group = {"subject": "cell", "code": "old-town", "name": "老城区", "members": [second]}
    define(api, "peers", {"groups": [group]})
    query = {"subject": "cell", "period": PERIOD}
    found = api.get("evaluator", "/evaluation/ranking", **query)["items"]
    assert [(item["group"], item["subject"]["code"], item["rank"], item["of"]) for item in found] == [
        ("default", first, 1, 2),
        ("default", third, 2, 2),
        ("old-town", second, 1, 1),
    ]
    only = api.get("evaluator", "/evaluation/ranking", group="old-town", **query)["items"]
    assert [item["subject"]["code"] for item in only] == [second]


def test_people_are_grouped_by_name_and_kept_by_id(api, session, city, played):
    sample(api, "inspector", 1)
    played.case(IN_TIME)
    group = {"subject": "inspector", "code": "old-town", "name": "老城区", "members": ["inspector1"]}
    assert define(api, "peers", {"groups": [group]})["groups"] == [group]
    assert api.get("evaluator", "/evaluation/definitions/peers")["groups"] == [group]
    found = by_code(api.get("evaluator", "/evaluation/ranking", subject="inspector", period=PERIOD))
    assert (found["inspector1"]["group"], found["inspector2"]["group"]) == ("old-town", "default")
    kept = (
        session.execute(text("SELECT content::text FROM evaluation_definitions WHERE name = 'peers'")).scalars().all()
    )
    written = session.execute(text("SELECT detail::text FROM admin_changes")).scalars().all()
    assert "inspector1" not in "".join([*kept, *written])
    assert str(city.people["inspector1"]) in "".join(kept)


def test_scores_and_figures_are_compared_with_another_period(api, played):
    sample(api, "unit", 1)
    for hours in (IN_TIME, LATE):
        played.case(hours)
    played.case(tuple(24 + hour for hour in IN_TIME))
    query = {"subject": "unit", "period": "2026-03-11", "compare": "previous"}
    unit = by_code(api.get("evaluator", "/evaluation/ranking", **query))["U01"]
    assert unit["compared"] == {"period": "2026-03-10", "score": 79.0, "change": 15.0, "rank": 1, "moved": 0}
    figures = api.get("evaluator", "/evaluation/indicators", indicator="on_time_handled_rate,dispatched", **query)
    found = {item["indicator"]: item["compared"] for item in figures["items"] if item["subject"]["code"] == "U01"}
    assert found == {
        "on_time_handled_rate": {"period": "2026-03-10", "value": 0.5, "change": 50.0},
        "dispatched": {"period": "2026-03-10", "value": 2, "change": -1},
    }
    nothing = by_code(api.get("evaluator", "/evaluation/scores", **query | {"compare": "year_before"}))["U01"]
    assert nothing["compared"] == {"period": "2025-03-11", "score": None, "change": None, "rank": None, "moved": None}
    assert "compared" not in by_code(api.get("evaluator", "/evaluation/scores", **UNITS))["U01"]


def test_managers_see_how_their_unit_stands_and_no_other(api, played):
    sample(api, "unit", 1)
    played.case(IN_TIME)
    found = by_code(api.get("unit1", "/evaluation/ranking", **UNITS))
    assert (set(found), found["U01"]["rank"]) == ({"U01"}, 1)
    assert api.get("unit1", "/evaluation/scores", subject="district", period=PERIOD)["items"] == []
    assert api.get("unit1", "/evaluation/scores", subject="operator", period=PERIOD)["items"] == []
    api.get("handler1", "/evaluation/scores", 403, **UNITS)


def test_a_part_of_the_city_sees_its_own(api, played):
    played.case(IN_TIME)
    for subject, codes in (("district", {"310102"}), ("city", set()), ("unit", set()), ("operator", {"operator2"})):
        found = by_code(api.get("operator2", "/evaluation/scores", subject=subject, period=PERIOD))
        assert set(found) == codes, subject


def test_a_change_of_a_definition_is_a_new_version_and_the_old_one_stays(api, session):
    before = api.get("evaluator", "/evaluation/definitions/scores/unit")
    assert (before["version"], before["in_force"], before["minimum_sample"]) == (1, True, 10)
    after = sample(api, "unit", 20)
    assert (after["version"], after["minimum_sample"]) == (2, 20)
    old = api.get("evaluator", "/evaluation/definitions/scores/unit", version=1)
    assert old == before | {"in_force": False}
    assert sample(api, "unit", 20)["version"] == 2
    listed = {item["name"]: item["version"] for item in api.get("auditor", "/evaluation/definitions")["items"]}
    assert (listed["scores.unit"], listed["grades"], len(listed)) == (2, 1, 13)
    assert api.get("evaluator", "/evaluation/definitions/grades", 404, version=9)["type"].endswith(
        "/definition-not-found"
    )
    written = session.execute(
        text("SELECT detail->'after'->>'minimum_sample' FROM admin_changes WHERE action = 'evaluation.define'")
    ).scalars()
    assert list(written) == ["20"]


def test_definitions_are_changed_by_those_who_may_and_saw_the_present_one(api):
    body = {"earliest_days": 5}
    for who, status in (("auditor", 403), ("supervisor", 403), ("unit1", 403), (None, 401)):
        api.call(who, "PUT", "/evaluation/definitions/publishing", status, json=body, headers={"If-Match": '"1"'})
    api.call("admin", "PUT", "/evaluation/definitions/publishing", 428, json=body)
    assert define(api, "publishing", body, who="evaluator")["earliest_days"] == 5
    assert define(api, "publishing", body, status=412, version='"1"')["type"] == "/problems/stale-version"


RATE = {"indicator": "closed_rate", "weight": 1, "mapping": {"kind": "linear", "zero": 0, "full": 1}}


@pytest.mark.parametrize(
    ("name", "body", "pointers"),
    [
        ("scores/unit", {"parts": [RATE | {"weight": 0.9}], "minimum_sample": 1}, ["/parts"]),
        ("scores/unit", {"parts": [], "minimum_sample": 1}, ["/parts"]),
        ("scores/unit", {"parts": [RATE | {"indicator": "missed_rate"}], "minimum_sample": 1}, ["/parts/0/indicator"]),
        (
            "scores/unit",
            {"parts": [RATE | {"indicator": "luck"}], "minimum_sample": 1},
            ["/parts/0/indicator", "/parts"],
        ),
        ("scores/unit", {"parts": [RATE | {"mapping": {"kind": "eval"}}], "minimum_sample": 1}, ["/parts/0/mapping"]),
        ("scores/unit", {"parts": [RATE | {"weight": "1"}], "minimum_sample": 1}, ["/parts/0/weight"]),
        ("scores/unit", {"parts": [RATE], "minimum_sample": -1}, ["/minimum_sample"]),
        ("scores/unit", {"parts": [RATE], "minimum_sample": 1, "luck": 1}, ["/luck"]),
        ("grades", {"grades": [{"code": "A", "colour": "green", "at_least": 90}]}, ["/grades/0/at_least"]),
        ("grades", {"grades": [{"code": "A", "colour": "pink", "at_least": 0}]}, ["/grades/0/colour"]),
        (
            "peers",
            {"groups": [{"subject": "unit", "code": "a", "name": "甲", "members": ["U01", "U99"]}]},
            ["/groups/0/members/1"],
        ),
        ("publishing", {"earliest_days": 400}, ["/earliest_days"]),
    ],
)
def test_what_cannot_be_defined_is_refused_with_its_place(api, name, body, pointers):
    refused = define(api, name, body, status=422)
    found = [error["pointer"] for error in refused["errors"]]
    assert [pointer for pointer in found if any(pointer.startswith(one) for one in pointers)] == found
    assert len(found) >= len(pointers)


@pytest.mark.parametrize(
    "changes",
    [
        {"period": "2026-13"},
        {"subject": "planet"},
        {"compare": "tomorrow"},
        {"at": "2099-01-01T00:00:00Z"},
        {"at": "2026-03-12T00:00:00Z", "revision": "1"},
        {"revision": "0"},
        {"period": "2000", "compare": "previous"},
        {"color": "red"},
    ],
)
def test_what_cannot_be_asked_for_is_refused(api, changes):
    refused = api.get("evaluator", "/evaluation/ranking", 422, **{**UNITS, **changes})
    assert refused["errors"]


def test_however_many_subjects_a_ranking_costs_the_same_statements(api, session, played, statements):
    played.case(IN_TIME)
    counts = []
    query = {"subject": "cell", "period": PERIOD}
    api.get("evaluator", "/evaluation/ranking", **query)
    for _ in range(2):
        with statements() as sent:
            api.get("evaluator", "/evaluation/ranking", **query)
        counts.append(len(sent))
        for cell in ("002", "003", "004"):
            played.case(OPEN, cell=f"310101001001{cell}")
    assert counts[0] == counts[1] <= 20
    assert service.regime(session).earliest_days == 3
