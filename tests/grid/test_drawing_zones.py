"""Duty zones as they are drawn: made, given cells, given people, ended; and who answers for a place."""

from uuid import uuid4

import pytest
from sqlalchemy import text

FREE = ["310102001002001", "310102001002002"]
NEAR, NEXT = "310101001001001", "310101001001002"


def version(api, path="/grid/duty-zones"):
    return {"If-Match": api.call("admin", "GET", path).headers["ETag"]}


def make(api, status=201, **changes):
    zone = {"code": "Z9", "name": "新区", "cells": FREE, **changes}
    return api.post("admin", "/grid/duty-zones", status, json=zone)


def put(api, code, what, value, status=200, who="admin", headers=None):
    headers = headers or version(api)
    return api.call(
        who, "PUT", f"/grid/duty-zones/{code}/{what}", status, json={what: value}, headers=headers
    ).get_json()


def slug(problem):
    return problem["type"].removeprefix("/problems/")


def noted(session, code):
    found = text("SELECT action FROM admin_changes WHERE subject = :s ORDER BY at, id")
    return list(session.scalars(found, {"s": f"duty_zone:{code}"}))


def test_a_zone_is_made_once(api, session):
    made = make(api, people=[str(api.city.people["inspector3"])])
    assert (made["cells"], [one["name"] for one in made["people"]]) == (FREE, ["王小明"])
    assert slug(make(api, 409)) == "duty-zone-taken"
    assert slug(make(api, 422, code="Z8")) == "bad-duty-zone"
    assert slug(make(api, 422, code="a/b", cells=[FREE[0]])) == "invalid"
    assert noted(session, "Z9") == ["duty_zone.put"]
    api.post("leader", "/grid/duty-zones", 403, json={"code": "Z8", "name": "x", "cells": [FREE[0]]})


def test_cells_are_given_whole_and_people_stay(api):
    people = api.get("admin", "/grid/duty-zones/Z1")["people"]
    cells = [NEAR, NEXT]
    changed = put(api, "Z1", "cells", cells)
    assert (changed["cells"], changed["people"]) == (cells, people)
    apart = put(api, "Z1", "cells", [NEAR, "310101001001004"], 422)
    assert "shares no edge" in apart["errors"][0]["detail"]
    taken = put(api, "Z1", "cells", [NEAR, "310101001002001"], 422)
    assert "Z2" in str(taken["errors"])
    assert slug(put(api, "Z7", "cells", cells, 404)) == "unknown-duty-zone"
    put(api, "Z1", "cells", cells, 403, who="leader", headers={"If-Match": "*"})


def test_people_are_given_whole_and_cells_stay(api, session):
    before = api.get("admin", "/grid/duty-zones/Z1")
    one = str(api.city.people["inspector2"])
    changed = put(api, "Z1", "people", [one])
    assert [person["id"] for person in changed["people"]] == [one]
    assert changed["cells"] == before["cells"]
    assert put(api, "Z1", "people", [])["people"] == []
    assert slug(put(api, "Z1", "people", [str(uuid4())], 422)) == "bad-duty-zone"
    assert noted(session, "Z1")[-2:] == ["duty_zone.put", "duty_zone.put"]


@pytest.mark.parametrize("what", ["cells", "people"])
def test_a_zone_is_changed_under_its_version(api, what):
    old = version(api)
    make(api)
    api.call("admin", "PUT", f"/grid/duty-zones/Z9/{what}", 428, json={what: []} if what == "people" else {what: FREE})
    put(api, "Z9", what, [] if what == "people" else FREE, 412, headers=old)


def test_an_ended_zone_frees_its_cells(api, session):
    make(api)
    old = version(api)
    api.call("admin", "POST", "/grid/duty-zones/Z9/retire", 204, headers=version(api))
    api.get("admin", "/grid/duty-zones/Z9", 404)
    assert api.get("admin", f"/grid/areas/{FREE[0]}/people") == {"duty_zones": []}
    api.post("admin", "/grid/duty-zones/Z1/retire", 412, headers=old)
    api.post("admin", "/grid/duty-zones/Z9/retire", 404, headers={"If-Match": "*"})
    assert noted(session, "Z9") == ["duty_zone.put", "duty_zone.retire"]
    assert make(api, code="Z8")["cells"] == FREE


def test_staff_are_told_who_answers(api):
    (zone,) = api.get("operator", f"/grid/areas/{NEAR}/people")["duty_zones"]
    assert zone["code"] == "Z1"
    answering = {person["id"] for person in zone["people"]}
    assert answering == {str(api.city.people[name]) for name in ("inspector1", "inspector2")}
    everywhere = api.get("operator", "/grid/areas/3101/people")["duty_zones"]
    assert [one["code"] for one in everywhere] == ["Z1", "Z2", "Z3"]
    assert slug(api.get("operator", "/grid/areas/9999/people", 404)) == "unknown-area"
    api.get("citizen", f"/grid/areas/{NEAR}/people", 403)
    api.get(None, f"/grid/areas/{NEAR}/people", 401)
