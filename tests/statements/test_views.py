"""Statements over HTTP: kept, changed, shared, run as the operation answers."""

from __future__ import annotations

import csv
import io

import pytest
from python_calamine import load_workbook
from sqlalchemy import text

from app.statements.service.keeping import MOST_STATEMENTS
from tests.statements.conftest import DAILY, SUMMARY

pytestmark = pytest.mark.slow


def run(api, statement, who="evaluator", status=200):
    """A run; a file is compared with no description."""
    path = f"/statements/{statement['id']}/run"
    if status != 200 or statement["format"] == "json":
        return api.call(who, "POST", path, status, json={})
    answer = api.client.post(f"/api/v1{path}", headers=api.headers(who), json={})
    assert answer.status_code == 200
    return answer


def noted(session):
    found = session.execute(text("SELECT action, detail FROM admin_changes WHERE action LIKE 'statement%' ORDER BY id"))
    return found.all()


def test_a_statement_is_kept_changed_and_removed(api, keep, session):
    made = keep()
    assert {name: made[name] for name in SUMMARY} == SUMMARY
    assert (made["mine"], made["shared"], made["schedule"], made["next_at"]) == (True, False, None, None)
    path = f"/statements/{made['id']}"
    schedule = {"every": "month", "at": "08:30", "day": 31, "emails": [], "webhook": True, "active": True}
    changed = {**SUMMARY, "name": "月报", "schedule": schedule}
    api.call("evaluator", "PUT", path, 428, json=changed)
    api.call("evaluator", "PUT", path, 412, json=changed, headers={"If-Match": '"7"'})
    answer = api.call("evaluator", "PUT", path, json=changed, headers={"If-Match": '"1"'}).get_json()
    assert (answer["name"], answer["version"], answer["schedule"]["day"]) == ("月报", 2, 31)
    assert answer["next_at"].endswith("T00:30:00Z")
    assert api.get("evaluator", path) == answer
    assert [one["id"] for one in api.get("evaluator", "/statements")["items"]] == [made["id"]]
    api.call("evaluator", "DELETE", path, 204, headers={"If-Match": '"2"'})
    api.get("evaluator", path, 404)
    assert [action for action, _ in noted(session)] == ["statement.create", "statement.change", "statement.remove"]


def test_others_see_and_run_what_is_shared_and_nothing_else(api, keep, march):
    own, shared = keep(), keep(shared=True, schedule={**DAILY, "emails": []})
    assert [one["id"] for one in api.get("supervisor", "/statements")["items"]] == [shared["id"]]
    path = f"/statements/{shared['id']}"
    assert api.get("supervisor", path)["mine"] is False
    api.get("supervisor", f"/statements/{own['id']}", 404)
    run(api, own, "supervisor", 404)
    api.call("supervisor", "DELETE", path, 403, headers={"If-Match": "*"})
    api.get("supervisor", f"{path}/deliveries", 403)
    # On one's own ground: the other unit had nothing to do.
    assert len(run(api, shared, "unit1").get_data().splitlines()) == 2
    assert len(run(api, shared, "unit2").get_data().splitlines()) == 1
    api.call("handler1", "GET", "/statements", 403)


def test_a_run_says_what_the_operation_says(api, keep, march):
    query = {"from": "2026-03-01", "to": "2026-03-31", "group_by": "district"}
    wanted = api.get("evaluator", "/sla/summary", **query)["items"]
    said = run(api, keep(format="json")).get_json()
    assert said["items"] == wanted
    answer = run(api, keep())
    operation = api.client.get(
        "/api/v1/sla/summary", query_string={**query, "format": "csv"}, headers=api.headers("evaluator")
    )
    assert answer.get_data() == operation.get_data()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="summary-2026-03-01_2026-03-31.csv"'
    book = load_workbook(io.BytesIO(run(api, keep(format="xlsx")).get_data()))
    head, row = book.get_sheet_by_name("汇总").to_python()[-2:]
    assert dict(zip(head, row, strict=True))["应处置"] == wanted[0]["due"] == 2


@pytest.mark.parametrize("what", ["indicators", "ranking"])
def test_what_is_of_a_period_is_run_for_the_period(api, keep, march, what):
    made = keep(what=what, params={"subject": "unit", "time": "last_month", "compare": "previous"}, format="csv")
    answer = run(api, made)
    lines = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert {"对象代码", "对象", "对比时段"} <= set(lines[0])
    assert "U01" in {line["对象代码"] for line in lines}


def test_where_time_went_has_a_line_for_each_stage(api, keep, march):
    params = {"group_by": "unit", "time": {"from": "2026-03-01", "to": "2026-03-31"}}
    query = {"group_by": "unit", "from": "2026-03-01", "to": "2026-03-31"}
    (wanted,) = api.get("evaluator", "/sla/bottleneck", **query)["items"]
    lines = run(api, keep(what="bottleneck", params=params)).get_data().decode("utf-8-sig")
    stages = list(csv.DictReader(io.StringIO(lines)))
    assert {one["责任单位代码"] for one in stages} == {"U01"}
    assert len(stages) == len(wanted["stages"]) > 3
    answer = run(api, keep(what="bottleneck", params={**params, "lang": "en"})).get_data().decode("utf-8-sig")
    assert answer.startswith("Unit code,Unit,")
    said = run(api, keep(what="detours", params=params, format="json")).get_json()
    assert said["items"] == api.get("evaluator", "/sla/detours", **query)["items"]


