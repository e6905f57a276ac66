"""Corrections from the field: who proposes, who decides, what the register says afterwards."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from tests.factories.cases import COVER_CODES, FAR
from tests.factories.parts import COVER_CODE, some_parts

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)


@pytest.fixture
def codes(session, city):
    return some_parts(session, city, NOW)


def propose(api, who="inspector1", status=201, **body):
    return api.post(who, "/parts/proposals", status, json={"reason": "与现场不符", **body})


def decide(api, proposal, what="accept", who="operator", status=200, **body):
    return api.post(who, f"/parts/proposals/{proposal['id']}/{what}", status, json=body)


def test_a_new_part_gets_its_code_when_it_is_accepted(api, city, codes):
    photo = api.photo("inspector1")
    changes = {"name": "新井", "owner_id": str(city.units["U01"])}
    made = propose(
        api,
        kind="new",
        type=COVER_CODES,
        position=dict(zip(("lon", "lat"), city.spot(), strict=True)),
        changes=changes,
        photo_ids=[photo],
    )
    assert (made["state"], made["part_code"], made["photo_ids"]) == ("open", None, [photo])
    done = decide(api, made)
    assert (done["state"], done["part_code"], done["before"]) == ("accepted", COVER_CODE.format(6), None)
    assert done["decided_by"]["id"] == str(city.people["operator"])
    part = api.get("operator", f"/parts/{done['part_code']}")
    assert (part["name"], part["owner"]["code"]) == ("新井", "U01")


def test_a_moved_a_missing_and_a_changed_part(api, session, city, codes):
    there = dict(zip(("lon", "lat"), city.spot("310101001002001"), strict=True))
    moved = decide(api, propose(api, kind="moved", part_code=codes[0], position=there))
    assert (moved["before"]["cell_code"], moved["after"]["cell_code"]) == ("310101001001001", "310101001002001")
    decide(api, propose(api, kind="missing", part_code=codes[1]))
    changed = {"state": "damaged", "name": "井 A"}
    decide(api, propose(api, kind="changed", part_code=codes[2], changes=changed), who="leader")
    states = [api.get("operator", f"/parts/{code}")["state"] for code in codes[:3]]
    assert states == ["intact", "missing", "damaged"]
    count = "SELECT count(*) FROM admin_changes WHERE action = 'part_proposal.accepted'"
    assert session.execute(text(count)).scalar() == 3


def test_a_refusal_says_why_and_changes_nothing(api, codes):
    made = propose(api, kind="missing", part_code=codes[0])
    done = decide(api, made, "refuse", reason="照片上可见")
    assert (done["state"], done["decision"]) == ("refused", "照片上可见")
    assert api.get("operator", f"/parts/{codes[0]}")["version"] == 1
    assert decide(api, made, status=409)["type"] == "/problems/part-proposal-settled"


def test_who_proposes_and_who_decides(api, codes):
    made = propose(api, kind="missing", part_code=codes[0])
    propose(api, "auditor", 403, kind="missing", part_code=codes[0])
    propose(api, "citizen", 403, kind="missing", part_code=codes[0])
    for who in ("inspector1", "unit1", "auditor"):
        decide(api, made, who=who, status=403)
    assert decide(api, made, who="operator2", status=404)["type"] == "/problems/part-proposal-not-found"
    for who, seen in (("operator", 1), ("inspector1", 1), ("inspector2", 0), ("operator2", 0), ("auditor", 1)):
        found = api.get(who, "/parts/proposals", state="open")["items"]
        assert len(found) == seen, who
        api.get(who, f"/parts/proposals/{made['id']}", 200 if seen else 404)
    assert api.get("operator", "/parts/proposals", area=FAR)["items"] == []
    assert api.get("operator", "/parts/proposals", state="accepted")["items"] == []


def test_sending_again_has_one_effect(api, codes):
    body = {"id": "0f2f1f9e-0000-4000-8000-000000000002", "kind": "missing", "part_code": codes[0]}
    first = propose(api, **body)
    assert propose(api, status=200, **body) == first
    assert propose(api, "inspector2", 409, **body)["type"] == "/problems/part-proposal-id-taken"


def test_pages_and_statements(api, codes, statements):
    for _ in range(3):
        propose(api, kind="missing", part_code=codes[0])

    def sent_for(limit):
        with statements() as sent:
            page = api.get("operator", "/parts/proposals", limit=limit)
        return len(sent), page

    api.headers("operator")
    few, page = sent_for(1)
    many, whole = sent_for(50)
    assert few == many
    after = api.get("operator", "/parts/proposals", cursor=page["next_cursor"])["items"]
    assert page["items"] + after == whole["items"]
    assert len(whole["items"]) == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "new"}, "/position"),
        ({"kind": "moved"}, "/part_code"),
        ({"kind": "missing"}, "/part_code"),
        ({"kind": "changed"}, "/changes"),
        ({"kind": "missing", "changes": {"name": "x"}}, "/part_code"),
        ({"kind": "gone"}, "/kind"),
        ({"kind": "missing", "reason": " "}, "/reason"),
    ],
)
def test_proposals_that_say_too_little(api, codes, body, pointer):
    assert propose(api, status=422, **body)["errors"][0]["pointer"] == pointer


def test_proposals_about_what_is_not_there(api, codes):
    propose(api, status=404, kind="missing", part_code="31010101001999999")
    api.post("admin", f"/parts/{codes[0]}/retire", headers={"If-Match": "*"})
    assert propose(api, status=422, kind="missing", part_code=codes[0])["type"] == "/problems/bad-part-proposal"
    made = propose(api, kind="missing", part_code=codes[1])
    assert decide(api, made, status=422, code="x")["errors"][0]["pointer"] == "/code"
    api.post("admin", f"/parts/{codes[1]}/retire", headers={"If-Match": "*"})
    assert decide(api, made, status=409)["type"] == "/problems/part-retired"
