"""Figures over HTTP: what was played through the services is counted, with the cases behind each figure."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from app.evaluation import service
from app.evaluation.jobs import recount_page, refresh_some
from app.sla.service import Correction, set_correction
from tests.evaluation.conftest import at

pytestmark = pytest.mark.slow

PERIOD = "2026-03-10"


def figures(found, code):
    return {item["indicator"]: item for item in found["items"] if item["subject"]["code"] == code}


def share(item):
    return item["numerator"], item["denominator"]


def test_what_is_done_in_a_day_is_counted_for_ground_and_unit(api, played):
    in_time = played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
    late = played.case(0, 0.1, 0.2, 0.3, 9, 9.2, 9.3)
    open_still = played.case(0, 0.1, 0.2, 0.3)
    api.session.commit()
    found = api.get("evaluator", "/evaluation/indicators", subject="district", period="2026-03")
    near = figures(found, "310101")
    assert (found["period"], found["definitions"]) == ("2026-03", "1")
    assert share(near["on_time_handled_rate"]) == (1, 3)
    assert near["on_time_handled_rate"]["value"] == pytest.approx(1 / 3)
    assert share(near["handled_rate"]) == (2, 3)
    assert share(near["closed_rate"]) == (2, 3)
    assert share(near["overdue_open_rate"]) == (1, 3)
    assert share(near["accurate_filing_rate"]) == (3, 3)
    assert (near["filed"]["value"], near["reports"]["value"], near["filed"]["denominator"]) == (3, 3, None)
    far = figures(found, "310102")
    assert (far["handled_rate"]["value"], far["filed"]["value"]) == (None, 0)
    unit = figures(api.get("evaluator", "/evaluation/indicators", subject="unit", period="2026-W11"), "U01")
    assert share(unit["on_time_handled_rate"]) == (1, 3)
    for side, numbers in (("numerator", {in_time}), ("denominator", {in_time, late, open_still})):
        behind = api.get(
            "evaluator",
            "/evaluation/indicators/cases",
            subject="unit",
            period="2026-03",
            indicator="on_time_handled_rate",
            subject_code="U01",
            side=side,
        )
        assert {item["number"] for item in behind["items"]} == numbers


def test_a_figure_may_be_asked_for_as_of_an_earlier_instant(api, played):
    played.case(0, 0.1, 0.2, 0.3, 9, 9.2, 9.3)  # due at 18:00, six hours after noon
    query = {"subject": "district", "period": PERIOD, "indicator": "handled_rate,filed"}
    later = 6 + 1e-6 / 3600
    for hours, filed, handled in (
        (0.15, 0, (0, 0)),
        (5, 1, (0, 0)),
        (6, 1, (0, 0)),
        (later, 1, (0, 1)),
        (8, 1, (0, 1)),
        (9, 1, (1, 1)),
    ):
        found = figures(api.get("evaluator", "/evaluation/indicators", at=at(hours).isoformat(), **query), "310101")
        assert (found["filed"]["value"], share(found["handled_rate"])) == (filed, handled), hours


def test_counting_again_changes_nothing_and_what_waits_is_counted_by_the_worker(api, session, played):
    played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
    query = {"subject": "district", "period": "2026-03"}
    fresh = api.get("evaluator", "/evaluation/indicators", **query)["items"]
    assert session.execute(text("SELECT count(*) FROM evaluation_entries")).scalar() == 0
    assert refresh_some() == 1
    assert refresh_some() == 0
    kept = session.execute(text("SELECT count(*) FROM evaluation_entries")).scalar()
    assert kept >= 10
    assert api.get("evaluator", "/evaluation/indicators", **query)["items"] == fresh
    (page,) = service.pages_of_cases(session)
    assert recount_page(page, service.mark_waiting(session)) == 0


def test_people_are_counted_for_what_they_did(api, played):
    played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
    inspectors = api.get("evaluator", "/evaluation/indicators", subject="inspector", period=PERIOD)
    assert share(figures(inspectors, "inspector1")["on_time_check_rate"]) == (1, 1)
    assert share(figures(inspectors, "inspector1")["missed_rate"]) == (1, 1)  # filed in the zone they held
    assert share(figures(inspectors, "inspector3")["missed_rate"]) == (0, 0)
    for subject, person, indicator in (
        ("operator", "operator", "on_time_filing_rate"),
        ("shift_leader", "leader", "on_time_close_rate"),
        ("dispatcher", "dispatcher", "accurate_dispatch_rate"),
    ):
        found = api.get("evaluator", "/evaluation/indicators", subject=subject, period=PERIOD, indicator=indicator)
        assert share(figures(found, person)[indicator]) == (1, 1)


def test_a_like_case_filed_near_by_within_a_month_makes_a_closing_a_repeated_one(api, session, played):
    first = played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
    refresh_some()
    query = {"subject": "district", "period": PERIOD, "indicator": "repeat_rate"}
    assert share(figures(api.get("evaluator", "/evaluation/indicators", **query), "310101")["repeat_rate"]) == (0, 1)
    played.case(40, 40.1, 40.2)
    for _ in range(2):
        found = api.get("evaluator", "/evaluation/indicators", **query)
        assert share(figures(found, "310101")["repeat_rate"]) == (1, 1)
        refresh_some()
    earlier = api.get("evaluator", "/evaluation/indicators", at=at(30).isoformat(), **query)
    assert share(figures(earlier, "310101")["repeat_rate"]) == (0, 1)
    assert first


def test_what_changes_while_everything_is_counted_is_counted_from_its_note(api, session, played):
    played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
    refresh_some()
    marker = service.mark_waiting(session)
    (done,) = service.pages_of_cases(session)
    assert recount_page(done, marker) == 0
    played.case(40, 40.1, 40.2)
    (page,) = service.pages_of_cases(session)
    assert recount_page([one for one in page if one not in done], marker) == 0
    assert not service.forget_waiting(session, marker)
    assert refresh_some() == 1
    found = api.get("evaluator", "/evaluation/indicators", subject="district", period=PERIOD, indicator="repeat_rate")
    assert share(figures(found, "310101")["repeat_rate"]) == (1, 1)


def test_counting_everything_waits_for_whoever_was_writing_before(session, played):
    before = service.mark_waiting(session)
    assert service.is_settled(session, before)
    played.case(0)
    assert service.is_settled(session, before)
    assert not service.is_settled(session, service.mark_waiting(session))


def test_what_was_filed_by_being_opened_again_makes_a_closing_a_repeated_one_too(api, session, played):
    played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
    other = played.case(20, 20.1)
    played.act(other, "force_close", "admin", 21.1, reason="系统外已处置")
    played.act(other, "reopen", "supervisor", 22)
    query = {"subject": "district", "period": PERIOD, "indicator": "repeat_rate"}
    for _ in range(2):
        found = api.get("evaluator", "/evaluation/indicators", **query)
        assert share(figures(found, "310101")["repeat_rate"]) == (1, 1)
        refresh_some()


def test_a_correction_of_the_calendar_leaves_what_is_over_as_it_was(session, played):
    played.case(0, 0.1, 0.2, 0.3, 26, 26.1, 26.2)
    refresh_some()
    set_correction(session, Correction(date(2026, 3, 11), False, "防汛停工"), now=at(50))
    (page,) = service.pages_of_cases(session)
    assert recount_page(page, service.mark_waiting(session)) == 0


def test_a_merged_report_is_worth_what_its_case_comes_to(api, session, played):
    target, other = played.case(0, 0.1), played.case(0.05)
    played.act(other, "merge", "operator", 0.2, into=target)
    refresh_some()
    query = {"subject": "district", "period": PERIOD, "indicator": "valid_report_rate"}
    assert share(figures(api.get("evaluator", "/evaluation/indicators", **query), "310101")["valid_report_rate"]) == (
        0,
        1,
    )
    played.act(target, "file", "leader", 0.3)
    for _ in range(2):
        found = api.get("evaluator", "/evaluation/indicators", **query)
        assert share(figures(found, "310101")["valid_report_rate"]) == (2, 2)
        refresh_some()


def test_managers_see_their_unit_and_nobody_else(api, played):
    played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
    found = api.get("unit1", "/evaluation/indicators", subject="unit", period=PERIOD)
    assert {item["subject"]["code"] for item in found["items"]} == {"U01"}
    assert share(figures(found, "U01")["handled_rate"]) == (1, 1)
    query = {"subject": "unit", "period": PERIOD, "indicator": "handled_rate", "subject_code": "U01"}
    assert len(api.get("unit1", "/evaluation/indicators/cases", **query)["items"]) == 1
    assert api.get("unit2", "/evaluation/indicators/cases", 404, **query)["type"] == "/problems/subject-not-found"
    checks = {"period": PERIOD, "indicator": "on_time_check_rate"}
    for who, subject, code in (
        ("unit1", "inspector", "inspector1"),
        ("evaluator", "inspector", "dispatcher"),
        ("evaluator", "district", "310101001"),
        ("evaluator", "city", "310101"),
    ):
        api.get(who, "/evaluation/indicators/cases", 404, **checks, subject=subject, subject_code=code)
    for subject, code in (("inspector", "inspector1"), ("city", ""), ("city", "3101")):
        api.get("evaluator", "/evaluation/indicators/cases", **checks, subject=subject, subject_code=code)
    assert api.get("unit1", "/evaluation/indicators", subject="operator", period=PERIOD)["items"] == []
    api.get("handler1", "/evaluation/indicators", 403, subject="unit", period=PERIOD)
    api.get(None, "/evaluation/indicators", 401, subject="unit", period=PERIOD)


@pytest.mark.parametrize(
    "changes",
    [
        {"period": "2026-13"},
        {"period": "yesterday"},
        {"subject": "planet"},
        {"indicator": "luck"},
        {"subject": "unit", "indicator": "missed_rate"},
        {"at": "2099-01-01T00:00:00Z"},
        {"at": "2026-03-01"},
        {"color": "red"},
    ],
)
def test_what_cannot_be_asked_for_is_refused(api, changes):
    api.get("evaluator", "/evaluation/indicators", 422, **{"subject": "district", "period": PERIOD, **changes})


def test_however_many_cases_a_figure_costs_the_same_statements(api, played, statements):
    played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
    query = {"subject": "district", "period": PERIOD}
    counts = []
    api.get("evaluator", "/evaluation/indicators", **query)
    for _ in range(2):
        with statements() as sent:
            api.get("evaluator", "/evaluation/indicators", **query)
        counts.append(len(sent))
        for hour in range(5):
            played.case(hour)
    assert counts[0] == counts[1]