def test_the_report_is_a_workbook_and_paper(api, keep, march, monkeypatch):
    params = {"time": {"from": "2026-03-01", "to": "2026-03-31"}}
    said = run(api, keep(what="report", params=params, format="json")).get_json()
    assert said["whole"] == api.get("evaluator", "/sla/report", **params["time"])["whole"]
    book = load_workbook(io.BytesIO(run(api, keep(what="report", params=params, format="xlsx")).get_data()))
    assert len(book.sheet_names) > 5

    class Printers:
        def pdf(self, html, pictures):
            assert ("2026-03-01" in html, pictures) == (True, {})
            return b"%PDF"

    monkeypatch.setattr("app.statements.service.running.documents.printers", Printers)
    answer = run(api, keep(what="report", params=params, format="pdf"))
    assert (answer.get_data(), answer.mimetype) == (b"%PDF", "application/pdf")
    assert keep(status=422, what="report", params=params)["errors"][0]["pointer"] == "/format"


def test_what_is_as_of_now_says_what_the_operation_says(api, keep, march, monkeypatch):
    monkeypatch.setattr("app.statements.service.running.MOST", 1)
    for hours in (0.1, 0.2, 0.3):
        march.case((0, hours, 0.4, 0.5))
    made = keep(what="overdue", params={"area": "310101"}, format="json")
    wanted = api.get("evaluator", "/sla/overdue", area="310101")
    said = run(api, made).get_json()
    assert (said["total"], len(said["items"])) == (3, 3)
    assert [one["number"] for one in said["items"]] == [one["number"] for one in wanted["items"]]
    lines = run(api, keep(what="open", params={"group_by": "unit"})).get_data().decode("utf-8-sig").splitlines()
    assert lines[0].startswith("责任单位代码,责任单位,在办,")
    assert len(run(api, keep(what="turning_red", params={"hours": 3})).get_data().splitlines()) == 1
    assert keep(status=422, what="open", params={"time": "yesterday"})["errors"][0]["pointer"] == "/params/time"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"params": {"group_by": "planet", "time": "yesterday"}}, "/params/group_by"),
        ({"params": {"group_by": "district"}}, "/params/time"),
        ({"params": {"time": "tomorrow"}}, "/params/time"),
        ({"params": {"time": ["yesterday"]}}, "/params/time"),
        ({"params": {"time": {"from": "2026-03-01", "to": "2026-02-01"}}}, "/params/time"),
        ({"params": {"time": {"from": "soon", "to": "2026-02-01"}}}, "/params/time"),
        ({"params": {"time": "yesterday", "format": "csv"}}, "/params/format"),
        ({"params": {"time": "yesterday", "colour": "red"}}, "/params/colour"),
        ({"what": "ranking", "params": {"subject": "unit", "time": "last_7_days"}}, "/params/time"),
        ({"what": "ranking", "params": {"subject": "planet", "time": "last_month"}}, "/params/subject"),
        ({"schedule": {**DAILY, "emails": ["who@else.example"]}}, "/schedule/emails/0"),
        ({"schedule": {**DAILY, "emails": ["nobody"]}}, "/schedule/emails"),
        ({"schedule": {**DAILY, "weekday": 3}}, "/schedule/weekday"),
        ({"schedule": {**DAILY, "every": "week", "day": 3}}, "/schedule/day"),
        ({"schedule": {**DAILY, "at": "24:00"}}, "/schedule/at"),
        ({"name": "  "}, "/name"),
        ({"format": "docx"}, "/format"),
        ({"what": "weather"}, "/what"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(keep, changes, pointer):
    problem = keep(status=422, **changes)
    assert [one["pointer"] for one in problem["errors"]] == [pointer]


def test_one_person_keeps_so_many(keep, monkeypatch):
    assert MOST_STATEMENTS == 100
    monkeypatch.setattr("app.statements.service.keeping.MOST_STATEMENTS", 1)
    keep()
    assert keep(status=409)["type"].endswith("/too-many-statements")


def test_an_administrator_says_to_which_domains_mails_may_go(api, keep, session):
    path = "/statements/recipients"
    assert api.get("evaluator", path)["domains"] == []
    mailed = {**DAILY, "emails": ["Mayor@City.Example"]}
    keep(status=422, schedule=mailed)
    body = {"domains": ["city.example", "city.example"]}
    api.call("evaluator", "PUT", path, 403, json=body, headers={"If-Match": "*"})
    api.call("admin", "PUT", path, 422, json={"domains": ["@city"]}, headers={"If-Match": "*"})
    api.call("admin", "PUT", path, 428, json=body)
    assert api.call("admin", "PUT", path, json=body, headers={"If-Match": '"1"'}).get_json()["domains"] == [
        "city.example"
    ]
    made = keep(schedule=mailed, shared=True)
    assert made["schedule"]["emails"] == ["Mayor@city.example"]
    assert api.get("supervisor", f"/statements/{made['id']}")["schedule"]["emails"] == ["M***@city.example"]
    assert "Mayor" not in str(noted(session))
