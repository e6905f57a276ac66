"""A report of a long time is a job; what it says is what the same report says at once."""

from __future__ import annotations

import orjson
import pytest
from sqlalchemy import text

from app.analysis import jobs
from app.analysis.service import gathering
from tests.analysis.test_flows import MARCH


@pytest.fixture
def nobody_waits(monkeypatch):
    monkeypatch.setattr(gathering, "AT_ONCE", -1)


def without_instants(report):
    """What a moment later is the same."""
    kept = {name: value for name, value in report.items() if name not in {"as_of", "open", "overdue", "turning_red"}}
    return kept, report["overdue"]["total"]


def test_a_long_report_becomes_a_job_and_the_job_its_file(api, session, several, monkeypatch):
    at_once = api.get("evaluator", "/sla/report", **MARCH, unit="U01")
    monkeypatch.setattr(gathering, "AT_ONCE", -1)
    answer = api.call("evaluator", "GET", "/sla/report", 202, query_string={**MARCH, "unit": "U01"})
    export = answer.get_json()
    assert answer.headers["Location"] == f"/api/v1/exports/{export['id']}"
    assert (export["what"], export["status"], export["progress"]) == ("sla_report", "waiting", 0)
    assert export["query"] == {**MARCH, "unit": "U01"}
    assert api.get("evaluator", "/sla/report", 202, **MARCH, unit="U01")["id"] == export["id"]
    session.commit()

    seen = []
    note = jobs.exports.note_progress
    monkeypatch.setattr(jobs.exports, "note_progress", lambda *given: seen.append(given[-1]) or note(*given))
    jobs.make_report(export["id"])
    export = api.get("evaluator", f"/exports/{export['id']}")
    assert (export["status"], export["progress"], export["problem"]) == ("ready", 100, None)
    assert seen == list(range(1, gathering.STEPS + 1))
    made = api.client.get(export["file"], headers=api.headers("evaluator"))
    assert made.headers["Content-Disposition"].startswith('attachment; filename="sla-report-')
    assert without_instants(orjson.loads(made.data)) == without_instants(at_once)
    assert len(several) == 4


@pytest.mark.usefixtures("nobody_waits")
def test_a_statement_that_is_a_long_report_is_the_same_job(api, session):
    params = {"time": MARCH}
    content = {"name": "年报", "what": "report", "params": params, "format": "xlsx"}
    kept = api.post("evaluator", "/statements", 201, json=content)
    export = api.post("evaluator", f"/statements/{kept['id']}/run", 202, json={})
    assert api.get("evaluator", "/sla/report", 202, **MARCH, format="xlsx", lang="zh-CN")["id"] == export["id"]
    session.commit()
    jobs.make_report(export["id"])
    assert api.client.get(
        export["file"] or f"/api/v1/exports/{export['id']}/file", headers=api.headers("evaluator")
    ).data.startswith(b"PK")


@pytest.mark.usefixtures("nobody_waits")
def test_whoever_lost_the_role_gets_no_report(api, session, city):
    export = api.get("evaluator", "/sla/report", 202, **MARCH)
    session.execute(text("UPDATE grants SET valid_to = now() WHERE user_id = :id"), {"id": city.people["evaluator"]})
    session.commit()
    jobs.make_report(export["id"])
    state = session.execute(text("SELECT status, problem->>'type' FROM case_exports")).one()
    assert tuple(state) == ("failed", "/problems/exporter-gone")


@pytest.mark.usefixtures("several")
def test_a_report_of_a_unit_is_of_its_own_cases(api):
    whole, own, other = (
        api.get("evaluator", "/sla/report", **MARCH, **unit) for unit in ({}, {"unit": "U01"}, {"unit": "U02"})
    )
    assert own["unit"]["code"] == "U01"
    assert whole["unit"] is None
    # Reports are nobody's yet.
    assert [(one["whole"]["reports"], one["whole"]["due"]) for one in (whole, own, other)] == [(4, 4), (0, 3), (0, 1)]
    assert own["bottleneck"]["whole"] == whole["bottleneck"]["whole"]
    assert (own["overdue"]["total"], other["overdue"]["total"], other["bottleneck"]["unit"]) == (0, 1, [])
    assert api.get("evaluator", "/sla/report", 422, **MARCH, unit="nobody")["errors"][0]["pointer"] == "/unit"
    (row,) = api.get("evaluator", "/sla/summary", **MARCH, unit="U01", group_by="unit")["items"]
    assert (row["unit"]["code"], row["closed"]) == ("U01", 3)
