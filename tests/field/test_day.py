"""A whole day of three inspectors over HTTP, from going on duty to the end."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.cases.service import asking
from app.core.db import unit_of_work
from tests.factories.cases import RUBBISH_CODES

pytestmark = pytest.mark.slow

CELL, NEXT_CELL, FURTHER = "310101001001001", "310101001001002", "310101001002002"


def test_a_day(api, city):
    here = city.position()
    places = {"inspector1": CELL, "inspector2": NEXT_CELL, "outsider": FURTHER}
    shifts = {}
    for who, cell in places.items():
        shifts[who] = api.post(who, "/field/shifts", 201)["id"]
        points = [{**city.position(cell), "accuracy_m": 7, "at": datetime.now(UTC).isoformat()}]
        assert api.post(who, "/field/positions", json={"points": points})["accepted"] == 1
    on_duty = api.get("leader", "/field/shifts", on_duty="true")["items"]
    assert {one["position"]["lon"] for one in on_duty} == {city.position(cell)["lon"] for cell in places.values()}

    # The nearest is asked to look, and does not answer.
    number = api.report()["case"]["number"]
    api.act("operator", number, "request_verify")
    (first,) = api.get("inspector1", "/field/tasks", state="open")["items"]
    assert (first["kind"], first["case_number"], first["accepted_at"]) == ("verify", number, None)
    ten_minutes_on(api)
    assert api.get("inspector1", "/field/tasks", state="open")["items"] == []
    assert api.get("inspector1", "/field/tasks", state="done")["items"][0]["outcome"] == "lapsed"

    # The next one is, and verifies it, which is accepting as well.
    (second,) = api.get("inspector2", "/field/tasks", state="open")["items"]
    assert (second["kind"], second["case_number"]) == ("verify", number)
    api.act("inspector1", number, "verify", 403, photos=1, verdict="real", position=here)
    api.act("inspector2", number, "verify", photos=1, verdict="real", position=here)

    # The work is done; whoever verified it stands nearest by now, and somebody else is asked to check.
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    api.act("leader", number, "file")
    api.act("dispatcher", number, "dispatch")
    points = [{**here, "at": datetime.now(UTC).isoformat()}]
    api.post("inspector2", "/field/positions", json={"points": points})
    api.post("inspector1", f"/field/shifts/{shifts['inspector1']}/end")
    api.act("unit1", number, "finish", photos=1, text="已清理")
    (third,) = api.get("outsider", "/field/tasks", state="open")["items"]
    assert (third["kind"], third["case_number"]) == ("check", number)
    api.post("outsider", f"/field/tasks/{third['id']}/accept")
    ten_minutes_on(api)
    api.act("outsider", number, "check", photos=1, verdict="passed", position=city.position())
    closed = api.act("leader", number, "close")

    told = [(one["kind"], one["outcome"], one["assignee"]["id"]) for one in closed["tasks"]]
    assert told == [
        ("verify", "lapsed", str(city.people["inspector1"])),
        ("verify", "done", str(city.people["inspector2"])),
        ("check", "done", str(city.people["outsider"])),
    ]
    assert all((one["accepted_at"] is not None) is (one["outcome"] == "done") for one in closed["tasks"])
    for who in ("inspector2", "outsider"):
        assert api.post(who, f"/field/shifts/{shifts[who]}/end")["end_reason"] == "self"
    assert api.get("leader", "/field/shifts", on_duty="true")["items"] == []
    api.chain(number)


def ten_minutes_on(api):
    """As if the time to answer had passed: the offers are put back, the job's service runs."""
    api.session.execute(text("UPDATE case_tasks SET expires_at = expires_at - interval '10 minutes'"))
    api.session.commit()
    with unit_of_work() as session:
        asking.reoffer(session, now=datetime.now(UTC), most=50)
