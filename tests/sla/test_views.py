"""Calendars and limits of stages over HTTP."""

from datetime import date

import pytest
from sqlalchemy import select

from app.core.models import AdminChange
from app.sla import service
from app.sla.rules import Calendar, Stage, hours_of
from app.sla.rules.days import Why, days_of

ANY = {"If-Match": "*"}
OFFICE = [["08:00", "12:00"], ["14:00", "18:00"]]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)
CITY = {"tz": "Asia/Shanghai", "week": WEEK, "nominal_minutes": 480, "holidays": "CN"}


def etag(api, path="/calendars/city"):
    return {"If-Match": api.call("admin", "GET", path).headers["ETag"]}


def put(api, path, status=200, match=ANY, who="admin", **body):
    return api.call(who, "PUT", path, status, json=body, headers=match)


def changes(session, subject):
    session.expire_all()
    query = select(AdminChange).where(AdminChange.subject == subject).order_by(AdminChange.id)
    return [(row.action, row.actor_id, row.detail) for row in session.scalars(query)]


def days(api, first, last):
    return {one["day"]: one for one in api.get(None, "/calendars/city/days", **{"from": first, "to": last})["items"]}


def test_a_calendar_is_shown_in_force_and_as_it_was(api):
    (listed,) = api.get(None, "/calendars")["items"]
    shown = api.get(None, "/calendars/city")
    assert {name: shown[name] for name in listed} == listed
    assert (shown["in_force"], shown["week"], shown["corrections"]) == (True, WEEK, [])
    put(api, "/calendars/city/corrections/2026-03-11", working=False, note="防汛停工")
    assert api.get(None, "/calendars/city")["version"] == shown["version"] + 1
    older = api.get(None, "/calendars/city", version=shown["version"])
    assert (older["in_force"], older["published_at"]) == (False, shown["published_at"])
    assert api.get(None, "/calendars/city", 404, version=99)["type"] == "/problems/calendar-not-found"
    assert api.get(None, "/calendars/mars", 404)["type"] == "/problems/calendar-not-found"
    api.get(None, "/calendars/city", 422, version=0)


def test_a_calendar_is_changed_and_the_change_written_down(api, session, city):
    seen = etag(api)
    body = {**CITY, "week": {**WEEK, "sat": [["08:00", "12:00"]]}}
    changed = put(api, "/calendars/city", match=seen, **body).get_json()
    assert (changed["version"], changed["week"]["sat"]) == (2, [["08:00", "12:00"]])
    assert service.calendar(session).version == 2
    assert put(api, "/calendars/city", 412, match=seen, **body).get_json()["type"] == "/problems/stale-version"
    api.call("admin", "PUT", "/calendars/city", 428, json=body)
    # Exactly as it is: no version, no line.
    assert put(api, "/calendars/city", match=etag(api), **body).get_json()["version"] == 2
    ((action, actor, detail),) = changes(session, "calendar:city")
    assert (action, actor) == ("calendar.change", city.people["admin"])
    assert ("sat" in detail["before"]["week"], "sat" in detail["after"]["week"]) == (False, True)


