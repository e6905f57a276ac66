"""The rules and their versions over HTTP, and what explaining says of parts."""

import pytest

from app.routing import service
from tests.factories.catalog import SCHEME
from tests.factories.routing import rule_row, rules

COVER = {"scheme": SCHEME, "kind": "part", "code": "01001"}


@pytest.fixture
def versions(session, city, now):
    """Two more versions: one that changes a rule, one that leaves another out; their numbers, the newest last."""
    before = rules(session, rule_row(lead="U01", area="310101"), rule_row(lead="U02", area="310102"), now=now).version
    rows = [rule_row(lead="U03", area="310101", helpers="U01"), rule_row(lead="U02", area="310102")]
    changed = service.import_rules(session, rows, now=now, actor_id=city.people["admin"]).version
    fewer = rules(session, rows[0], now=now).version
    session.commit()
    return before, changed, fewer


def leads(page):
    return sorted(item["lead"]["code"] for item in page["items"])


def test_the_rules_in_force_and_those_of_older_versions(api, versions):
    before, changed, fewer = versions
    shown = api.get("dispatcher", "/routing/rules")
    assert (shown["version"], leads(shown)) == (fewer, ["U03"])
    rule = shown["items"][0]
    assert (rule["version"], rule["retired_in"], rule["place"]) == (changed, None, "310101")
    assert [helper["code"] for helper in rule["helpers"]] == ["U01"]
    assert rule["for"] == f"type 06010 of {SCHEME} (matter) in district 310101"
    assert leads(api.get("dispatcher", "/routing/rules", version=changed)) == ["U02", "U03"]
    older = api.get("dispatcher", "/routing/rules", version=before)
    assert leads(older) == ["U01", "U02"]
    assert sorted(item["retired_in"] for item in older["items"]) == [changed, fewer]
    assert api.get("dispatcher", "/routing/rules", version=0)["items"] == []


def test_filters_of_the_rules(api, session, city, now):
    rows = [
        rule_row(lead="U01", valid_to="2026-03-10"),
        rule_row(lead="U02", area="310101001001001", helpers="U03"),
        {"lead": "U03", "area": "310102"},
    ]
    rules(session, *rows, now=now)
    session.commit()

    def found(**query):
        return leads(api.get("auditor", "/routing/rules", **query))

    assert found() == ["U01", "U02", "U03"]
    assert found(on="2026-03-09") == ["U01", "U02", "U03"]
    assert found(on="2026-03-10") == ["U02", "U03"]
    assert found(type="06010") == found(type=f"{SCHEME}|matter|06010") == ["U01", "U02"]
    assert found(area="310101") == ["U02"]
    assert found(organization="U03") == ["U02", "U03"]
    assert found(organization=str(city.units["U01"])) == ["U01"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", "99999"),
        ("version", "-1"),
        ("version", "x"),
        ("on", "tomorrow"),
        ("type", "99999"),
        ("area", "999999"),
        ("organization", "NOBODY"),
        ("colour", "red"),
        ("cursor", "abc"),
        ("limit", "0"),
    ],
)
def test_what_a_filter_does_not_know_is_refused(api, name, value):
    told = api.get("dispatcher", "/routing/rules", 422, **{name: value})
    assert told["errors"][0]["pointer"].startswith(f"/{name}")
    if (name, value) == ("type", "99999"):
        assert told["errors"][0]["detail"] == "there is no type 99999: write its code, or scheme|kind|code"


def test_pages_of_rules_and_versions(api, versions):
    before, changed, fewer = versions
    first = api.get("dispatcher", "/routing/rules", version=before, limit=1)
    second = api.get("dispatcher", "/routing/rules", version=before, limit=1, cursor=first["next_cursor"])
    assert leads({"items": first["items"] + second["items"]}) == ["U01", "U02"]
    assert second["next_cursor"] is None
    newest = api.get("dispatcher", "/routing/versions", limit=2)
    assert [(one["version"], one["added"], one["retired"]) for one in newest["items"]] == [
        (fewer, 0, 1),
        (changed, 1, 1),
    ]
    assert [one["by"] and one["by"]["name"] for one in newest["items"]] == [None, "王小明"]
    older = api.get("dispatcher", "/routing/versions", limit=2, cursor=newest["next_cursor"])
    assert older["items"][0]["version"] == before
    for cursor in ("abc", "WyJhIl0", "Wy0xXQ"):
        api.get("dispatcher", "/routing/versions", 422, cursor=cursor)
    api.get("citizen", "/routing/rules", 403)
    api.get("citizen", "/routing/versions", 403)


def test_lists_take_the_same_statements_for_one_row_and_for_many(api, session, now, statements):
    def cost(path):
        api.get("dispatcher", path)
        with statements() as sent:
            api.get("dispatcher", path)
        return len(sent)

    rules(session, rule_row(), now=now)
    session.commit()
    few = [cost("/routing/rules"), cost("/routing/versions")]
    for n in range(1, 9):
        rules(session, *(rule_row(area=f"310101001001{serial:03}") for serial in range(1, 4)), rule_row(), now=now)
        rules(session, rule_row(lead="U02" if n % 2 else "U01"), now=now)
    session.commit()
    assert [cost("/routing/rules"), cost("/routing/versions")] == few


def test_a_case_keeps_the_part_owner_it_was_routed_by(api, session, city, now):
    service.import_part_owners(session, [{"part": "3101*", "owner": "U03"}], now=now)
    session.commit()
    told = api.post(
        "dispatcher", "/routing/explain", json={"type": COVER, "position": city.position(), "part_code": "310199"}
    )
    assert (told["lead"]["code"], told["trace"][0]["source"]) == ("U03", "part_owner")
    without = api.post("dispatcher", "/routing/explain", json={"type": COVER, "position": city.position()})
    assert without["lead"]["code"] == "310101001"
    number = api.report("citizen", type=COVER, part_code="310199")["case"]["number"]
    api.act("operator", number, "accept", type=COVER, condition_id=city.condition("01001"))
    api.act("leader", number, "file")
    kept = api.get("leader", f"/cases/{number}/routing")
    assert kept["lead"]["code"] == "U03"
    assert kept["trace"][0]["for"] == "owner of the part 3101*"
    assert api.act("dispatcher", number, "dispatch")["owner"]["code"] == "U03"
