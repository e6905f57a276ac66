"""Who sees which case, the list with its pages, and what the database refuses by itself."""

from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.cases import queries, service
from app.cases.errors import CaseNotFound, IllegalMove
from app.cases.rules import Action, State
from app.cases.rules.filters import CaseFilter
from app.cases.service import Command
from app.core.db import unit_of_work
from tests.factories.cases import COVER_CODES, FAR, RUBBISH, a_city, act, to_state
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow

NEAR_CELL, NEXT_CELL, FAR_CELL = "310101001001001", "310101001002001", "310102001001001"


@pytest.fixture
def many(session, city, now):
    """A case in every state in the first zone, one in the next zone, one in the other district: number by name."""
    numbers = {}
    for state in State:
        if state in {State.MERGED, State.RECEIVED}:
            continue
        number = a_report(session, city, now)["number"]
        to_state(session, city, number, state.value, now)
        numbers[state.value] = number
    numbers["received"] = a_report(session, city, now)["number"]
    numbers["assigned"] = a_report(session, city, now)["number"]
    to_state(session, city, numbers["assigned"], "handling", now)
    act(session, city, numbers["assigned"], "assign", "unit1", now, handler_id=city.people["handler1"])
    numbers["returned"] = a_report(session, city, now)["number"]
    to_state(session, city, numbers["returned"], "handling", now)
    act(session, city, numbers["returned"], "return", "unit1", now, reason="不属于我单位")
    act(session, city, numbers["returned"], "dispatch", "dispatcher", now, lead_id=city.units["U03"], helper_ids=[])
    numbers["next"] = a_report(session, city, now, cell=NEXT_CELL)["number"]
    numbers["far"] = a_report(session, city, now, cell=FAR_CELL)["number"]
    numbers["inspectors"] = a_report(session, city, now, who="inspector3", cell=NEXT_CELL)["number"]
    return numbers


def listed(session, principal, now, **found):
    items, cursor = service.cases_for(session, CaseFilter(**found), principal, now=now, limit=500, cursor=None)
    assert cursor is None
    return {item["number"] for item in items}


FIRST_ZONE = {*(state.value for state in State if state is not State.MERGED), "assigned", "returned"}
DISPATCHED = {"handling", "on_hold", "to_check", "to_close", "closed", "assigned", "returned"}
EVERYTHING = FIRST_ZONE | {"next", "far", "inspectors"}
SEEN = {
    "operator": EVERYTHING,
    "leader": EVERYTHING,
    "dispatcher": EVERYTHING,
    "supervisor": EVERYTHING,
    "evaluator": EVERYTHING,
    "auditor": EVERYTHING,
    "admin": EVERYTHING,
    "operator2": {"far"},
    "inspector1": FIRST_ZONE,
    "inspector2": FIRST_ZONE,
    "inspector3": {"far", "inspectors"},
    "outsider": {"next", "inspectors"},
    "unit1": DISPATCHED,
    "unit2": DISPATCHED,
    "unit3": {"returned"},
    "handler1": {"assigned"},
    "handler1b": set(),
    "handler2": {"handling", "assigned"},
    "citizen": set(),
}


def test_list_detail_and_lock_agree_on_who_sees_what(session, city, now, many):
    for name, expected in SEEN.items():
        principal = city.who(session, name, now)
        assert listed(session, principal, now) == {many[one] for one in expected}, name
        for key, number in many.items():
            in_detail = queries.card(session, number, principal) is not None
            lockable = queries.lock_visible(session, number, principal) is not None
            assert in_detail == lockable == (key in expected), (name, key)


def test_what_is_not_visible_cannot_be_acted_on(session, city, now, many):
    for name, expected in SEEN.items():
        principal = city.who(session, name, now)
        for key in ("far", "assigned", "next"):
            # Nobody may submit a case once more: who sees the case is told so, others do not learn that it is there.
            refusal = IllegalMove if key in expected else CaseNotFound
            with pytest.raises(refusal):
                service.act(session, many[key], Command(Action.SUBMIT), principal=principal, now=now)


def test_a_task_opens_a_case_to_whoever_was_asked(session, city, now):
    number = a_report(session, city, now, cell=NEXT_CELL)["number"]
    inspector = city.who(session, "inspector1", now)
    assert number not in listed(session, inspector, now)
    act(session, city, number, "request_verify", "operator", now, inspector_id=city.people["inspector1"])
    assert number in listed(session, inspector, now)


def test_filters_narrow_the_list(session, city, now, many):
    admin = city.who(session, "admin", now)

    def found(**narrowed):
        numbers = listed(session, admin, now, **narrowed)
        return {key for key, number in many.items() if number in numbers}

    assert found(states=("handling",)) == {"handling", "assigned", "returned"}
    assert found(states=("closed", "void")) == {"closed", "void"}
    assert found(area=FAR) == {"far"}
    assert found(area="3101") == EVERYTHING
    assert found(sources=("inspector",)) == {"inspectors"}
    assert found(types=(RUBBISH,)) == found(types=("GB/T 47678.5-2026|matter|06010",))
    assert found(types=(COVER_CODES["code"],)) == set()
    assert found(owner="U03") == found(owner=str(city.units["U03"])) == {"returned"}
    assert found(lamps=("grey",)) == {"on_hold"}
    assert found(bbox=(*city.spot(FAR_CELL), *city.spot(FAR_CELL))) == {"far"}
    assert found(q=many["far"]) == {"far"}
    assert found(q="139123") == EVERYTHING
    assert found(q="100%") == set()
    assert found(since=now) == EVERYTHING
    assert found(until=now) == set()
    assert found(sort="due_at") == found(sort="-due_at") == EVERYTHING
    assert queries.estimate(session, CaseFilter(sort="due_at"), admin, now=now, most=100) == (len(EVERYTHING), True)
    assert queries.estimate(session, CaseFilter(), admin, now=now, most=3) == (3, False)


