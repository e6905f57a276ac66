"""Tables and the record of changes over HTTP and on the command line."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from sqlalchemy.orm import Session

from app.administration.service.files import MAX_FILE_BYTES
from app.administration.service.registry import TABLES
from app.cli import system
from app.cli import tables as command
from app.core import audit
from tests.administration.files import a_csv, edited, rows

BASE = "/administration/tables"


def form(data: bytes, **more: str) -> dict[str, object]:
    return {"file": (io.BytesIO(data), "table"), **more}


def download(api, name: str):
    answer = api.client.get(f"/api/v1{BASE}/{name}", headers=api.headers("admin"))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def test_what_there_is_with_the_meaning_of_every_column(api):
    found = api.get("admin", BASE)["items"]
    assert [one["name"] for one in found] == list(TABLES)
    (people,) = (one for one in found if one["name"] == "people")
    assert [column["name"] for column in people["columns"]] == list(TABLES["people"].sheet.names)
    assert people["columns"][3]["allowed"] == ["true", "false"]


def test_only_administrators_may(api):
    for who in ("operator", "auditor"):
        api.get(who, BASE, 403)
        api.post(who, f"{BASE}/people", 403, data=form(b""), json=None)
    api.get("operator", "/administration/changes", 403)
    api.get("auditor", "/administration/changes")


def test_a_table_goes_out_and_comes_in_again(api, session):
    csv, book = download(api, "people.csv"), download(api, "people.xlsx")
    assert csv.headers["ETag"] == book.headers["ETag"]
    assert csv.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
    assert csv.data.startswith(b"\xef\xbb\xbfusername,name,organization,disabled\r\n")
    there = rows(session, "people", datetime.now(UTC))
    wanted = a_csv(edited(there, 0, name="改名"))
    based = {"If-Match": csv.headers["ETag"]}
    dry = api.post("admin", f"{BASE}/people", data=form(wanted), json=None, headers=based)
    assert (dry["dry_run"], dry["mode"], dry["changed"], dry["added"]) == (True, "merge", 1, 0)
    assert dry["differences"] == [
        {
            "key": {"username": there[0]["username"]},
            "column": "name",
            "before": there[0]["name"],
            "after": "改名",
        }
    ]
    key = {"Idempotency-Key": "once"}
    for _ in range(2):
        sent = {"data": form(wanted, dry_run="false"), "json": None, "headers": based | key}
        done = api.call("admin", "POST", f"{BASE}/people", **sent)
    assert {**dry, "dry_run": False} == done.get_json()
    assert done.headers["ETag"] == download(api, "people.csv").headers["ETag"] != csv.headers["ETag"]
    stale = api.post("admin", f"{BASE}/people", 412, data=form(wanted), json=None, headers=based)
    assert stale["type"] == "/problems/table-changed"


def test_faults_are_an_answer_of_a_dry_run_and_else_a_problem(api):
    wrong = a_csv([{"username": "x", "name": "", "organization": "U01"}])
    dry = api.post("admin", f"{BASE}/people", data=form(wrong), json=None)
    assert dry["faults"] == [{"row": 2, "column": "name", "detail": "must not be empty"}]
    refused = api.post("admin", f"{BASE}/people", 422, data=form(wrong, dry_run="false"), json=None)
    assert (refused["type"], refused["faults"]) == ("/problems/table-refused", dry["faults"])
    assert refused["errors"] == [{"pointer": "/file/2/name", "detail": "must not be empty"}]


@pytest.mark.parametrize(
    ("path", "data", "status", "slug"),
    [
        ("people", form(b"\xff\xff"), 422, "unreadable-table"),
        ("people", form(b"username", mode="erase"), 422, "invalid"),
        ("people", {"dry_run": "true"}, 422, "invalid"),
        ("secrets", form(b"code"), 404, "unknown-table"),
    ],
)
def test_what_cannot_be_handed_in(api, path, data, status, slug):
    sent = {"data": data, "json": None, "content_type": "multipart/form-data"}
    assert api.post("admin", f"{BASE}/{path}", status, **sent)["type"] == f"/problems/{slug}"


def test_a_file_that_is_too_large(api):
    answer = api.client.post(
        f"/api/v1{BASE}/people",
        headers=api.headers("admin"),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(2 * MAX_FILE_BYTES)},
    )
    assert (answer.status_code, answer.get_json()["type"]) == (413, "/problems/table-too-large")
    assert api.client.get(f"/api/v1{BASE}/secrets.csv", headers=api.headers("admin")).status_code == 404


# The record.


@pytest.fixture
def record(api, session: Session) -> list[str]:
    """Three changes on three days: by the admin, by an operator and by the system."""
    people = api.city.people
    for day, (action, subject, who) in enumerate(
        (
            ("organization.change", "organization:U01", people["admin"]),
            ("organization.close", "organization:U02", people["operator"]),
            ("duty_zone.retire", "duty_zone:Z1", None),
        ),
        start=1,
    ):
        at = datetime(2031, 5, day, 4, tzinfo=UTC)
        audit.note(session, action=action, subject=subject, detail={"after": {"n": day}}, actor_id=who, now=at)
    session.commit()
    return ["duty_zone:Z1", "organization:U02", "organization:U01"]


def test_changes_come_newest_first_page_by_page(api, record):
    first = api.get("auditor", "/administration/changes", limit=2, **{"from": "2031-05-01"})
    second = api.get(
        "auditor", "/administration/changes", limit=2, cursor=first["next_cursor"], **{"from": "2031-05-01"}
    )
    assert [one["subject"] for one in first["items"] + second["items"]] == record
    assert second["next_cursor"] is None
    newest, other, _ = first["items"] + second["items"]
    assert (newest["actor"], other["actor"]["username"], other["detail"]) == (None, "operator", {"after": {"n": 2}})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"action": "organization"}, [1, 2]),
        ({"action": "organization.close"}, [1]),
        ({"subject": "duty_zone:Z1"}, [0]),
        ({"actor": "Operator"}, [1]),
        ({"actor": "system"}, [0]),
        ({"to": "2031-05-01"}, [2]),
        ({"to": "2031-05-02T04:00:00Z"}, [2]),
    ],
)
def test_changes_are_found_by_what_who_and_when(api, record, query, found):
    since = "2031-05-02" if query == {"actor": "system"} else "2031-05-01"
    items = api.get("admin", "/administration/changes", **{"from": since}, **query)["items"]
    assert [one["subject"] for one in items] == [record[at] for at in found]


def test_changes_by_an_id_and_what_cannot_be_asked(api, record):
    who = str(api.city.people["admin"])
    items = api.get("admin", "/administration/changes", actor=who, **{"from": "2031-05-01"})["items"]
    assert [one["actor"]["id"] for one in items] == [who]
    for query in (
        {"actor": "nobody"},
        {"action": "DROP"},
        {"action": "nope"},
        {"action": "grid.nope"},
        {"from": "once"},
        {"cursor": "x"},
        {"colour": "red"},
    ):
        api.get("admin", "/administration/changes", 422, **query)


def test_the_page_costs_the_same_for_one_and_for_thirty(api, session, statements):
    counted = []
    for many in (1, 30):
        for n in range(many):
            at = datetime(2032, 1, many, tzinfo=UTC)
            audit.note(session, action="grid.import", subject=f"grid:{n}", detail={}, actor_id=None, now=at)
        session.commit()
        api.headers("admin")
        with statements() as sent:
            api.get("admin", "/administration/changes", action="grid.import")
        counted.append(len(sent))
    assert counted[0] == counted[1]


# The command line.


@pytest.fixture
def run(session, city, monkeypatch):
    session.commit()
    monkeypatch.setattr(system, "connect", lambda: None)
    return lambda *args: CliRunner().invoke(command.tables, list(args))


def test_the_commands_say_what_a_file_would_change_and_do_it(run, session, tmp_path):
    book, sheet = str(tmp_path / "people.xlsx"), tmp_path / "people.csv"
    assert "people" in run("list").output
    assert "rows of people are in" in run("export", "people", book).output
    assert "0 would be changed" in run("import", "people", book, "--replace").output
    assert run("export", "people", str(sheet)).exit_code == 0
    there = rows(session, "people", datetime.now(UTC))
    sheet.write_bytes(a_csv(edited(there, 0, name="改名")))
    dry = run("import", "people", str(sheet))
    assert (dry.exit_code, "→ 改名" in dry.output, "add --apply" in dry.output) == (0, True, True)
    done = run("import", "people", str(sheet), "--apply")
    assert (done.exit_code, "1 changed" in done.output) == (0, True), done.output
    sheet.write_bytes(a_csv(edited(there, 0, organization="?")))
    for more in ([], ["--apply"]):
        wrong = run("import", "people", str(sheet), *more)
        assert wrong.exit_code != 0
        assert "FAULT row 2 organization: there is no open organisation ?" in wrong.output
    sheet.write_bytes(b"\xff\xff")
    assert "cannot be read as a table" in run("import", "people", str(sheet)).output
    assert "export [OPTIONS] TABLE FILE" in " ".join(run("export", "persons", book).output.split())
