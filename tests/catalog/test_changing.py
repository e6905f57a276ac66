"""Types and filing conditions changed one at a time over HTTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.catalog import service
from app.core.db import unit_of_work
from app.core.errors import Stale
from app.core.models import AdminChange
from tests.factories.cases import RUBBISH, RUBBISH_CODES, act, to_state
from tests.factories.catalog import SCHEME, a_type, condition_row, type_row
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

NEW = {"text": "占道堆放", "limit": 1.5, "unit": "working_day", "close_text": "已清理"}
NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def etag(api, path):
    return {"If-Match": api.call("admin", "GET", path).headers["ETag"]}


def changes(session):
    session.expire_all()
    wanted = AdminChange.subject == f"type:{SCHEME}|matter|{RUBBISH}"
    rows = session.scalars(select(AdminChange).where(wanted).order_by(AdminChange.id))
    return [(row.action, row.actor_id, row.detail) for row in rows if row.actor_id is not None]


@pytest.fixture
def path(city):
    return f"/types/{city.types[RUBBISH].id}"


def test_a_type_is_shown_and_changed(api, session, city, path):
    shown = api.get(None, path)
    assert (shown["code"], shown["self_handle_allowed"], len(shown["conditions"])) == (RUBBISH, True, 3)
    assert shown["id"] == api.get(None, "/types", q=RUBBISH)["items"][0]["id"]
    seen = etag(api, path)
    body = {"name": "暴露生活垃圾", "self_handle_allowed": False}
    changed = api.call("admin", "PATCH", path, json=body, headers=seen).get_json()
    assert (changed["name"], changed["self_handle_allowed"]) == ("暴露生活垃圾", False)
    assert service.find_type(session, city.types[RUBBISH]).name == "暴露生活垃圾"
    api.call("admin", "PATCH", path, 412, json=body, headers=seen)
    api.call("admin", "PATCH", path, 428, json=body)
    ((action, actor, detail),) = changes(session)
    assert (action, actor) == ("type.change", city.people["admin"])
    assert (detail["before"], detail["after"]) == ({"name": "暴露垃圾", "self_handle_allowed": True}, body)
    # The same again is no change.
    api.call("admin", "PATCH", path, json=body, headers=etag(api, path))
    assert len(changes(session)) == 1


def test_a_condition_is_added_in_the_next_row(api, session, city, path):
    before = etag(api, path)
    made = api.call("admin", "POST", f"{path}/conditions", 201, json=NEW)
    added = made.get_json()
    assert (added["row"], added["limit"], added["valid_to"]) == (4, 1.5, None)
    assert added["type"] == RUBBISH_CODES
    assert api.get(None, f"/conditions/{added['id']}") == added
    assert etag(api, path) != before
    assert api.get(None, path)["conditions"][3]["id"] == added["id"]
    taken = api.post("admin", f"{path}/conditions", 409, json={**NEW, "row": 4})
    assert (taken["type"], taken["errors"][0]["pointer"]) == ("/problems/condition-row-taken", "/row")
    assert api.post("admin", f"{path}/conditions", 201, json={**NEW, "row": 9})["row"] == 9


def test_a_changed_condition_is_a_new_version_and_cases_keep_theirs(api, session, city, path):
    number = a_report(session, city, NOW)["case"]["number"]
    to_state(session, city, number, "to_dispatch", NOW)
    session.commit()
    old = city.condition()
    body = {"limit": 8, "unit": "urgent_hour"}
    changed = api.call("admin", "PATCH", f"/conditions/{old}", json=body, headers=etag(api, f"/conditions/{old}"))
    new = changed.get_json()
    assert (new["id"] != str(old), new["row"], new["limit"], new["unit"]) == (True, 1, 8, "urgent_hour")
    assert api.get(None, f"/conditions/{old}")["valid_to"] is not None
    assert api.get(None, path)["conditions"][0]["id"] == new["id"]
    # A fresh clock of the old case runs by what it was filed under, a new case by the new version.
    act(session, city, number, "dispatch", "dispatcher", NOW)
    session.commit()
    shown = api.get("operator", f"/cases/{number}")
    assert (shown["condition"]["id"], shown["clocks"][-1]["limit"]) == (str(old), 4)
    other = a_report(session, city, NOW)["case"]["number"]
    session.commit()
    refused = api.act("operator", other, "accept", 422, type=RUBBISH_CODES, condition_id=old)
    assert refused["type"] == "/problems/unknown-condition"
    api.act("operator", other, "accept", type=RUBBISH_CODES, condition_id=new["id"])
    action, _, detail = changes(session)[-1]
    assert (action, detail["before"]["limit"], detail["after"]["limit"]) == ("condition.change", "4", "8")
    gone = api.call("admin", "PATCH", f"/conditions/{old}", 409, json=body, headers={"If-Match": "*"}).get_json()
    assert gone["type"] == "/problems/condition-retired"
    # Saying the same again makes no version.
    same = api.call("admin", "PATCH", f"/conditions/{new['id']}", json=body, headers={"If-Match": "*"}).get_json()
    assert same["id"] == new["id"]


def test_a_condition_is_retired_but_never_the_last_one(api, session, city, path):
    ids = [one["id"] for one in api.get(None, path)["conditions"]]
    for one in ids[:-1]:
        told = api.post("admin", f"/conditions/{one}/retire", headers=etag(api, f"/conditions/{one}"))
        assert told["valid_to"] is not None
    last = api.post("admin", f"/conditions/{ids[-1]}/retire", 409, headers={"If-Match": "*"})
    assert last["type"] == "/problems/last-condition"
    assert api.post("admin", f"/conditions/{ids[0]}/retire", 409, headers={"If-Match": "*"})["type"].endswith("retired")
    # Its row is free again.
    assert api.post("admin", f"{path}/conditions", 201, json={**NEW, "row": 1})["id"] not in ids


def test_an_import_replaces_the_version_in_force(api, session, city, path):
    old = city.condition()
    new = api.call("admin", "PATCH", f"/conditions/{old}", json={"limit": 8}, headers={"If-Match": "*"}).get_json()
    same = condition_row(text=new["text"], limit="8", close_text=new["close_text"])
    service.import_types(session, [type_row()], [same], now=NOW)
    (found,) = service.find_type(session, city.types[RUBBISH]).conditions
    assert (str(found.id), found.row, found.limit.amount) == (new["id"], 1, 8)
    service.import_types(session, [type_row()], [{**same, "limit": "6"}], now=NOW)
    (found,) = service.find_type(session, city.types[RUBBISH]).conditions
    assert (found.id not in {UUID(new["id"]), old}, found.row, found.limit.amount) == (True, 1, 6)


@pytest.mark.parametrize(
    ("state", "action", "who"),
    [
        ("to_dispatch", "dispatch", "dispatcher"),
        ("on_hold", "resume", "dispatcher"),
        ("closed", "reopen", "supervisor"),
    ],
)
def test_clocks_that_begin_after_an_import_keep_the_limit_that_the_case_was_filed_under(
    api, session, city, state, action, who
):
    number = a_report(session, city, NOW)["case"]["number"]
    to_state(session, city, number, state, NOW)
    session.commit()
    filed = api.get("operator", f"/cases/{number}")["condition"]
    changed = condition_row(text=filed["text"], limit="1", unit="urgent_hour", close_text="已清运")
    service.import_types(session, [type_row()], [changed], now=NOW)
    act(session, city, number, action, who, NOW)
    session.commit()
    shown = api.get("operator", f"/cases/{number}")
    assert (shown["state"], shown["condition"]) == ("handling", filed)
    assert (shown["clocks"][-1]["limit"], shown["clocks"][-1]["unit"]) == (4, "working_hour")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"limit": 0}, "/limit"),
        ({"limit": 10001}, "/limit"),
        ({"limit": 0.00001}, "/limit"),
        ({"limit": "2"}, "/limit"),
        ({"unit": "week"}, "/unit"),
        ({"text": ""}, "/text"),
        ({"close_text": None}, "/close_text"),
        ({"row": 0}, "/row"),
        ({"colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_is_pointed_at(api, path, body, pointer):
    told = api.post("admin", f"{path}/conditions", 422, json={**NEW, **body})
    assert pointer in {one["pointer"] for one in told["errors"]}


def test_only_administrators_change_the_catalogue(api, city, path):
    condition = f"/conditions/{city.condition()}"
    for who, status in (("operator", 403), ("auditor", 403), ("citizen", 403), (None, 401)):
        api.get(who, path)
        api.get(who, condition)
        api.call(who, "PATCH", path, status, json={"name": "x"}, headers={"If-Match": "*"})
        api.post(who, f"{path}/conditions", status, json=NEW)
        api.call(who, "PATCH", condition, status, json={"limit": 1}, headers={"If-Match": "*"})
        api.post(who, f"{condition}/retire", status, headers={"If-Match": "*"})
    api.get(None, f"/types/{uuid4()}", 404)
    api.get(None, f"/conditions/{uuid4()}", 404)
    api.post("admin", f"/types/{uuid4()}/conditions", 404, json=NEW)


def test_of_two_who_saw_the_same_condition_one_changes_it(committed):
    with unit_of_work() as session:
        found = a_type(session).conditions[0].id
        seen = service.one_condition(session, found).version

    def change(limit):
        try:
            with unit_of_work() as session:
                service.change_condition(session, found, {"limit": limit}, expected=seen, now=NOW)
        except Stale:
            return "stale"
        except Exception as other:  # noqa: BLE001 -- told apart below
            return type(other).__name__
        return "changed"

    with ThreadPoolExecutor(3) as pool:
        done = sorted(pool.map(change, [1.0, 2.0, 3.0]))
    assert done.count("changed") == 1
    assert set(done) == {"changed", "stale"}
