"""What the console asks: settings, counts, the wall, the search box, what people keep."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.cases.rules import END_STATES, State
from tests.factories.cases import RUBBISH, RUBBISH_CODES

pytestmark = pytest.mark.slow

NEAR, FAR = "310101001001001", "310102001001001"
OPEN = [state.value for state in State if state not in END_STATES]


@pytest.fixture
def cases(api):
    """Two cases in the near district, one in the far one; one of the near ones is accepted."""
    numbers = [api.report(cell=cell, description=words)["case"]["number"] for cell, words in WORDS]
    api.act("operator", numbers[0], "accept", type=RUBBISH_CODES, condition_id=api.city.condition(RUBBISH))
    return numbers


WORDS = [(NEAR, "人民路垃圾桶满了"), (NEAR, "井盖松动"), (FAR, "Broken lamp at the corner")]


def by_state(counts):
    return {row["state"]: row["open"] for row in counts["items"] if row["open"]}


# --- settings -----------------------------------------------------------------------------------------------------


def test_everybody_is_told_of_the_city(api):
    found = api.get(None, "/console/settings")
    west, south, east, north = found["city"]["bounds"]
    assert (found["city"]["code"], found["zone"], found["basemap"]) == ("3101", "Asia/Shanghai", None)
    assert (west, south) == pytest.approx((121.4, 31.2))
    assert west < east
    assert south < north


def test_before_the_boundaries_there_is_no_city(client):
    assert client.get("/api/v1/console/settings").get_json()["city"] is None


# --- counts -------------------------------------------------------------------------------------------------------


def test_counts_are_those_of_the_list(api, cases):
    counts = api.get("operator", "/cases/counts")
    assert [row["state"] for row in counts["items"]] == OPEN
    assert by_state(counts) == {"received": 2, "to_file": 1}
    assert (counts["open"], counts["overdue"], counts["mine"]) == (3, 0, {"open": 0, "overdue": 0})
    assert all(row["open"] == sum(row[lamp] for lamp in ("green", "yellow", "red", "grey")) for row in counts["items"])


def test_lamps_are_counted_at_this_moment(api, cases, session):
    turned = text("UPDATE cases SET yellow_at = now() - interval '2 h', due_at = now() + :left WHERE number = :n")
    session.execute(turned, {"n": cases[1], "left": timedelta(hours=-1)})
    session.execute(turned, {"n": cases[2], "left": timedelta(hours=1)})
    session.execute(text("UPDATE cases SET paused = true WHERE number = :n"), {"n": cases[0]})
    session.commit()
    counts = api.get("operator", "/cases/counts")
    lamps = Counter()
    for row in counts["items"]:
        lamps.update({lamp: row[lamp] for lamp in ("green", "yellow", "red", "grey")})
    assert lamps == {"green": 0, "yellow": 1, "red": 1, "grey": 1}
    assert counts["overdue"] == 1
    for lamp, count in lamps.items():
        assert len(api.get("operator", "/cases", lamp=lamp)["items"]) == count
        assert api.get("operator", "/cases/counts", lamp=lamp)["open"] == count


def test_what_one_may_not_see_is_not_counted(api, cases):
    assert api.get("operator2", "/cases/counts")["open"] == 1
    assert api.get("unit1", "/cases/counts")["open"] == 0
    assert api.get("inspector1", "/cases/counts")["open"] == 2
    api.get("citizen", "/cases/counts", 403)
    api.get(None, "/cases/counts", 401)


def test_what_is_mine_is_counted_apart(api, cases, session):
    api.act("operator", cases[1], "take_over")
    assert api.get("operator", "/cases/counts")["mine"] == {"open": 1, "overdue": 0}
    assert api.get("colleague", "/cases/counts")["mine"] == {"open": 0, "overdue": 0}


def test_what_is_seen_for_several_reasons_is_counted_once(api, cases):
    number = api.report("inspector1", cell=NEAR)["case"]["number"]
    assert api.get("inspector1", "/cases/counts")["open"] == 3
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=api.city.condition(RUBBISH))
    assert api.get("inspector1", "/cases/counts")["open"] == 3
    assert len(api.get("inspector1", "/cases")["items"]) == 3


def test_counts_are_narrowed_like_the_list(api, cases):
    assert api.get("operator", "/cases/counts", area="310102")["open"] == 1
    assert api.get("operator", "/cases/counts", state="to_file")["open"] == 1
    assert api.get("operator", "/cases/counts", q="井盖")["open"] == 1
    assert api.get("operator", "/cases/counts", type=RUBBISH)["open"] == 1
    assert api.get("operator", "/cases/counts", area="999", status=422)["errors"][0]["pointer"] == "/area"
    api.get("operator", "/cases/counts", 422, state="gone")
    api.get("operator", "/cases/counts", 422, limit=1)


def test_counts_take_two_statements(api, cases, statements):
    api.get("operator", "/cases/counts")
    with statements() as sent:
        api.get("operator", "/cases/counts")
    assert len([one for one in sent if "FROM cases" in one]) == 2


# --- the wall -----------------------------------------------------------------------------------------------------


def test_the_wall_shows_today_and_the_days_before(api, cases, session):
    session.execute(
        text("UPDATE cases SET opened_at = opened_at - interval '2 days' WHERE number = :n"), {"n": cases[2]}
    )
    session.commit()
    wall = api.get("leader", "/cases/overview", days=7)
    assert len(wall["trend"]) == 7
    assert [day["received"] for day in wall["trend"]] == [0, 0, 0, 0, 1, 0, 2]
    assert wall["numbers"]["received_today"] == 2
    assert sum(hour["received"] for hour in wall["by_hour"]) == 2
    assert (wall["numbers"]["open"], wall["numbers"]["closed_today"]) == (3, 0)
    assert wall["numbers"]["on_time_today"] == {"numerator": 0, "denominator": 0}
    assert [(one["kind"], one["open"], one["overdue"]) for one in wall["by_class"]] == [("matter", 1, 0)]


def test_the_wall_shows_who_is_late(api, cases, session):
    number = cases[0]
    api.act("leader", number, "file")
    api.act("dispatcher", number, "dispatch", lead_id=api.city.units["U01"])
    wall = api.get("leader", "/cases/overview")
    assert wall["numbers"]["filed_today"] == 1
    (share,) = wall["overdue_by_unit"]
    assert (share["unit"]["code"], share["open"], share["overdue"]) == ("U01", 1, 0)
    session.execute(
        text("UPDATE cases SET yellow_at = now() - interval '2 h', due_at = now() - interval '1 h' WHERE number = :n"),
        {"n": number},
    )
    session.commit()
    wall = api.get("leader", "/cases/overview")
    assert wall["overdue_by_unit"][0]["overdue"] == 1
    assert wall["numbers"]["overdue"] == 1


def test_the_wall_shows_how_many_were_in_time(api, cases):
    number = cases[0]
    api.act("leader", number, "file")
    api.act("dispatcher", number, "dispatch", lead_id=api.city.units["U01"])
    api.act("unit1", number, "finish", text="清理完毕", photos=1)
    position = api.city.position()
    api.act("inspector1", number, "check", verdict="passed", photos=1, position=position)
    api.act("leader", number, "close")
    numbers = api.get("leader", "/cases/overview")["numbers"]
    assert (numbers["closed_today"], numbers["open"]) == (1, 2)
    assert numbers["on_time_today"] == {"numerator": 1, "denominator": 1}


def test_the_wall_is_of_ones_own_ground(api, cases):
    assert api.get("operator2", "/cases/overview")["numbers"]["open"] == 1
    assert api.get("auditor", "/cases/overview")["numbers"]["on_duty"] is None
    api.get("unit1", "/cases/overview", 403)
    api.get("leader", "/cases/overview", 422, days=6)
    api.get("leader", "/cases/overview", 422, days=91)


def test_the_wall_counts_who_is_on_duty(api, cases):
    assert api.get("leader", "/cases/overview")["numbers"]["on_duty"] == 0
    api.post("inspector1", "/field/shifts", 201, json={"position": api.city.position()})
    assert api.get("leader", "/cases/overview")["numbers"]["on_duty"] == 1
    assert api.get("operator2", "/cases/overview")["numbers"]["on_duty"] == 0


def test_the_wall_takes_as_many_statements_for_a_month_as_for_a_week(api, cases, statements):
    api.get("leader", "/cases/overview")
    sent = []
    for days in (7, 90):
        with statements() as these:
            api.get("leader", "/cases/overview", days=days)
        sent.append(len(these))
    assert sent[0] == sent[1]


# --- the search box -----------------------------------------------------------------------------------------------


def groups(api, who, q, **query):
    return {group["kind"]: group["items"] for group in api.get(who, "/search", q=q, **query)["groups"]}


def test_cases_are_found_by_number_and_words(api, cases):
    (found,) = groups(api, "operator", cases[1])["case"]
    assert (found["number"], found["title"]) == (cases[1], "井盖松动")
    assert {one["number"] for one in groups(api, "operator", cases[0][:8])["case"]} == set(cases)
    assert [one["number"] for one in groups(api, "operator", "井盖")["case"]] == [cases[1]]
    assert [one["number"] for one in groups(api, "operator", "垃圾桶")["case"]] == [cases[0]]
    assert [one["number"] for one in groups(api, "operator", "broken LAMP")["case"]] == [cases[2]]


def test_older_cases_are_found_by_the_index_of_words(api, cases, monkeypatch):
    monkeypatch.setattr("app.cases.queries.listing.WINDOW", 1)
    assert [one["number"] for one in groups(api, "operator", "垃圾桶")["case"]] == [cases[0]]


def test_what_one_may_not_see_is_not_found(api, cases):
    assert "case" not in groups(api, "operator2", "井盖松")
    assert "case" not in groups(api, "unit1", cases[1])
    assert "case" not in groups(api, "auditor", "井盖松")
    (masked,) = groups(api, "auditor", cases[0])["case"]
    assert "人民路" not in masked["title"] + masked["subtitle"]
    api.get("citizen", "/search", 403, q="井盖")


def test_wildcards_are_characters(api, cases):
    assert groups(api, "operator", "%") == {}
    assert groups(api, "operator", "_") == {}


def test_areas_people_and_units_are_found(api, cases):
    assert [one["code"] for one in groups(api, "operator", "310102", limit=1)["area"]] == ["310102"]
    assert groups(api, "operator", "Street", limit=2)["area"][0]["position"]["crs"] == "wgs84"
    person = groups(api, "operator", "inspector3")["person"][0]
    assert (person["code"], person["id"]) == ("inspector3", str(api.city.people["inspector3"]))
    assert groups(api, "operator", "u01")["unit"][0]["code"] == "U01"
    api.get("operator", "/search", 422, q="   ")
    api.get("operator", "/search", 422, q="x", limit=21)


# --- what people keep ---------------------------------------------------------------------------------------------


def put(api, who, name, query, status=200, **more):
    return api.call(who, "PUT", f"/me/saved-filters/{name}", status, json={"query": query, **more}).get_json()


def names(api, who):
    return [(one["name"], one["mine"]) for one in api.get(who, "/me/saved-filters")["items"]]


def test_filters_are_kept_by_name(api):
    put(api, "operator", "超时", {"lamp": "red", "sort": "due_at", "from": "2026-03-01"})
    put(api, "operator", "垃圾", {"q": "垃圾"})
    put(api, "operator", "超时", {"lamp": "red,yellow"})
    (first, second) = api.get("operator", "/me/saved-filters")["items"]
    assert {first["name"]: first["query"], second["name"]: second["query"]} == {
        "超时": {"lamp": "red,yellow"},
        "垃圾": {"q": "垃圾"},
    }
    api.call("operator", "DELETE", "/me/saved-filters/超时", 204)
    assert names(api, "operator") == [("垃圾", True)]
    gone = api.call("operator", "DELETE", "/me/saved-filters/超时", 404).get_json()
    assert gone["type"] == "/problems/saved-filter-not-found"


def test_a_filter_may_name_a_part_and_a_mark(api):
    put(api, "operator", "退回", {"mark": "returned", "part": "3101010101000001"})
    (kept,) = api.get("operator", "/me/saved-filters")["items"]
    assert kept["query"] == {"mark": "returned", "part": "3101010101000001"}
    api.get("operator", "/cases", **kept["query"])


def test_a_filter_that_the_list_would_refuse_is_not_kept(api):
    put(api, "operator", "x", {"mark": "red"}, 422)
    put(api, "operator", "x", {"states": "received"}, 422)
    put(api, "operator", "x", {"state": "gone"}, 422)
    put(api, "operator", "x", {"bbox": "1,2"}, 422)
    put(api, "operator", "x", {"from": "yesterday"}, 422)
    put(api, "operator", "x", {"sort": "number"}, 422)
    put(api, "operator", "y" * 61, {}, 422)
    assert names(api, "operator") == []


def test_shared_filters_are_seen_by_colleagues_only(api):
    put(api, "operator", "大家的", {"state": "received"}, shared=True)
    put(api, "operator", "我的", {"state": "to_file"})
    put(api, "colleague", "自己的", {"state": "to_file"})
    assert names(api, "colleague") == [("自己的", True), ("大家的", False)]
    assert names(api, "unit1") == []
    shared = api.get("colleague", "/me/saved-filters")["items"][1]
    assert shared["by"]
    api.call("colleague", "DELETE", "/me/saved-filters/大家的", 404)
    api.get("citizen", "/me/saved-filters", 403)


def test_there_is_an_end_to_filters(api, session):
    fill = text("""
        INSERT INTO saved_filters (user_id, name, query, created_at, updated_at)
        SELECT :who, 'f' || n, '{}', now(), now() FROM generate_series(1, 50) n""")
    session.execute(fill, {"who": api.city.people["operator"]})
    session.commit()
    assert put(api, "operator", "f51", {}, 409)["type"] == "/problems/too-many-saved-filters"
    put(api, "operator", "f50", {"q": "x"})
    put(api, "colleague", "f51", {})


def test_preferences_stay_until_they_are_changed(api):
    usual = {"language": "zh-CN", "theme": "auto", "sound": False, "density": "compact"}
    assert api.get("operator", "/me/preferences") == usual
    changed = api.call("operator", "PUT", "/me/preferences", 200, json={"theme": "dark", "sound": True}).get_json()
    assert changed == {**usual, "theme": "dark", "sound": True}
    api.call("operator", "PUT", "/me/preferences", 200, json={"language": "en"})
    assert api.get("operator", "/me/preferences") == {**usual, "theme": "dark", "sound": True, "language": "en"}
    assert api.get("colleague", "/me/preferences") == usual
    api.call("operator", "PUT", "/me/preferences", 422, json={"theme": "pink"})
    api.call("operator", "PUT", "/me/preferences", 422, json={"font": "big"})
