"""Lists walk each reason by its own index; what they show is what everybody may see, to the row and in order."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import and_, insert, select, text, update

from app.accounts.rules import Role
from app.cases import queries, service
from app.cases.models import Case, CaseReport, CaseTask
from app.cases.queries import listing, visible
from app.cases.queries.words import contains
from app.cases.rules.filters import CaseFilter, Mark
from app.core.ids import new_id
from app.core.models import table
from tests.factories.accounts import a_grant
from tests.factories.cases import act
from tests.factories.reports import a_report
from tests.factories.scattered_cases import scatter

pytestmark = pytest.mark.slow

WHO = ("inspector1", "outsider", "handler1", "unit1", "unit2", "operator2", "colleague", "both", "auditor")
SORTS = (*("-opened_at",) * 4, "opened_at", "due_at", "-due_at", "-updated_at", "updated_at")


@pytest.fixture
def crowd(session, city, now):
    """Scattered cases, many opened at the same moment; anybody was asked about some and reported some, even twice."""
    chance = random.Random(7)
    scatter(session, city, 160, now)
    cases = session.execute(select(Case.id, Case.opened_at)).all()
    for one in cases:
        opened = now - timedelta(hours=chance.randrange(40))
        session.execute(update(table(Case)).where(Case.id == one.id).values(opened_at=opened))
    city.people["both"] = city.people["handler1b"]
    a_grant(session, city.people["both"], Role.INSPECTOR, "310101", organization_id=city.units["patrol"])
    a_grant(session, city.people["both"], Role.UNIT_MANAGER, "310101", organization_id=city.units["U03"])
    for name in {*WHO, "operator", "inspector3"}:
        for one in chance.choices(cases, k=25):
            values = {"id": new_id(), "case_id": one.id, "assignee_id": city.people[name], "created_at": now}
            session.execute(insert(table(CaseTask)), {**values, "kind": chance.choice(["verify", "handle"])})
        for one in chance.choices(cases, k=15):
            tie = {"report_id": new_id(), "case_id": one.id, "number": "1", "source": "inspector", "reported_at": now}
            session.execute(insert(table(CaseReport)), {**tie, "reporter_id": city.people[name]})
    for one in chance.choices(cases, k=30):
        had = text("UPDATE cases SET unit_ids = unit_ids || :unit WHERE id = :id AND NOT :unit = ANY (unit_ids)")
        session.execute(had, {"id": one.id, "unit": city.units[chance.choice(["U01", "U02", "U03"])]})
        own = city.people[chance.choice(["handler1", "both"])]
        session.execute(update(table(Case)).where(Case.id == one.id).values(handler_id=own))
    return chance


def plain(session, principal, found, now):
    """The numbers of all that is seen and asked for, by nothing but the clause that says who sees what."""
    clauses = queries.listing.narrowed(CaseFilter(**{**found, "q": None}), principal)
    if found.get("q"):
        clauses.append(and_(queries.shown_plainly(principal), contains(found["q"])))
    column, descending = listing.ORDERS[found["sort"]]
    rows = session.execute(
        select(Case.number, Case.id, column.label("at")).where(visible(principal), *clauses), {"now": now}
    ).all()
    timed = sorted((row for row in rows if row.at), key=lambda row: (row.at, row.id), reverse=descending)
    timeless = sorted((row for row in rows if not row.at), key=lambda row: row.id, reverse=descending)
    return [row.number for row in [*timed, *timeless]]


def paged(session, principal, found, now, limit):
    seen, cursor = [], None
    while True:
        items, cursor = service.cases_for(session, CaseFilter(**found), principal, now=now, limit=limit, cursor=cursor)
        seen += [item["number"] for item in items]
        if cursor is None:
            return seen


def a_filter(chance, city):
    """Some filters at once, mostly one or none."""
    every = {
        "states": [("closed",), ("handling", "on_hold"), ("received",)],
        "lamps": [("red",), ("yellow", "red"), ("green",), ("grey",)],
        "area": ["310101", "310102001001"],
        "owner": [str(city.units["U01"]), str(city.units["U03"])],
        "types": [tuple(str(one.id) for one in list(city.types.values())[:2])],
        "sources": [("inspector",), ("citizen", "hotline")],
        "q": ["路灯", "井盖松动", "路", "哪里也没有"],
        "mark": list(Mark),
    }
    names = chance.sample(sorted(every), chance.choice([0, 1, 1, 1, 2]))
    return {"sort": chance.choice(SORTS), **{name: chance.choice(every[name]) for name in names}}


@pytest.mark.parametrize("name", WHO)
def test_a_list_is_what_the_plain_clause_says_in_order_across_pages(session, city, now, crowd, monkeypatch, name):
    principal = city.who(session, name, now)
    shown = 0
    for _ in range(60):
        found, limit = a_filter(crowd, city), crowd.choice([1, 3, 10, 50])
        for window in ("WINDOW", "OWN_WINDOW"):
            monkeypatch.setattr(listing, window, crowd.choice([1, 10, 3_000]))
        expected = plain(session, principal, found, now)
        assert paged(session, principal, found, now, max(limit, len(expected) // 20)) == expected, found
        counted = listing.estimate(session, CaseFilter(**found), principal, now=now, most=500)
        assert counted == (len(expected), True), found
        shown += len(expected)
    assert shown > 100


def test_every_tie_knows_when_its_case_was_opened(session, city, now):
    """However it came: with the case, by being asked, by a merge."""
    numbers = [a_report(session, city, now + timedelta(minutes=place))["number"] for place in range(3)]
    act(session, city, numbers[2], "request_verify", "operator", now, inspector_id=str(city.people["inspector1"]))
    act(session, city, numbers[0], "merge", "operator", now, into=numbers[1])
    for name in ("case_tasks", "case_reports"):
        rows = session.execute(
            text(f"SELECT t.opened_at = c.opened_at AS same FROM {name} t JOIN cases c ON c.id = t.case_id")
        ).all()
        assert rows, name
        assert all(row.same for row in rows), name


@pytest.mark.parametrize("name", ["inspector1", "handler1", "unit1", "both"])
def test_a_list_is_one_statement_whoever_looks(session, city, now, crowd, statements, name):
    principal = city.who(session, name, now)
    for found in ({}, {"lamps": ("red",)}, {"sort": "due_at"}):
        with statements() as sent:
            service.cases_for(session, CaseFilter(**found), principal, now=now, limit=30, cursor=None)
        assert len(sent) == 1
