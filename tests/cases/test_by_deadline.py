"""The list by deadline: those without a running clock come last, page by page, from one index."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from app.cases import queries, service
from app.cases.rules.filters import CaseFilter
from app.core.paging import BadCursor
from tests.factories.cases import act, to_state
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow


@pytest.fixture
def mixed(session, city, now):
    """Seven cases with a clock and six without, as they came: (number, whether a clock runs)."""
    made = []
    for i in range(13):
        at = now + timedelta(minutes=i // 2)
        number = a_report(session, city, at)["number"]
        if i % 2:
            act(session, city, number, "reject", "operator", at, reason="不属于城市管理范围")
        made.append((number, i % 2 == 0))
    return made


def pages(session, principal, now, limit, **found):
    """Every case of the list in its order, read page by page, each page as large as it may be."""
    seen, cursor = [], None
    while True:
        items, cursor = service.cases_for(session, CaseFilter(**found), principal, now=now, limit=limit, cursor=cursor)
        seen += items
        if cursor is None:
            return seen
        assert len(items) == limit


@pytest.mark.parametrize("sort", ["due_at", "-due_at"])
@pytest.mark.parametrize("limit", [1, 3, 7, 12, 13, 50])
@pytest.mark.parametrize("who", ["admin", "inspector1"])
def test_every_case_once_and_those_without_a_clock_last(session, city, now, mixed, sort, limit, who):
    shown = pages(session, city.who(session, who, now), now, limit, sort=sort)
    assert sorted(item["number"] for item in shown) == sorted(number for number, _ in mixed)
    clocks = [item["due_at"] for item in shown]
    assert clocks[7:] == [None] * 6
    assert clocks[:7] == sorted(clocks[:7], reverse=sort == "-due_at")
    numbers = [item["number"] for item in shown[7:]]
    assert numbers == sorted(numbers, reverse=sort == "-due_at")


def test_filters_leave_out_what_cannot_be_there(session, city, now, mixed):
    admin = city.who(session, "admin", now)
    timed = {number for number, runs in mixed if runs}
    for found in ({"states": ("received",)}, {"lamps": ("green",)}):
        assert {item["number"] for item in pages(session, admin, now, 3, sort="due_at", **found)} == timed
    rejected = pages(session, admin, now, 2, sort="-due_at", states=("rejected",))
    assert {item["number"] for item in rejected} == {number for number, _ in mixed} - timed


def test_a_cursor_belongs_to_its_order_alone(session, city, now, mixed):
    admin = city.who(session, "admin", now)
    for limit in (1, 9):  # with a clock, without
        _, cursor = service.cases_for(session, CaseFilter(sort="due_at"), admin, now=now, limit=limit, cursor=None)
        assert cursor is not None
        for sort in ("-opened_at", "-due_at"):
            with pytest.raises(BadCursor):
                service.cases_for(session, CaseFilter(sort=sort), admin, now=now, limit=9, cursor=cursor)


def test_every_open_case_has_a_clock(session, city, now):
    """What lets the list leave out those without one where only open cases are asked for."""
    for state in ("received", "verifying", "to_file", "to_dispatch", "handling", "on_hold", "to_check", "to_close"):
        number = a_report(session, city, now)["number"]
        if state != "received":
            to_state(session, city, number, state, now)
        assert service.case_row(session, number, city.who(session, "admin", now))["due_at"] is not None, state


@pytest.mark.parametrize("sort", ["due_at", "-due_at"])
@pytest.mark.parametrize("after", ["start", "timed", "timeless"])
def test_the_index_gives_the_order(session, city, now, mixed, sort, after):
    admin = city.who(session, "admin", now)
    first = service.case_row(session, mixed[0][0], admin)
    edge = {"start": None, "timed": (first["due_at"], first["id"]), "timeless": (None, first["id"])}[after]
    # Of so few cases the planner would read all.
    for way in ("seqscan", "bitmapscan", "sort"):
        session.execute(text(f"SET LOCAL enable_{way} = off"))
    sent = []
    connection = session.connection()
    event.listen(connection, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
    queries.cases_page(session, CaseFilter(sort=sort), admin, now=now, limit=3, after=edge)
    [(statement, values)] = sent
    plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]
    # Right above the scan of each part is its limit: the page is read off the index, however many cases there are.
    scan = "Index Scan Backward using" if sort == "-due_at" else "Index Scan using"
    read = [f"{scan} ix_cases_due_at_id_all" in line and "Limit" in plan[at - 1] for at, line in enumerate(plan)]
    assert sum(read) == (1 if after == "timeless" else 2), plan
