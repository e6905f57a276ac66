"""SLA summaries: the same numbers from entries, from sums of months and from both, in every form."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from python_calamine import load_workbook
from sqlalchemy import text

from app.core import clock
from app.core.config import config
from app.evaluation import service
from app.evaluation.jobs import refresh_some, roll_one, tied_one
from app.evaluation.queries import Rolled
from tests.evaluation.conftest import NEAR

pytestmark = pytest.mark.slow

YEAR = {"from": "2026-01-01", "to": "2026-12-31"}
GROUPS = ("", "district", "district,type,month", "unit,source", "class", "street", "community,weekday", "cell,hour")


@pytest.fixture
def several(played):
    """One in time, one late, one still open, one void."""
    numbers = [
        played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3),
        played.case(0.5, 0.6, 0.7, 0.8, 9, 9.2, 9.3),
        played.case(1, 1.1, 1.2, 1.3),
        played.case(2, 2.1, 2.2),
    ]
    played.act(numbers[3], "void", "leader", 3, reason="重复立案")
    return numbers


def summary(api, who="evaluator", **query):
    return api.get(who, "/sla/summary", **{**YEAR, **query})["items"]


def roll_everything(session):
    while refresh_some():
        pass
    while roll_one():
        pass


def test_what_came_in_was_due_and_was_done(api, several):
    (row,) = summary(api, group_by="district")
    assert row["district"] == {"code": "310101", "name": row["district"]["name"]}
    expected = {
        "reports": 4,
        "filed": 4,
        "dispatched": 3,
        "closed": 2,
        "due": 3,
        "handled": 2,
        "on_time": 1,
        "overdue_open": 1,
        "void": 1,
        "misrouted": 0,
        "exempt": 0,
        "deferred": 0,
    }
    assert {name: row[name] for name in expected} == expected
    assert row["on_time_handled_rate"] == pytest.approx(1 / 3)
    assert row["satisfaction_mean"] is None
    assert len(several) == 4


def test_days_are_those_of_the_city(api, several):
    days = {row["day"]: row for row in summary(api, group_by="day")}
    months = summary(api, group_by="month")
    assert {day[:7] for day in days} == {row["month"] for row in months}
    assert sum(row["filed"] for row in days.values()) == 4
    (filed,) = api.get("evaluator", "/sla/summary", **{"from": min(days), "to": min(days)})["items"]
    assert filed == {name: value for name, value in days[min(days)].items() if name != "day"}


@pytest.mark.parametrize("group_by", GROUPS)
def test_sums_of_months_say_what_the_entries_say(api, session, played, several, group_by):
    alive = summary(api, group_by=group_by)
    roll_everything(session)
    assert session.execute(text("SELECT count(*) FROM evaluation_rolled")).scalar() > 12
    assert summary(api, group_by=group_by) == alive
    # Something goes on: what the month holds of it is taken away, and what it is now is added.
    played.act(several[2], "finish", "unit1", 10, photos=1, text="已清理")
    alive = summary(api, group_by=group_by)
    assert sum(row["handled"] for row in alive) == 3
    roll_everything(session)
    assert summary(api, group_by=group_by) == alive


@pytest.mark.parametrize(
    "instant", ["2026-02-28 23:59:59", "2026-03-01 00:00:00", "2026-03-31 23:59:59", "2026-04-01 00:00:00"]
)
def test_a_month_is_the_citys_from_midnight_to_midnight(api, session, several, instant):
    roll_everything(session)
    moved = text("UPDATE evaluation_entries SET at = CAST(:instant AS timestamp) AT TIME ZONE :zone")
    session.execute(moved, {"instant": instant, "zone": config().city_tz})
    session.execute(text("DELETE FROM evaluation_rolled"))
    roll_everything(session)
    assert {row["month"]: row["filed"] for row in summary(api, group_by="month")} == {instant[:7]: len(several)}
    assert session.execute(
        text("SELECT count(*) FROM evaluation_rolled WHERE month = :one"), {"one": f"{instant[:7]}-01"}
    ).scalar()


def sums_of_months(session):
    query = text("""
        SELECT month, counted, district, source, type_id, unit_id, marks, sum(number), sum(total)
          FROM evaluation_months GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(number) <> 0""")
    return {tuple(row) for row in session.execute(query)}


def test_the_sums_of_months_follow_what_changes(api, session, played, several, monkeypatch):
    roll_everything(session)
    played.act(several[2], "finish", "unit1", 10, photos=1, text="已清理")
    refresh_some()
    carried = sums_of_months(session)
    assert session.execute(text("SELECT sum(loose) FROM evaluation_rolled")).scalar() > 0
    monkeypatch.setattr("app.evaluation.service.rolling.LOOSE", 0)
    while tied_one():
        pass
    assert sums_of_months(session) == carried
    assert session.execute(text("SELECT min(number) FROM evaluation_months")).scalar() > 0
    service.forget_months(session)
    roll_everything(session)
    assert sums_of_months(session) == carried


def test_a_sum_is_given_up_when_an_entry_of_it_changes_meanwhile(api, session, played, several):
    march = Rolled(date(2026, 3, 1), "handling")
    zone, now = config().city_tz, clock.now()
    while refresh_some(now):
        pass
    while (claimed := service.claim_month(session, zone, now)) != march:
        assert service.keep_month(session, claimed, zone, service.month_sums(session, claimed, zone), now)
    sums = service.month_sums(session, march, zone)
    played.act(several[2], "finish", "unit1", 10, photos=1, text="已清理")
    refresh_some()
    assert not service.keep_month(session, march, zone, sums, now)
    assert service.claim_month(session, zone, now) == march
    sums = service.month_sums(session, march, zone)
    assert service.keep_month(session, march, zone, sums, now)


def test_stages_have_clocks_of_their_own(api, several):
    rows = {row["stage"]: row for row in summary(api, group_by="stage", times="true")}
    assert {name: rows["handling"][name] for name in ("due", "done", "on_time")} == {"due": 3, "done": 2, "on_time": 1}
    assert rows["file"]["due"] == rows["file"]["on_time"] == 4
    assert rows["accept"]["median_s"] == pytest.approx(360, abs=1)
    assert rows["handling"]["p90_s"] > rows["handling"]["median_s"] > 0
    assert len(several) == 4


def test_a_summary_may_be_of_one_area_and_of_an_earlier_instant(api, several):
    assert summary(api, area="310102")[0:] == []
    (row,) = summary(api, area=NEAR, at="2026-03-10T04:20:00Z")
    assert (row["reports"], row["filed"], row["handled"]) == (1, 1, 0)
    assert len(several) == 4


def file_of(api, **query):
    answer = api.client.get("/api/v1/sla/summary", headers=api.headers("evaluator"), query_string=query)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return answer.get_data()


def test_files_say_what_the_answer_says(api, several):
    (row,) = summary(api, group_by="district")
    query = {**YEAR, "group_by": "district"}
    raw = file_of(api, **query, format="csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    (line,) = csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))
    assert (line["区县代码"], line["上报"], line["按时处置"]) == ("310101", "4", "1")
    assert float(line["按时处置率"]) == pytest.approx(row["on_time_handled_rate"], abs=1e-6)
    book = file_of(api, **query, format="xlsx", lang="en")
    lines = load_workbook(io.BytesIO(book)).get_sheet_by_name("Summary").to_python()
    head, cells = lines[-2:]
    assert dict(zip(head, cells, strict=True))["Due"] == row["due"] == 3
    assert lines[0][0].startswith("SLA summary")
    assert len(several) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"group_by": "planet"},
        {"group_by": "district,district"},
        {"group_by": "district,street,community,cell,unit"},
        {"from": "2026-12-31", "to": "2026-01-01"},
        {"from": "1990-01-01"},
        {"at": "2099-01-01T00:00:00Z"},
        {"format": "pdfx"},
        {"area": "x"},
        {"area": "310199"},
        {"unit": ""},
        {"unit": "nobody"},
        {"to": None},
    ],
)
def test_what_cannot_be_summarized_is_refused(api, changes):
    query = {name: value for name, value in {**YEAR, **changes}.items() if value is not None}
    api.get("evaluator", "/sla/summary", 422, **query)


def test_whose_ground_it_is_decides_what_is_summarized(api, several):
    assert [row["unit"]["code"] for row in summary(api, "unit1", group_by="unit")] == ["U01"]
    assert summary(api, "unit2", group_by="unit") == []
    api.get("handler1", "/sla/summary", 403, **YEAR)
    assert len(several) == 4
