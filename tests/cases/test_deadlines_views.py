"""Recalculating deadlines and the ladder of reminders over HTTP."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.cases import jobs
from app.cases.rules.reminders import Audience, Rung, ladder_faults
from app.cases.service import rescheduling
from app.catalog.rules import Limit, Unit
from app.core.models import AdminChange
from app.sla.service import Correction, set_correction
from tests.factories.cases import to_state
from tests.factories.reports import a_report

AFTERNOON = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
OFF = Correction(date(2026, 3, 11), False, "防汛停工")
PATH = "/deadlines/recalculate"


@pytest.fixture
def numbers(session, city):
    """Three cases in handling, due next day at ten, which is a day off by now."""
    found = [a_report(session, city, AFTERNOON)["case"]["number"] for _ in range(3)]
    for number in found:
        to_state(session, city, number, "handling", AFTERNOON)
    set_correction(session, OFF, now=AFTERNOON)
    session.commit()
    return found


def work(session):
    """Do the jobs that wait, oldest first, as the worker does."""
    while True:
        session.expire_all()
        row = session.execute(
            text(
                "SELECT id, args FROM procrastinate_jobs WHERE task_name = :n AND status = 'todo' ORDER BY id LIMIT 1"
            ),
            {"n": rescheduling.JOB},
        ).one_or_none()
        if row is None:
            return
        session.execute(text("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = :id"), {"id": row.id})
        session.commit()
        jobs.recalculate_deadlines(**row.args)


def test_a_dry_run_shows_in_pages_what_would_move_and_moves_nothing(api, session, numbers):
    seen, cursor = [], None
    while True:
        body = {"limit": 2} if cursor is None else {"limit": 2, "cursor": cursor}
        told = api.post("admin", PATH, json=body)
        assert told["clocks"] == 3
        seen += told["items"]
        cursor = told["next_cursor"]
        if cursor is None:
            break
    assert [one["case_number"] for one in seen] == sorted(numbers)
    assert {(one["stage"], one["due_at"], one["new_due_at"]) for one in seen} == {
        ("handling", "2026-03-11T02:00:00Z", "2026-03-12T02:00:00Z")
    }
    progress = api.get("auditor", "/deadlines/recalculation")
    assert (progress["running"], progress["moved"], progress["finished_at"]) == (False, 0, None)


@pytest.mark.slow
def test_the_job_moves_them_page_by_page_and_its_progress_is_readable(api, session, city, numbers, monkeypatch):
    monkeypatch.setattr(rescheduling, "AT_ONCE", 2)
    started = api.post("admin", PATH, 202, json={"dry_run": False})
    assert (started["running"], started["looked_at"], started["clocks"]) == (True, 0, 3)
    assert api.post("admin", PATH, 409, json={"dry_run": False})["type"] == "/problems/recalculation-running"
    work(session)
    done = api.get("admin", "/deadlines/recalculation")
    assert (done["running"], done["looked_at"], done["moved"], done["clocks"]) == (False, 3, 3, 0)
    assert done["finished_at"] is not None
    assert api.post("admin", PATH)["items"] == []
    clock = api.get("operator", f"/cases/{numbers[0]}")["clocks"][-1]
    assert clock["due_at"] == "2026-03-12T02:00:00Z"
    rows = session.scalars(
        select(AdminChange).where(AdminChange.action.startswith("deadlines.")).order_by(AdminChange.id)
    )
    assert [(row.action, row.actor_id) for row in rows] == [
        ("deadlines.start", city.people["admin"]),
        ("deadlines.recalculate", city.people["admin"]),
    ]


def test_who_may_recalculate_and_what_is_refused(api):
    for who, status in (("operator", 403), ("auditor", 403), (None, 401)):
        api.post(who, PATH, status)
    api.get("operator", "/deadlines/recalculation", 403)
    assert api.post("admin", PATH, 404, json={"calendar": "mars"})["type"] == "/problems/calendar-not-found"
    api.post("admin", PATH, 422, json={"limit": 501})
    api.post("admin", PATH, 422, json={"cursor": "forged"})
    api.post("admin", PATH, 422, json={"dry_run": "no"})
    api.get("admin", "/deadlines/recalculation", 422, calendar="no such/code")


# --- the ladder ----------------------------------------------------------------------------------------------------


def put(api, items, status=200, match="*"):
    headers = {"If-Match": match}
    return api.call("admin", "PUT", "/reminder-ladder", status, json={"items": items}, headers=headers)


def test_the_ladder_is_shown_and_changed_as_a_whole(api, session, city):
    shown = api.call("auditor", "GET", "/reminder-ladder")
    items, seen = shown.get_json()["items"], shown.headers["ETag"]
    assert len(items) == 8
    changed = [{**one, "delay": 6} if (one["ladder"], one["rung"]) == ("handling", 3) else one for one in items[:-1]]
    after = put(api, changed, match=seen)
    assert after.get_json()["items"] == changed
    assert after.headers["ETag"] != seen
    assert put(api, items, 412, match=seen).get_json()["type"] == "/problems/stale-version"
    assert put(api, changed, match=after.headers["ETag"]).headers["ETag"] == after.headers["ETag"]
    api.call("admin", "PUT", "/reminder-ladder", 428, json={"items": items})
    (row,) = session.scalars(select(AdminChange).where(AdminChange.action == "reminder_ladder.change"))
    assert (row.actor_id, row.detail["before"], row.detail["after"]) == (city.people["admin"], items, changed)


def test_a_ladder_that_cannot_be_names_every_fault(api):
    items = api.get("admin", "/reminder-ladder")["items"]
    wrong = [{**items[0], "supervised_delay": 3}, items[0]]
    told = put(api, wrong, 422).get_json()
    assert told["type"] == "/problems/bad-ladder"
    assert [one["pointer"] for one in told["errors"]] == ["/items/0/supervised_delay", "/items/1/rung", "/items"]
    for change, pointer in (
        ({"audience": "mayor"}, "/items/0/audience"),
        ({"unit": "week"}, "/items/0/unit"),
        ({"delay": 0.001}, "/items/0/delay"),
        ({"rung": 0}, "/items/0/rung"),
        ({"base": "green"}, "/items/0/base"),
        ({"extra": 1}, "/items/0/extra"),
    ):
        found = put(api, [{**items[0], **change}, *items[1:]], 422).get_json()
        assert pointer in {one["pointer"] for one in found["errors"]}
    put(api, [], 422)


def test_who_reads_and_who_changes_the_ladder(api):
    items = api.get("auditor", "/reminder-ladder")["items"]
    api.get("operator", "/reminder-ladder", 403)
    for who, status in (("auditor", 403), ("supervisor", 403), (None, 401)):
        api.call(who, "PUT", "/reminder-ladder", status, json={"items": items}, headers={"If-Match": "*"})


def test_faults_of_a_ladder_without_a_database():
    hour, none = Limit(Decimal(1), Unit.WORKING_HOUR), Limit(Decimal(0), Unit.WORKING_HOUR)

    def rung(ladder, number, base="red", supervised=none):
        return Rung(ladder, number, base, hour, supervised, Audience.HOLDER)

    assert ladder_faults([rung("handling", 1), rung("stage", 1)]) == []
    only_supervised = ladder_faults([rung("handling", 1, "supervised"), rung("stage", 1)])
    assert [fault.detail.split(" has")[0] for fault in only_supervised] == ["the ladder handling"]