def test_another_calendar_is_made(api, session):
    body = {"tz": "Europe/Berlin", "week": {"mon": [["22:00", "24:00"]]}, "holidays": "DE-BY"}
    put(api, "/calendars/bayern", 404, match={"If-Match": '"7"'}, **body)
    made = put(api, "/calendars/bayern", **body).get_json()
    assert (made["version"], made["nominal_minutes"]) == (1, 480)
    assert [one["code"] for one in api.get(None, "/calendars")["items"]] == ["bayern", "city"]
    first = api.get(None, "/calendars", limit=1)
    rest = api.get(None, "/calendars", limit=1, cursor=first["next_cursor"])
    assert (rest["items"][0]["code"], rest["next_cursor"]) == ("city", None)
    assert changes(session, "calendar:bayern")[0][2]["before"] is None


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"tz": "Mars/Base"}, "/tz"),
        ({"week": {"mon": [["12:00", "08:00"]]}}, "/week"),
        ({"week": {"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}}, "/week"),
        ({"week": {"sol": OFFICE}}, "/week/sol"),
        ({"week": {"mon": [["8", "12:00"]]}}, "/week/mon/0/0"),
        ({"nominal_minutes": 0}, "/nominal_minutes"),
        ({"holidays": "china"}, "/holidays"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_what_cannot_be_is_pointed_at(api, body, pointer):
    told = put(api, "/calendars/city", 422, **{**CITY, **body}).get_json()
    assert pointer in {one["pointer"] for one in told["errors"]}


def test_a_week_without_work_and_unknown_holidays_are_refused(api):
    assert put(api, "/calendars/city", 422, **{**CITY, "week": {}}).get_json()["type"] == "/problems/bad-calendar"
    assert put(api, "/calendars/city", 422, **{**CITY, "holidays": "XX"}).get_json()["type"] == "/problems/bad-calendar"


def test_a_day_is_corrected_changed_and_taken_back(api, session):
    path, seen = "/calendars/city/corrections/2026-03-11", etag(api)
    off = put(api, path, match=seen, working=False, note="防汛停工").get_json()
    assert off["corrections"] == [{"day": "2026-03-11", "working": False, "hours": None, "note": "防汛停工"}]
    put(api, path, 412, match=seen, working=True, note="照常")
    # Another note is a change too, although no deadline knows of it.
    noted = etag(api)
    put(api, path, match=noted, working=False, note="防汛停工一天")
    put(api, path, 412, match=noted, working=False, note="别的")
    half = put(api, path, working=True, note="上午上班", hours=[["08:00", "12:00"]]).get_json()
    assert half["corrections"][0]["hours"] == [["08:00", "12:00"]]
    api.call("admin", "DELETE", path, 428)
    api.call("admin", "DELETE", path, 412, headers=seen)
    api.call("admin", "DELETE", path, 204, headers=etag(api))
    api.call("admin", "DELETE", path, 204, headers=ANY)
    assert api.get(None, "/calendars/city")["corrections"] == []
    actions = [row[0] for row in changes(session, "calendar:city")]
    assert actions == ["calendar.correct"] * 3 + ["calendar.drop_correction"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"working": "yes"}, "/working"),
        ({"note": "  "}, "/note"),
        ({"hours": [["12:00", "08:00"]]}, "/hours"),
    ],
)
def test_a_correction_that_cannot_be(api, body, pointer):
    path = "/calendars/city/corrections/2026-03-11"
    told = put(api, path, 422, **{"working": True, "note": "加班", **body}).get_json()
    assert pointer in {one["pointer"] for one in told["errors"]}
    put(api, "/calendars/city/corrections/2026-02-30", 422, working=True, note="加班")
    put(api, "/calendars/city/corrections/soon", 422, working=True, note="加班")
    put(api, "/calendars/mars/corrections/2026-03-11", 404, working=True, note="加班")
    put(api, path, 422, working=False, note="x", hours=OFFICE)


def test_each_day_says_why(api):
    put(api, "/calendars/city/corrections/2026-03-11", working=False, note="防汛停工")
    found = days(api, "2026-02-13", "2026-03-11")
    assert (found["2026-02-13"]["why"], found["2026-02-13"]["hours"]) == ("weekday", OFFICE)
    assert (found["2026-02-14"]["why"], found["2026-02-14"]["working"]) == ("make_up_day", True)
    assert (found["2026-02-17"]["why"], found["2026-02-17"]["working"]) == ("holiday", False)
    assert (found["2026-03-07"]["why"], found["2026-03-07"]["working"]) == ("weekend", False)
    assert (found["2026-03-11"]["why"], found["2026-03-11"]["note"]) == ("correction", "防汛停工")
    assert not any(one["provisional"] for one in found.values())
    horizon = api.get(None, "/calendars/city")["horizon"]
    beyond = days(api, f"{horizon + 1}-01-01", f"{horizon + 1}-01-02")
    assert all(one["provisional"] for one in beyond.values())
    assert beyond[f"{horizon + 1}-01-01"]["why"] == "holiday"


def test_days_are_asked_for_in_bounds(api):
    for first, last, pointer in (
        ("2026-03-02", "2026-03-01", "/to"),
        ("2026-01-01", "2027-03-01", "/to"),
        ("2026-1-1", "2026-03-01", "/from"),
    ):
        told = api.get(None, "/calendars/city/days", 422, **{"from": first, "to": last})
        assert pointer in {one["pointer"] for one in told["errors"]}
    api.get(None, "/calendars/city/days", 422)
    assert len(days(api, "9999-12-31", "9999-12-31")) == 1
    api.get(None, "/calendars/mars/days", 404, **{"from": "2026-03-01", "to": "2026-03-01"})


def test_why_follows_from_the_calendar_alone():
    week = (hours_of(OFFICE),) * 5 + ((), ())
    moved = {date(2026, 3, 8): week[0], date(2026, 3, 9): (), date(2026, 3, 14): ()}
    calendar = Calendar("city", 1, "Asia/Shanghai", week, exceptions=moved, horizon=2026)
    found = {
        one.day.day: one for one in days_of(calendar, {date(2026, 3, 9): "停"}, date(2026, 3, 7), date(2026, 3, 14))
    }
    assert [found[day].why for day in (7, 8, 9, 10, 14)] == [
        Why.WEEKEND,
        Why.MAKE_UP_DAY,
        Why.CORRECTION,
        Why.WEEKDAY,
        Why.HOLIDAY,
    ]


def test_limits_of_stages_are_shown_and_changed(api, session, city):
    listed = api.get(None, "/stage-limits")["items"]
    assert [one["stage"] for one in listed] == ["accept", "verify", "file", "dispatch", "check", "close"]
    path = "/stage-limits/accept"
    assert api.get(None, path) == listed[0] == {"stage": "accept", "limit": 0.25, "unit": "urgent_hour"}
    seen = etag(api, path)
    assert put(api, path, match=seen, limit=0.5, unit="urgent_hour").get_json()["limit"] == 0.5
    put(api, path, 412, match=seen, limit=1, unit="urgent_hour")
    put(api, path, match=etag(api, path), limit=0.5, unit="urgent_hour")
    assert service.stage_limits(session)[Stage.ACCEPT].amount * 2 == 1
    ((action, actor, detail),) = changes(session, "stage_limit:accept")
    assert (action, actor) == ("stage_limit.change", city.people["admin"])
    assert (detail["before"]["limit"], detail["after"]["limit"]) == ("0.25", "0.5")
    assert put(api, "/stage-limits/handling", 422, limit=1, unit="urgent_hour").get_json()["type"].endswith("calendar")
    api.get(None, "/stage-limits/lunch", 422)
    for body in ({"limit": 0}, {"limit": 0.00001}, {"unit": "week"}):
        put(api, path, 422, **{"limit": 1, "unit": "urgent_hour", **body})


def test_only_administrators_change_working_time(api):
    for who, status in (("operator", 403), ("auditor", 403), ("citizen", 403), (None, 401)):
        put(api, "/calendars/city", status, who=who, **CITY)
        put(api, "/calendars/city/corrections/2026-03-11", status, who=who, working=True, note="x")
        api.call(who, "DELETE", "/calendars/city/corrections/2026-03-11", status, headers=ANY)
        put(api, "/stage-limits/accept", status, who=who, limit=1, unit="urgent_hour")
        api.get(who, "/calendars/city")