def test_lamps_of_the_list_are_those_of_the_items(session, city, now, many):
    admin = city.who(session, "admin", now)
    for minutes in (0, 12, 13, 15, 16, 300, 3000):
        at = now + timedelta(minutes=minutes)
        items, _ = service.cases_for(session, CaseFilter(), admin, now=at, limit=500, cursor=None)
        for lamp in ("green", "yellow", "red", "grey"):
            shown = {item["number"] for item in items if item["lamp"] == lamp}
            assert listed(session, admin, at, lamps=(lamp,)) == shown
        assert all((item["lamp"] is None) == (item["due_at"] is None) for item in items)


@pytest.mark.parametrize("sort", ["-opened_at", "opened_at", "due_at", "-due_at", "-updated_at", "updated_at"])
def test_pages_hold_every_case_once_while_others_arrive(session, city, now, sort):
    numbers = [a_report(session, city, now + timedelta(seconds=i // 3))["number"] for i in range(13)]
    admin = city.who(session, "admin", now)
    seen, cursor = [], None
    while True:
        items, cursor = service.cases_for(session, CaseFilter(sort=sort), admin, now=now, limit=5, cursor=cursor)
        seen += [item["number"] for item in items]
        if cursor is None:
            break
        a_report(session, city, now + timedelta(hours=1))
    old = [number for number in seen if number in numbers]
    assert sorted(old) == sorted(numbers)
    assert len(seen) == len(set(seen))
    if sort == "-opened_at":
        assert seen == sorted(numbers, reverse=True)


def test_the_application_can_neither_change_nor_remove_events(session, city, now):
    a_report(session, city, now)
    for statement in (
        "UPDATE case_events SET action = 'x'",
        "DELETE FROM case_events",
        "TRUNCATE case_events",
        "DELETE FROM event_details",
        "TRUNCATE event_details",
        "UPDATE case_events_2026_03 SET action = 'x'",
        "DELETE FROM event_details_2026_03",
        "SELECT 1 FROM case_events_2026_03",
        "ALTER TABLE case_events DISABLE TRIGGER append_only",
    ):
        with pytest.raises(DBAPIError) as refused, session.begin_nested():
            session.execute(text(statement))
        assert refused.value.orig.pgcode == "42501", statement


def test_details_only_shrink(session, city, now):
    a_report(session, city, now)
    for change in (
        "details = details || '{\"actor\": 1}'",
        "details = details || '{\"more\": 1}', salts = salts || '{\"more\": 1}'",
        "salts = salts - 'actor'",
        "details = details - 'actor'",
        "seq = 7",
    ):
        with pytest.raises(DBAPIError) as refused, session.begin_nested():
            session.execute(text(f"UPDATE event_details SET {change}"))
        assert refused.value.orig.pgcode == "23000", change
    session.execute(text("UPDATE event_details SET details = details - 'actor', salts = salts - 'actor'"))


@pytest.mark.committed
def test_the_owner_is_stopped_by_the_trigger_and_a_superusers_change_shows(committed, superuser_url, now):
    with unit_of_work() as session:
        city = a_city(session, now)
        number = a_report(session, city, now)["number"]
        to_state(session, city, number, "closed", now)
        session.commit()
        owner = create_engine(committed.owner_database_url, poolclass=NullPool)
        for statement in (
            "UPDATE case_events SET at = at + interval '1 h'",
            "DELETE FROM case_events",
            "TRUNCATE case_events",
            "DELETE FROM event_details",
            "TRUNCATE event_details_2026_03",
        ):
            with pytest.raises(DBAPIError) as refused, owner.begin() as connection:
                connection.execute(text(statement))
            assert refused.value.orig.pgcode == "23000", statement
        assert _checked(session, number).ok

    database = make_url(committed.database_url).database
    superuser = create_engine(make_url(superuser_url).set(database=database), poolclass=NullPool)
    changes = [
        ("UPDATE case_events SET at = at - interval '1 h' WHERE seq = 4", (4, "changed")),
        ("UPDATE event_details SET details = jsonb_set(details, '{text}', '\"x\"') WHERE seq = 5", (5, "changed")),
        ("DELETE FROM event_details WHERE seq = 6", (6, "gone")),
        ("DELETE FROM case_events WHERE seq = 7", (6, "head-mismatch")),
        ("DELETE FROM case_events WHERE seq = 2", (2, "missing")),
    ]
    for statement, fault in changes:
        with superuser.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text(statement))
        with unit_of_work() as session:
            verdict = _checked(session, number)
        assert not verdict.ok
        assert fault in {(found.seq, found.code) for found in verdict.faults}, (statement, verdict.faults)
    owner.dispose()
    superuser.dispose()


def _checked(session, number):
    row = session.execute(text("SELECT * FROM cases WHERE number = :number"), {"number": number}).mappings().one()
    return service.verify_chain(session, row)


def test_room_for_events_is_made_by_the_month(session, city):
    queries.ensure_month(session, date(2031, 5, 31))
    found = "SELECT to_regclass('case_events_2031_05') IS NOT NULL AND to_regclass('event_details_2031_05') IS NOT NULL"
    assert session.scalar(text(found)) is True
    with pytest.raises(DBAPIError), session.begin_nested():
        queries.ensure_month(session, date(1999, 1, 1))
