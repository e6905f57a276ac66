"""Exports that are too large to be answered at once: made by a job, for whoever asked, kept for a week."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.db import read_unit
from app.core.storage import store
from app.exports import jobs
from app.exports.rules import MOST_ROWS, Format
from app.exports.service import reading
from app.exports.views import cases as views
from tests.exports.reading import FORMATS, numbers_in
from tests.exports.test_files import listed
from tests.factories.scattered_cases import scatter

pytestmark = pytest.mark.slow

CROWD = 40
SMALL = 10


@pytest.fixture
def crowd(session, city, monkeypatch):
    """More cases than are answered at once, in batches smaller than all of them."""
    monkeypatch.setattr(views, "DIRECT_ROWS", SMALL)
    monkeypatch.setattr(reading, "ROWS_AT_ONCE", 15)
    numbers = scatter(session, city, CROWD, datetime.now(UTC))
    session.commit()
    return numbers


def asked(api, who="leader", ending="csv", status=202, **query):
    return api.get(who, f"/exports/cases.{ending}", status, **query)


def the_file(api, who, export):
    answer = api.client.get(export["file"], headers=api.headers(who))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def files_of(*exports):
    """The stored files of these exports; other tests share the store."""
    ids = tuple(f"exports/{one['id']}" for one in exports)
    return {key for key, _ in store().keys("exports") if key.startswith(ids)}


@pytest.mark.parametrize("ending", FORMATS)
def test_many_cases_become_a_job_and_the_job_a_file(api, crowd, session, ending, tmp_path):
    answer = api.call("leader", "GET", f"/exports/cases.{ending}", 202, query_string={"sort": "opened_at"})
    export = answer.get_json()
    assert answer.headers["Location"] == f"/api/v1/exports/{export['id']}"
    assert (export["status"], export["progress"], export["rows"], export["expected"]) == ("waiting", 0, 0, None)
    assert (export["query"], export["file"], export["problem"]) == ({"sort": "opened_at"}, None, None)
    assert api.get("leader", f"/exports/{export['id']}/file", 409)["type"] == "/problems/export-not-ready"
    queued = "SELECT args ->> 'export_id' FROM procrastinate_jobs WHERE task_name = 'exports.make_file'"
    assert session.execute(text(queued)).scalars().all() == [export["id"]]

    jobs.make_file(export["id"])
    export = api.get("leader", f"/exports/{export['id']}")
    assert (export["status"], export["progress"], export["rows"], export["expected"]) == ("ready", 100, CROWD, CROWD)
    answer = the_file(api, "leader", export)
    assert len(answer.data) == export["size_bytes"] == answer.content_length
    assert re.fullmatch(
        rf'attachment; filename="cases-\d{{8}}-\d{{4}}\.{ending}"', answer.headers["Content-Disposition"]
    )
    assert numbers_in(ending, answer.data, tmp_path) == listed(api, "leader", sort="opened_at")
    notes = session.execute(text("SELECT actor_id, detail FROM admin_changes WHERE action = 'case.export'")).all()
    assert [(one.actor_id, one.detail["rows"]) for one in notes] == [(api.city.people["leader"], CROWD)]
    jobs.make_file(export["id"])
    assert api.get("leader", f"/exports/{export['id']}") == export


def test_nobody_else_is_given_it(api, crowd):
    export = asked(api)
    jobs.make_file(export["id"])
    for who in ("operator", "admin", "auditor"):
        assert api.get(who, f"/exports/{export['id']}", 404)["type"] == "/problems/export-not-found"
        api.get(who, f"/exports/{export['id']}/file", 404)
        assert api.get(who, "/exports")["items"] == []
    assert [one["id"] for one in api.get("leader", "/exports")["items"]] == [export["id"]]
    api.get("citizen", f"/exports/{export['id']}", 403)


def test_the_same_again_is_the_same_export_and_a_third_one_waits(api, crowd):
    first = asked(api, state="handling,closed,to_file,received,merged,void,rejected")
    assert asked(api, state="handling,closed,to_file,received,merged,void,rejected")["id"] == first["id"]
    second = asked(api, ending="geojson")
    refused = api.call("leader", "GET", "/exports/cases.xlsx", 429)
    assert refused.get_json()["type"] == "/problems/exports-under-way"
    assert set(refused.get_json()["exports"]) == {first["id"], second["id"]}
    assert int(refused.headers["Retry-After"]) > 0
    asked(api, "operator", "xlsx")
    jobs.make_file(first["id"])
    assert asked(api, ending="xlsx")["id"] not in {first["id"], second["id"]}


def test_progress_is_seen_while_it_is_made(api, crowd, monkeypatch):
    export, seen = asked(api), []
    note = jobs.service.note_progress

    def noted(session, attempt, rows):
        done = note(session, attempt, rows)
        session.flush()
        seen.append(jobs.service.shown(jobs.service.own_export(session, attempt.export_id, attempt.principal)))
        return done

    monkeypatch.setattr(jobs.service, "note_progress", noted)
    jobs.make_file(export["id"])
    assert [(one["status"], one["rows"], one["progress"]) for one in seen] == [
        ("running", 15, 37),
        ("running", 30, 75),
        ("running", CROWD, 99),
    ]
    assert {one["expected"] for one in seen} == {CROWD}


def test_what_stopped_half_way_begins_afresh(api, crowd, monkeypatch, tmp_path):
    export = asked(api)
    read = reading.Reader.read
    calls = []

    def stopping(self, session, ids):
        calls.append(len(ids))
        if len(calls) == 2:
            raise OSError("the machine went away")
        return read(self, session, ids)

    monkeypatch.setattr(reading.Reader, "read", stopping)
    with pytest.raises(OSError, match="went away"):
        jobs.make_file(export["id"])
    half = api.get("leader", f"/exports/{export['id']}")
    assert (half["status"], half["rows"], half["file"]) == ("running", 15, None)
    assert files_of(export) == set()
    jobs.make_file(export["id"])
    whole = api.get("leader", f"/exports/{export['id']}")
    assert (whole["status"], whole["rows"]) == ("ready", CROWD)
    assert numbers_in("csv", the_file(api, "leader", whole).data, tmp_path) == listed(api, "leader")


def test_what_stops_every_time_says_so(api, crowd, monkeypatch, session):
    broken, stopped = asked(api), asked(api, ending="gpkg")

    def breaking(*_):
        raise OSError("no room left")

    monkeypatch.setattr(reading.Reader, "read", breaking)
    for _ in range(2):
        with pytest.raises(OSError, match="no room"):
            jobs.make_file(broken["id"])
    jobs.make_file(broken["id"])
    # A worker that dies says nothing: the job comes back as often as it was begun.
    session.execute(text("UPDATE case_exports SET attempts = 3 WHERE id = :id"), {"id": stopped["id"]})
    session.commit()
    jobs.make_file(stopped["id"])
    for export in (broken, stopped):
        found = api.get("leader", f"/exports/{export['id']}")
        assert (found["status"], found["problem"]["type"]) == ("failed", "/problems/export-broken")
        refused = api.get("leader", f"/exports/{export['id']}/file", 409)
        assert found["problem"]["detail"] in refused["detail"]


def test_a_slow_attempt_that_was_given_up_leaves_nothing(api, crowd, session):
    export = asked(api)
    write = jobs._write

    def overtaken(file, pieces):
        size = write(file, pieces)
        session.execute(text("UPDATE case_exports SET attempts = 2"))
        session.commit()
        return size

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "_write", overtaken)
        jobs.make_file(export["id"])
    assert files_of(export) == set()
    assert api.get("leader", f"/exports/{export['id']}")["status"] == "running"


def test_more_than_a_sheet_holds_fails_and_says_why(api, crowd, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_ROWS", {**MOST_ROWS, Format.XLSX: CROWD - 1})
    export = asked(api, ending="xlsx")
    jobs.make_file(export["id"])
    found = api.get("leader", f"/exports/{export['id']}")
    assert (found["status"], found["problem"]["type"]) == ("failed", "/problems/export-too-large")
    assert "CSV" in found["problem"]["detail"]


def test_grants_are_asked_anew_by_the_job_and_at_the_file(api, crowd, session, tmp_path):
    early, late = asked(api), asked(api, ending="geojson")
    jobs.make_file(early["id"])
    narrowed = "UPDATE grants SET area_code = '310102' WHERE user_id = :user"
    session.execute(text(narrowed), {"user": api.city.people["leader"]})
    session.commit()
    assert api.get("leader", f"/exports/{early['id']}/file", 410)["type"] == "/problems/export-outdated"
    jobs.make_file(late["id"])
    found = the_file(api, "leader", api.get("leader", f"/exports/{late['id']}"))
    assert numbers_in("geojson", found.data, tmp_path) == listed(api, "leader")
    assert 0 < len(listed(api, "leader")) < CROWD


def test_who_was_disabled_gets_nothing(api, crowd, session):
    export = asked(api)
    session.execute(text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": api.city.people["leader"]})
    session.commit()
    jobs.make_file(export["id"])
    problem = session.execute(text("SELECT problem ->> 'type' FROM case_exports")).scalar_one()
    assert problem == "/problems/exporter-gone"


def test_after_a_week_it_is_gone_with_its_file(api, crowd, session, monkeypatch):
    export, other = asked(api), asked(api, ending="geojson")
    jobs.make_file(export["id"])
    jobs.make_file(other["id"])
    store().put(f"exports/{export['id']}-9.csv", b"of an attempt that was stopped")
    session.execute(text("UPDATE case_exports SET expires_at = now() WHERE id = :id"), {"id": export["id"]})
    session.commit()
    jobs.remove_old(0)
    api.get("leader", f"/exports/{export['id']}", 404)
    assert files_of(export, other) == {
        f"exports/{other['id']}-1.geojson",
        f"exports/{export['id']}-9.csv",
    }
    later = datetime.now(UTC) + timedelta(days=9)
    with monkeypatch.context() as patch:
        patch.setattr(jobs.clock, "now", lambda: later)
        jobs.remove_old(0)
    assert files_of(export, other) == set()


def test_each_case_once_while_cases_change_and_arrive(api, crowd, session, city, monkeypatch, tmp_path):
    """The cases are those of the beginning; each is as it stands when its batch is read."""
    export = asked(api, state="handling,received,closed,to_file,merged,void,rejected,on_hold,verifying")
    before = listed(api, "leader", state="handling,received,closed,to_file,merged,void,rejected,on_hold,verifying")
    read = reading.Reader.read

    def meanwhile(self, session_, ids):
        rows = read(self, session_, ids)
        scatter(session, city, 3, datetime.now(UTC), seed=len(rows) * 7 + int(before[0][-3:]) + meanwhile.calls)
        session.execute(text("UPDATE cases SET state = 'to_check', opened_at = opened_at"))
        session.commit()
        meanwhile.calls += 1
        return rows

    meanwhile.calls = 100
    monkeypatch.setattr(reading.Reader, "read", meanwhile)
    jobs.make_file(export["id"])
    found = the_file(api, "leader", api.get("leader", f"/exports/{export['id']}"))
    assert numbers_in("csv", found.data, tmp_path) == before
    states = [line.split(",")[1] for line in found.data.decode("utf-8-sig").splitlines()[1:]]
    assert set(states[15:]) == {"待核查"}
    assert set(states[:15]) != {"待核查"}


def test_no_connection_is_held_between_batches(api, crowd, session):
    """Whoever reads slowly keeps nobody waiting."""
    held = []

    def unit():
        held.append("taken")
        return read_unit()

    found = views.picked_cases(
        session,
        views.CaseFilter(),
        city_wide(api, session),
        now=datetime.now(UTC),
        most=CROWD,
    )
    reader = reading.Reader(city_wide(api, session), Format.CSV, datetime.now(UTC), "Asia/Shanghai")
    rows = reading.batches(unit, reader, found)
    assert len(next(rows)) == 15
    assert held == ["taken"]
    assert sum(map(len, rows)) == CROWD - 15
    assert len(held) == 3


def city_wide(api, session):
    return api.city.who(session, "leader", datetime.now(UTC))
