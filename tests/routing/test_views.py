"""POST /routing/explain: what would happen to a case of this type at this place."""

import pytest

from tests.factories.accounts import sign_in, staff
from tests.factories.catalog import SCHEME, a_type
from tests.factories.grid import a_grid, centre
from tests.factories.routing import a_territory, a_unit, rule_row, rules

CELL = "310101001001001"
TYPE = {"scheme": SCHEME, "kind": "matter", "code": "06010"}


@pytest.fixture
def at(session, now):
    areas = a_grid(session, now=now, side=2)
    a_unit(session, "U01")
    a_unit(session, "U02", "市政养护中心")
    a_territory(session, "310101001")
    a_type(session)
    rules(session, rule_row(), rule_row(lead="U02", helpers="U01", area="310101", valid_from="2026-01-01"))
    staff(session, "dispatcher", "3101", username="dispatcher")
    session.commit()
    lon, lat = centre(areas, CELL)
    return {"lon": lon, "lat": lat}


def explain(client, headers, **body):
    return client.post("/api/v1/routing/explain", json=body, headers=headers)


def test_it_says_who_leads_who_helps_and_why(client, at):
    answer = explain(client, sign_in(client, "dispatcher"), type=TYPE, position=at)
    assert answer.status_code == 200, answer.text
    assert answer.json["lead"]["code"] == "U02"
    assert set(answer.json["lead"]) == {"id", "code", "name"}
    assert [helper["code"] for helper in answer.json["helpers"]] == ["U01"]
    first = answer.json["trace"][0]
    assert {"rule", "matched", "specificity", "won", "why"} <= set(first)
    assert (first["matched"], first["won"]) == (True, True)
    assert [one["won"] for one in answer.json["trace"]].count(True) == 1


def test_another_day_has_other_rules(client, at):
    answer = explain(client, sign_in(client, "dispatcher"), type=TYPE, position=at, on="2025-12-31")
    assert answer.json["lead"]["code"] == "U01"
    assert answer.json["trace"][0]["matched"] is False


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"position": {"lon": 0, "lat": 0}}, 404, "outside-city"),
        ({"type": TYPE | {"code": "99999"}}, 404, "unknown-type"),
        ({"type": {"code": "06010"}}, 422, "invalid"),
        ({"on": "tomorrow"}, 422, "invalid"),
        ({"colour": "red"}, 422, "invalid"),
    ],
)
def test_what_is_wrong_is_said(client, at, body, status, slug):
    answer = explain(client, sign_in(client, "dispatcher"), **({"type": TYPE, "position": at} | body))
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["type"] == f"/problems/{slug}"


def test_it_is_for_staff(client, at):
    assert explain(client, {}, type=TYPE, position=at).status_code == 401
