"""Who is in the field and what waits for them, as desks see it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

pytestmark = pytest.mark.slow

FAR_CELL = "310102001001001"
LATE = text("UPDATE cases SET yellow_at = :now, due_at = :now")


@pytest.fixture
def verifying(api):
    def make(who="operator", position=None, **inputs):
        number = api.report(**({"position": position} if position else {}))["case"]["number"]
        api.act(who, number, "request_verify", **inputs)
        return number

    return make


def officers(api, who="leader", **query):
    return api.get(who, "/field/officers", **query)["items"]


def test_open_tasks_of_each_officer_the_most_urgent_first(api, city, verifying):
    first, second = (verifying(inspector_id=city.people["inspector1"]) for _ in range(2))
    (found,) = officers(api)
    assert (found["user"]["id"], found["shift_id"]) == (str(city.people["inspector1"]), None)
    assert (found["open"], found["overdue"]) == (2, 0)
    assert [(one["kind"], one["case_number"], one["case_state"]) for one in found["tasks"]] == [
        ("verify", first, "verifying"),
        ("verify", second, "verifying"),
    ]
    task = found["tasks"][0]
    assert (task["lamp"], task["outcome"], task["accepted_at"]) == ("green", None, None)
    assert task["due_at"] > task["asked_at"]
    api.post("inspector1", f"/field/tasks/{task['id']}/accept")
    api.act("inspector1", second, "verify", photos=1, verdict="real", position=city.position())
    (found,) = officers(api)
    assert [(one["case_number"], one["accepted_at"] is None) for one in found["tasks"]] == [(first, False)]


def test_people_on_duty_are_there_without_tasks_and_people_with_tasks_off_duty(api, city, verifying):
    shift = api.post("inspector2", "/field/shifts", 201, json={"position": city.position()})["id"]
    verifying(inspector_id=city.people["inspector1"])
    ids = {name: str(city.people[name]) for name in ("inspector1", "inspector2")}
    seen = {one["user"]["id"]: (one["shift_id"], one["open"]) for one in officers(api)}
    assert seen == {ids["inspector1"]: (None, 1), ids["inspector2"]: (shift, 0)}
    assert [one["user"]["id"] for one in officers(api, on_duty="true")] == [ids["inspector2"]]
    assert [one["user"]["id"] for one in officers(api, on_duty="false")] == [ids["inspector1"]]
    assert [one["user"]["id"] for one in officers(api, user=ids["inspector2"])] == [ids["inspector2"]]
    api.post("inspector2", f"/field/shifts/{shift}/end")
    assert [one["user"]["id"] for one in officers(api)] == [ids["inspector1"]]


def test_a_desk_sees_its_ground_only(api, city, verifying):
    verifying(inspector_id=city.people["inspector1"])
    api.post("inspector3", "/field/shifts", 201, json={"position": city.position(FAR_CELL)})
    near, far = str(city.people["inspector1"]), str(city.people["inspector3"])
    for who in ("leader", "dispatcher", "supervisor", "admin"):
        assert {one["user"]["id"] for one in officers(api, who)} == {near, far}
    assert {one["user"]["id"] for one in officers(api, "operator2")} == {far}
    for who in ("auditor", "evaluator", "unit1", "handler1", "inspector1", "citizen"):
        api.get(who, "/field/officers", 403)
    api.get(None, "/field/officers", 401)
    api.get("leader", "/field/officers", 422, on_duty="perhaps")
    api.get("leader", "/field/officers", 422, person="me")


def test_what_was_declined_with_nobody_left_stands_there(api, city, verifying):
    verifying(inspector_id=city.people["inspector1"])
    for who in ("inspector1", "inspector2"):
        (task,) = api.get(who, "/field/tasks", state="open")["items"]
        api.post(who, f"/field/tasks/{task['id']}/decline", json={"reason": "路封了"})
    (found,) = officers(api)
    assert found["user"]["id"] == str(city.people["inspector2"])
    assert [(one["outcome"], one["reason"]) for one in found["tasks"]] == [("declined", "路封了")]


def test_pages_by_name_and_late_cases(api, city, verifying):
    for who in ("inspector1", "inspector2"):
        verifying(inspector_id=city.people[who])
    api.session.execute(LATE, {"now": datetime.now(UTC) - timedelta(hours=1)})
    first = api.get("leader", "/field/officers", limit=1)
    rest = api.get("leader", "/field/officers", limit=1, cursor=first["next_cursor"])
    both = first["items"] + rest["items"]
    assert [one["user"]["name"] for one in both] == sorted(one["user"]["name"] for one in both)
    assert len({one["user"]["id"] for one in both}) == 2
    assert [(one["open"], one["overdue"], one["tasks"][0]["lamp"]) for one in both] == [(1, 1, "red")] * 2
    assert rest["next_cursor"] is None
    assert api.get("leader", "/field/officers", 422, cursor="x")["type"].endswith("/bad-cursor")


def test_at_most_twenty_tasks_of_each_and_always_the_same_statements(api, city, verifying, statements):
    def cost():
        officers(api)
        with statements() as sent:
            found = officers(api)
        return len(sent), found

    verifying(inspector_id=city.people["inspector1"])
    few, _ = cost()
    for at in range(24):
        verifying(inspector_id=city.people["inspector1" if at else "inspector2"])
    api.post("inspector3", "/field/shifts", 201, json={"position": city.position(FAR_CELL)})
    many, found = cost()
    assert few == many
    assert sorted((one["open"], len(one["tasks"])) for one in found) == [(0, 0), (1, 1), (24, 20)]
