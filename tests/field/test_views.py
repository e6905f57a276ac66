"""Field work over HTTP: shifts, positions, tasks, and who may see where people are."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.factories.cases import RUBBISH_CODES

pytestmark = pytest.mark.slow

CELL, NEXT_CELL, FAR_CELL = "310101001001001", "310101001001002", "310102001001001"


def now():
    return datetime.now(UTC)


def point(city, cell=CELL, at=None, **changes):
    return {**city.position(cell), "accuracy_m": 6, "at": (at or now()).isoformat(), **changes}


def send(api, who, *points, status=200):
    return api.post(who, "/field/positions", status, json={"points": list(points)})


def problem(answer):
    return answer["type"].removeprefix("/problems/")


# --- shifts -------------------------------------------------------------------------------------------------------


def test_on_and_off_duty(api, city):
    shift = api.post("inspector1", "/field/shifts", 201, json={"zone_code": "Z1", "position": city.position()})
    assert (shift["zone_code"], shift["ended_at"], shift["user"]["id"]) == ("Z1", None, str(city.people["inspector1"]))
    assert shift["position"]["lon"] == pytest.approx(city.position()["lon"])
    assert api.post("inspector1", "/field/shifts", 200)["id"] == shift["id"]
    told = api.post("inspector1", "/field/shifts", 409, json={"id": str(uuid4())})
    assert (problem(told), told["shift_id"]) == ("shift-open", shift["id"])
    ended = api.post("inspector1", f"/field/shifts/{shift['id']}/end")
    assert (ended["end_reason"], ended["position"]) == ("self", None)
    assert api.post("inspector1", f"/field/shifts/{shift['id']}/end") == ended
    assert api.post("inspector1", "/field/shifts", 201)["id"] != shift["id"]


def test_a_shift_made_by_a_phone_is_begun_once(api):
    body = {"id": str(uuid4())}
    assert api.post("inspector1", "/field/shifts", 201, json=body) == api.post(
        "inspector1", "/field/shifts", 200, json=body
    )
    assert problem(api.post("inspector2", "/field/shifts", 409, json=body)) == "shift-id-taken"
    assert problem(api.post("inspector2", "/field/shifts", 422, json={"zone_code": "Z9"})) == "unknown-shift-zone"
    key = {"Idempotency-Key": "one"}
    first = api.post("inspector2", "/field/shifts", 201, headers=key)
    assert api.post("inspector2", "/field/shifts", 201, headers=key) == first


def test_a_shift_begins_where_one_is_now(api, city):
    ahead, before = (now() + timedelta(minutes=n) for n in (6, -3))
    position = {**city.position(), "captured_at": ahead.isoformat()}
    told = api.post("inspector1", "/field/shifts", 422, json={"position": position})
    assert (problem(told), told["errors"][0]["pointer"]) == ("position-in-future", "/position/captured_at")
    position = {**city.position(), "captured_at": before.isoformat()}
    shift = api.post("inspector1", "/field/shifts", 201, json={"position": position})
    assert shift["position"]["at"] == shift["started_at"]


def test_the_desk_sees_its_ground_and_ends_what_was_forgotten(api, city):
    near = api.post("inspector1", "/field/shifts", 201)["id"]
    far = api.post("inspector3", "/field/shifts", 201, json={"position": city.position(FAR_CELL)})["id"]

    def listed(who, **query):
        return {one["id"] for one in api.get(who, "/field/shifts", **query)["items"]}

    assert listed("leader") == listed("dispatcher", on_duty="true") == {near, far}
    assert listed("operator2") == {far}
    assert listed("inspector1") == {near}
    assert listed("supervisor", user=str(city.people["inspector3"])) == {far}
    assert listed("admin", on_duty="false") == set()
    api.post("operator2", f"/field/shifts/{near}/end", 404)
    api.post("inspector2", f"/field/shifts/{near}/end", 404)
    assert api.post("leader", f"/field/shifts/{near}/end")["end_reason"] == "desk"
    assert listed("admin", on_duty="false") == {near}
    for who in ("auditor", "evaluator", "unit1", "handler1", "citizen"):
        api.get(who, "/field/shifts", 403)
        api.get(who, f"/field/shifts/{near}/track", 403)
        api.post(who, "/field/shifts", 403)
    api.post("operator", "/field/shifts", 403)
    api.get(None, "/field/shifts", 401)
    assert api.get("operator", "/field/shifts", 422, on_duty="perhaps")
    assert api.get("operator", "/field/shifts", 422, person="me")


def test_shifts_come_in_pages_newest_first(api):
    ids = []
    for _ in range(5):
        shift = api.post("inspector1", "/field/shifts", 201)["id"]
        api.post("inspector1", f"/field/shifts/{shift}/end")
        ids.append(shift)
    found, cursor = [], None
    while True:
        page = api.get("leader", "/field/shifts", limit=2, **({"cursor": cursor} if cursor else {}))
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ids[::-1]
    assert problem(api.get("leader", "/field/shifts", 422, cursor="x")) == "bad-cursor"


# --- positions ----------------------------------------------------------------------------------------------------


def test_positions_are_taken_on_shift_only(api, city):
    assert problem(send(api, "inspector1", point(city), status=409)) == "not-on-shift"
    shift = api.post("inspector1", "/field/shifts", 201)["id"]
    began = now()
    taken = send(
        api,
        "inspector1",
        point(city, at=began),
        point(city, at=began),
        point(city, at=began + timedelta(minutes=9)),
        point(city, at=began - timedelta(hours=1)),
        {**point(city, at=began + timedelta(seconds=1)), "lon": 121.4},
    )
    assert (taken["accepted"], taken["duplicates"]) == (2, 1)
    assert [one["index"] for one in taken["refused"]] == [2, 3]
    track = api.get("inspector1", f"/field/shifts/{shift}/track")["items"]
    assert [one["jumped"] for one in track] == [False, track[1]["lon"] == 121.4 and track[1]["jumped"]]
    assert send(api, "inspector1", point(city, at=began))["duplicates"] == 1


def test_any_reference_system_is_taken(api, city):
    shift = api.post("inspector1", "/field/shifts", 201)["id"]
    at = city.position()
    send(api, "inspector1", point(city, at=now(), crs="gcj02"))
    (kept,) = api.get("inspector1", f"/field/shifts/{shift}/track")["items"]
    assert kept["crs"] == "wgs84"
    assert 0.001 < abs(kept["lon"] - at["lon"]) < 0.01


@pytest.mark.parametrize(
    "points",
    [
        [],
        [{"lon": 121.4, "lat": 31.2}],
        [{"lon": 121.4, "lat": 31.2, "at": "2026-03-10T10:00:00"}],
        [{"lon": 181, "lat": 31.2, "at": "2026-03-10T10:00:00Z"}],
        [{"lon": 121.4, "lat": 31.2, "at": "2026-03-10T10:00:00Z", "speed": 3}],
        [{"lon": 121.4, "lat": 31.2, "at": "2026-03-10T10:00:00Z", "crs": "epsg:3857"}],
        [{"lon": 121.4, "lat": 31.2, "at": "2026-03-10T10:00:00Z"}] * 501,
    ],
)
def test_what_is_no_point_is_refused(api, points):
    api.post("inspector1", "/field/shifts", 201)
    answer = api.post("inspector1", "/field/positions", 422, json={"points": points})
    assert answer["errors"][0]["pointer"].startswith("/points")


def test_reading_the_track_of_another_is_kept(api, city):
    shift = api.post("inspector1", "/field/shifts", 201)["id"]
    began = now()
    send(api, "inspector1", *(point(city, at=began + timedelta(seconds=n)) for n in range(3)))
    reads = text("SELECT user_id, what, subject_id::text, why FROM personal_reads")
    api.get("inspector1", f"/field/shifts/{shift}/track")
    api.get("inspector2", f"/field/shifts/{shift}/track", 404)
    api.get("operator2", f"/field/shifts/{shift}/track", 404)
    assert api.session.execute(reads).all() == []
    page = api.get("leader", f"/field/shifts/{shift}/track", limit=2, why="投诉核查")
    assert (len(page["items"]), page["next_cursor"] is None) == (2, False)
    rest = api.get("leader", f"/field/shifts/{shift}/track", limit=2, cursor=page["next_cursor"])
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)
    leader = city.people["leader"]
    assert api.session.execute(reads).all() == [(leader, "track", shift, "投诉核查"), (leader, "track", shift, "duty")]


# --- tasks --------------------------------------------------------------------------------------------------------


@pytest.fixture
def verifying(api, city):
    def make(**inputs):
        number = api.report()["case"]["number"]
        api.act("operator", number, "request_verify", **inputs)
        return number

    return make


def test_my_tasks_say_what_where_and_until_when(api, city, verifying):
    api.post("inspector1", "/field/shifts", 201, json={"position": city.position()})
    number = verifying()
    (task,) = api.get("inspector1", "/field/tasks", state="open")["items"]
    assert (task["kind"], task["state"], task["case_number"], task["case_state"]) == (
        "verify",
        "open",
        number,
        "verifying",
    )
    assert [area["level"] for area in task["areas"]] == ["city", "district", "street", "community", "cell"]
    assert task["areas"][-1]["code"] == CELL
    assert task["lamp"] == "green"
    assert task["due_at"] > task["asked_at"]
    assert datetime.fromisoformat(task["answer_by"]) - datetime.fromisoformat(task["asked_at"]) == timedelta(minutes=10)
    accepted = api.post("inspector1", f"/field/tasks/{task['id']}/accept")
    assert accepted["accepted_at"] is not None
    assert accepted["answer_by"] is None
    assert api.post("inspector1", f"/field/tasks/{task['id']}/accept") == accepted
    api.act("inspector1", number, "verify", photos=1, verdict="real", position=city.position())
    assert api.get("inspector1", "/field/tasks", state="open")["items"] == []
    (done,) = api.get("inspector1", "/field/tasks", state="done", kind="verify")["items"]
    assert (done["outcome"], done["lamp"], done["due_at"]) == ("done", None, None)
    (shown,) = api.get("operator", f"/cases/{number}")["tasks"]
    assert (shown["kind"], shown["outcome"], shown["assignee"]["id"]) == (
        "verify",
        "done",
        str(city.people["inspector1"]),
    )
    for masked in ("auditor", "evaluator"):
        (shown,) = api.get(masked, f"/cases/{number}")["tasks"]
        assert (shown["assignee"], shown["reason"], shown["outcome"]) == (None, None, "done")


def test_only_who_was_asked_answers(api, city, verifying):
    number = verifying(inspector_id=city.people["inspector1"])
    (task,) = api.get("inspector1", "/field/tasks")["items"]
    path = f"/field/tasks/{task['id']}"
    for who in ("inspector2", "handler1"):
        assert problem(api.post(who, f"{path}/accept", 404)) == "task-not-found"
        assert problem(api.post(who, f"{path}/decline", 404, json={"reason": "…"})) == "task-not-found"
        assert api.get(who, "/field/tasks")["items"] == []
    for who in ("operator", "unit1", "auditor", "citizen"):
        api.post(who, f"{path}/accept", 403)
    for who in ("operator", "auditor", "evaluator", "citizen"):
        api.get(who, "/field/tasks", 403)
    assert api.get("inspector1", "/field/tasks", kind="inspect") == {"items": [], "next_cursor": None}
    api.get("inspector1", "/field/tasks", 422, kind="walk")
    api.get("inspector1", "/field/tasks", 422, state="late")
    for reason in ({}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 501}, {"reason": "x", "why": "y"}):
        api.post("inspector1", f"{path}/decline", 422, json=reason)
    api.act("operator", number, "reject", reason="重复")
    assert problem(api.post("inspector1", f"{path}/accept", 409)) == "task-closed"


def test_declining_is_seen_by_the_desk(api, city, verifying):
    number = verifying(inspector_id=city.people["inspector1"])
    (task,) = api.get("inspector1", "/field/tasks")["items"]
    said = api.post("inspector1", f"/field/tasks/{task['id']}/decline", json={"reason": " 车坏了 "})
    assert (said["state"], said["outcome"], said["reason"]) == ("done", "declined", "车坏了")
    first, second = api.get("operator", f"/cases/{number}")["tasks"]
    assert (first["outcome"], first["reason"], first["closed_at"] is None) == ("declined", "车坏了", False)
    assert (second["assignee"]["id"], second["closed_at"]) == (str(city.people["inspector2"]), None)
    (mine,) = api.get("inspector2", "/field/tasks", state="open")["items"]
    stays = api.post("inspector2", f"/field/tasks/{mine['id']}/decline", json={"reason": "路封了"})
    assert (stays["state"], stays["outcome"]) == ("open", "declined")


def test_what_a_unit_handles_is_on_its_lists(api, city):
    number = api.report()["case"]["number"]
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    api.act("leader", number, "file")
    api.act("dispatcher", number, "dispatch")
    api.act("unit1", number, "assign", handler_id=city.people["handler1"])
    (task,) = api.get("handler1", "/field/tasks", kind="handle", state="open")["items"]
    assert (task["case_number"], task["type"]["code"], task["answer_by"]) == (number, RUBBISH_CODES["code"], None)
    assert [one["id"] for one in api.get("unit1", "/field/tasks")["items"]] == [task["id"]]
    assert api.get("unit2", "/field/tasks")["items"] == api.get("handler1b", "/field/tasks")["items"] == []
    assert api.post("handler1", f"/field/tasks/{task['id']}/accept")["accepted_at"] is not None
    api.act("handler1", number, "finish", photos=1, text="已清理")
    (done,) = api.get("handler1", "/field/tasks", state="done")["items"]
    assert (done["id"], done["outcome"]) == (task["id"], "done")
    assert api.get("unit1", "/field/tasks")["items"] == []


def test_tasks_come_in_pages(api, city, verifying):
    numbers = [verifying(inspector_id=city.people["inspector1"]) for _ in range(3)]
    first = api.get("inspector1", "/field/tasks", limit=2)
    rest = api.get("inspector1", "/field/tasks", limit=2, cursor=first["next_cursor"])
    assert [one["case_number"] for one in first["items"] + rest["items"]] == numbers[::-1]
    assert rest["next_cursor"] is None


def test_lists_take_the_same_statements_for_one_row_and_for_thirty(api, city, verifying, statements):
    asked = [
        ("inspector1", "/field/tasks"),
        ("inspector1", "/field/shifts"),
        ("leader", "/field/shifts"),
    ]

    def cost(who, path):
        api.get(who, path, limit=500)
        with statements() as sent:
            found = api.get(who, path, limit=500)
        return len(sent), len(found["items"])

    def shift():
        started = api.post("inspector1", "/field/shifts", 201)["id"]
        api.post("inspector1", f"/field/shifts/{started}/end")

    verifying(inspector_id=city.people["inspector1"])
    shift()
    one = [cost(*each) for each in asked]
    for _ in range(29):
        verifying(inspector_id=city.people["inspector1"])
        shift()
    many = [cost(*each) for each in asked]
    assert [rows for _, rows in one] == [1, 1, 1]
    assert [rows for _, rows in many] == [30, 30, 30]
    assert [count for count, _ in many] == [count for count, _ in one]
