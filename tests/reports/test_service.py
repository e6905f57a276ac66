"""Intake limits, gaps of the grid, receipts, and what a report's photos say against it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.core import outbox
from app.core.config import config
from app.reports import service
from app.reports.errors import CapturedInFuture, IntakeLimit, PlaceOutsideCity
from tests.factories.cases import RUBBISH_CODES, a_new_photo, act, to_state
from tests.factories.media import SMALL, Shot, a_photo, somebody
from tests.factories.reports import WORDS, a_command, a_report


def card(session, city, report, now, who="operator"):
    principal = city.who(session, who, now)
    return service.card(session, service.report_for(session, report["id"], principal), principal, now=now)


def test_citizens_and_anonymous_callers_are_limited_by_the_hour_and_staff_is_not(session, city, now, monkeypatch):
    limited = replace(config(), citizen_intake=3, anonymous_intake=2)
    monkeypatch.setattr("app.reports.service.submitting.config", lambda: limited)
    for who, most in (("citizen", 3), (somebody("192.0.2.7"), 2)):
        for _ in range(most):
            a_report(session, city, now, who=who)
        with pytest.raises(IntakeLimit) as refused:
            a_report(session, city, now, who=who)
        assert refused.value.retry_after_s > 0
        a_report(session, city, now + timedelta(hours=1, seconds=1), who=who)
    a_report(session, city, now, who=somebody("192.0.2.8"))
    for _ in range(5):
        a_report(session, city, now, who="operator")


def test_an_unnamed_report_counts_for_its_sender(session, city, now, monkeypatch):
    monkeypatch.setattr("app.reports.service.submitting.config", lambda: replace(config(), citizen_intake=1))
    a_report(session, city, now, anonymous=True)
    with pytest.raises(IntakeLimit):
        a_report(session, city, now)


def test_a_phone_may_run_five_minutes_ahead(session, city, now):
    a_report(session, city, now, captured_at=now + timedelta(minutes=5))
    with pytest.raises(CapturedInFuture):
        a_report(session, city, now, captured_at=now + timedelta(minutes=5, seconds=1))


def test_a_point_outside_is_refused_and_one_in_a_gap_goes_to_a_human(session, city, now):
    with pytest.raises(PlaceOutsideCity):
        a_report(session, city, now, lon=0.0, lat=0.0)
    session.execute(text("UPDATE areas SET valid_to = now() WHERE code = '310101001001004'"))
    session.execute(text("UPDATE grid_state SET stamp = gen_random_uuid()"))
    made = a_report(session, city, now, cell="310101001001004")
    assert made["cell"]["code"] == "310101001001"
    assert act(session, city, made["number"], "reject", "operator", now, reason="位置不明")["state"] == "rejected"


def test_a_citizen_gets_one_receipt_with_the_code(session, city, now):
    made = a_report(session, city, now)
    jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'reports.acknowledge'"
    assert session.scalar(text(jobs)) == 1
    assert service.acknowledge(session, made["id"], now=now) is True
    assert service.acknowledge(session, made["id"], now=now) is False
    messages = [message for *_, message in outbox.newest(session, limit=9)]
    assert [made["tracking_code"] in message for message in messages] == [True]
    for who in ("inspector1", somebody()):
        silent = a_report(session, city, now, who=who)
        assert service.acknowledge(session, silent["id"], now=now) is False
    assert session.scalar(text(jobs)) == 1


def test_photos_that_disagree_are_flagged_and_kept(session, city, now):
    citizen = city.who(session, "citizen", now)
    away = a_photo(session, principal=citizen, shot=Shot(size=SMALL, seed=31, position=(121.0, 31.0)), now=now)
    made = a_report(session, city, now, photo_ids=[away.id])
    shown = card(session, city, made, now)
    assert shown["flags"] == ["exif-position-differs"]
    assert len(shown["photos"]) == 1


def test_duplicates_are_open_and_near_and_of_this_month(session, city, now):
    first = a_report(session, city, now)["number"]
    later = now + timedelta(days=20)
    second = a_report(session, city, later)
    assert [one["case_number"] for one in second["possible_duplicates"]] == [first]
    third = a_report(session, city, now + timedelta(days=31), who="neighbour")
    assert [one["case_number"] for one in third["possible_duplicates"]] == [second["number"]]
    lon, lat = city.spot()
    beyond = a_report(session, city, now, lat=lat + 51 / 111_000)
    assert first not in {one["case_number"] for one in beyond["possible_duplicates"]}
    to_state(session, city, first, "rejected", now)
    again = a_report(session, city, now + timedelta(minutes=1), lon=lon)
    assert first not in {one["case_number"] for one in again["possible_duplicates"]}


def test_the_stored_answer_is_given_again_as_it_was(session, city, now):
    citizen = city.who(session, "citizen", now)
    a_report(session, city, now, who="neighbour")
    command = a_command(
        city,
        now,
        report_id=city.people["citizen"],
        type_ref=RUBBISH_CODES,
        photo_ids=[a_new_photo(session, citizen, now)],
    )
    first, created = service.submit_report(session, command, principal=citizen, now=now)
    a_report(session, city, now, who="neighbour")
    again, created_again = service.submit_report(session, command, principal=citizen, now=now + timedelta(days=3))
    assert (created, created_again) == (True, False)
    assert again == first
    assert card(session, city, first, now)["description"] == WORDS
