"""Who was reminded of a case, for whoever sees it; names only for those who may read them."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from app.cases.service import reminding
from tests.factories.cases import act, to_state
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)


@pytest.fixture
def reminded(session, city, now):
    """A case whose acceptance and whose handling were late."""
    number = a_report(session, city, now)["case"]["number"]
    reminding.remind(session, now=now + timedelta(minutes=20), most=10)
    to_state(session, city, number, "handling", now + HOUR)
    act(session, city, number, "assign", "unit1", now + HOUR, handler_id=city.people["handler1"])
    session.execute(text("UPDATE cases SET yellow_at = :y, due_at = :d"), {"y": now + 2 * HOUR, "d": now + 3 * HOUR})
    reminding.remind(session, now=now + 4 * HOUR, most=10)
    session.commit()
    return number


def test_reminders_say_which_clock_which_rung_and_whom(api, reminded):
    items = api.get("unit1", f"/cases/{reminded}/reminders")["items"]
    assert [(one["stage"], one["clock"], one["rung"], one["base"], one["audience"]) for one in items] == [
        ("accept", 1, 1, "yellow", "holder"),
        ("accept", 1, 2, "red", "shift_leader"),
        ("handling", 4, 1, "yellow", "holder"),
        ("handling", 4, 2, "red", "unit_manager"),
    ]
    assert [one["reminded"] for one in items] == [2, 1, 1, 1]
    assert [person["id"] for person in items[2]["people"]] == [str(api.city.people["handler1"])]
    assert items[2]["since"] == "2026-03-10T04:00:00Z"


def test_masked_readers_see_how_many_and_not_who(api, reminded):
    for who in ("evaluator", "auditor"):
        items = api.get(who, f"/cases/{reminded}/reminders")["items"]
        assert [(one["reminded"], one["people"]) for one in items] == [(2, None), (1, None), (1, None), (1, None)]


def test_whoever_does_not_see_the_case_does_not_see_its_reminders(api, reminded):
    api.get("unit3", f"/cases/{reminded}/reminders", 404)
    api.get("citizen", f"/cases/{reminded}/reminders", 403)
    api.get(None, f"/cases/{reminded}/reminders", 401)


def test_a_base_that_was_not_kept_is_that_of_the_ladder_and_nobody_is_nobody(api, session, now):
    number = a_report(session, api.city, now)["case"]["number"]
    session.execute(
        text("""INSERT INTO case_reminders (case_id, ordinal, rung, audience, whom, since, at)
                SELECT id, 1, 2, 'shift_leader', '{}', now(), now() FROM cases WHERE number = :n"""),
        {"n": number},
    )
    session.commit()
    (only,) = api.get("operator", f"/cases/{number}/reminders")["items"]
    assert (only["base"], only["reminded"], only["people"]) == ("red", 0, [])


def test_as_many_statements_for_thirty_reminders_as_for_one(api, session, reminded, statements):
    def counted():
        with statements() as asked:
            api.get("operator", f"/cases/{reminded}/reminders")
        return len(asked)

    api.get("operator", f"/cases/{reminded}/reminders")
    few = counted()
    session.execute(
        text("""INSERT INTO case_reminders (case_id, ordinal, rung, audience, whom, since, at, base)
                SELECT id, 1, n, 'holder', ARRAY[reporter_id], now(), now(), 'red'
                  FROM cases, generate_series(10, 40) n WHERE number = :n"""),
        {"n": reminded},
    )
    session.commit()
    assert counted() == few
    assert len(api.get("operator", f"/cases/{reminded}/reminders")["items"]) == 35
