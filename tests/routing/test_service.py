"""Routing and the import of rules on the real database."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from app.catalog.schemas import TypeRef
from app.catalog.service import find_type
from app.grid import service as grid
from app.routing import service
from app.routing.errors import BadRoutingRules, RuleTie
from tests.factories.catalog import SCHEME, a_type
from tests.factories.grid import a_grid, centre
from tests.factories.routing import a_territory, a_unit, rule_row, rules

pytestmark = pytest.mark.slow

TODAY = date(2026, 3, 10)
STREET = "310101001"
CELL = "310101001001001"


@pytest.fixture
def city(session, now):
    """A grid, three units, the territory of one street, and two types."""
    areas = a_grid(session, now=now, side=2)
    for code, name in (("U01", "环卫作业中心"), ("U02", "市政养护中心"), ("U03", "园林养护中心")):
        a_unit(session, code, name)
    a_territory(session, STREET)
    a_type(session)
    a_type(session, kind="part", code="01001", name="上水井盖")
    return areas


def _type(session, kind="matter", code="06010"):
    return find_type(session, TypeRef(scheme=SCHEME, kind=kind, code=code))


@pytest.fixture
def spot(session, city):
    return {"type_row": _type(session), "place": grid.locate(session, *centre(city, CELL)), "on": TODAY}


def _statements(session):
    seen = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: seen.append(a[2]))
    return seen


def test_the_most_specific_rule_leads_and_its_helpers_help(session, spot):
    rules(
        session,
        rule_row(lead="U01"),
        rule_row(lead="U02", helpers="U03 U01", area=STREET, auto="true"),
        rule_row(lead="U03", type="", **{"class": "06"}, area=CELL),
    )
    found = service.route(session, **spot)
    assert found.lead.code == "U02"
    assert [helper.code for helper in found.helpers] == ["U03", "U01"]
    assert found.auto
    assert [one["won"] for one in found.trace] == [True, False, False, False]
    assert [one["lead"]["code"] for one in found.trace] == ["U02", "U01", "U03", STREET]


def test_without_a_rule_the_street_answers_for_its_ground(session, spot):
    rules(session, rule_row(lead="U01", area="310102"))
    found = service.route(session, **spot)
    assert found.lead.code == STREET
    assert (found.helpers, found.auto) == ((), False)
    assert found.trace[0]["rule"] == "territory"


def test_where_the_street_has_no_organisation_nobody_answers_and_the_trace_says_so(session, city):
    place = grid.locate(session, *centre(city, "310102001001001"))
    found = service.route(session, type_row=_type(session), place=place, on=TODAY)
    assert found.lead is None
    assert found.as_json()["lead"] is None
    assert "no organisation is registered" in found.trace[0]["why"].lower()


def test_a_parts_own_owner_comes_before_every_rule(session, spot):
    rules(session, rule_row(lead="U01", area=CELL, auto="true"))
    owner = a_unit(session, "U09", "供电公司")
    found = service.route(session, **spot, bound=service.Bound(part_owner_id=owner))
    assert (found.lead.code, found.auto) == ("U09", False)


def test_an_unknown_type_goes_by_rules_for_any_type(session, spot):
    rules(session, rule_row(), {"lead": "U03"})
    assert service.route(session, **(spot | {"type_row": None})).lead.code == "U03"


def test_rules_hold_on_their_days(session, spot):
    rules(session, rule_row(lead="U01", valid_to="2026-03-10"), rule_row(lead="U02", valid_from="2026-03-10"))
    assert service.route(session, **spot).lead.code == "U02"
    assert service.route(session, **(spot | {"on": TODAY - timedelta(days=1)})).lead.code == "U01"


def test_routing_takes_two_statements_however_many_rules_there_are(session, spot):
    cells = [f"310101001001{serial:03}" for serial in range(1, 5)]
    rules(session, *(rule_row(lead="U01", area=cell) for cell in cells), rule_row(lead="U02"))
    service.route(session, **spot)
    seen = _statements(session)
    service.route(session, **spot)
    assert len(seen) == 2


# --- import ----------------------------------------------------------------------------------------------------------


def test_an_import_is_the_whole_set_and_keeps_what_says_the_same(session, city, now):
    first = rules(session, rule_row(), rule_row(area=CELL, lead="U02"))
    assert (first.rules, first.added, first.retired) == (2, 2, 0)
    again = rules(session, rule_row(), rule_row(area=CELL, lead="U02"), now=now)
    assert again == service.Imported(first.version, 2, 0, 0)
    second = rules(session, rule_row(), rule_row(area=CELL, lead="U03"), now=now)
    assert (second.version, second.added, second.retired) == (first.version + 1, 1, 1)
    stored = session.execute(text("SELECT version, retired_at FROM routing_rules ORDER BY version, retired_at")).all()
    assert [(row.version - first.version, row.retired_at) for row in stored] == [(0, now), (0, None), (1, None)]


def test_a_rule_that_was_retired_can_come_back(session, city, now):
    rules(session, rule_row())
    rules(session, rule_row(lead="U02"), now=now)
    assert rules(session, rule_row(), now=now).added == 1


def test_other_sessions_see_the_new_rules_by_the_stamp(session, spot):
    rules(session, rule_row(lead="U01"))
    assert service.route(session, **spot).lead.code == "U01"
    rules(session, rule_row(lead="U02"))
    assert service.route(session, **spot).lead.code == "U02"


def test_a_faulty_list_changes_nothing_and_names_each_fault(session, spot):
    rules(session, rule_row())
    with pytest.raises(BadRoutingRules) as wrong:
        rules(session, rule_row(lead="U02"), rule_row(lead="U99"), rule_row(duty_zone="Z9"), rule_row(type="1"))
    assert [fault.pointer for fault in wrong.value.faults] == ["/rules/1/lead", "/rules/2/duty_zone", "/rules/3/type"]
    assert service.route(session, **spot).lead.code == "U01"


def test_a_tie_is_refused(session, city):
    with pytest.raises(RuleTie) as wrong:
        rules(session, rule_row(), rule_row(lead="U02", valid_from="2027-01-01"))
    assert [fault.pointer for fault in wrong.value.faults] == ["/rules/1/lead"]


def test_the_database_refuses_a_tie_too(session, city):
    rules(session, rule_row(valid_from="2026-01-01", valid_to="2027-01-01"))
    again = text("""
        INSERT INTO routing_rules (id, said, target, scheme, kind, code, ground, place, lead_id, helper_ids, auto,
                                   valid_from, version, created_at)
        SELECT gen_random_uuid(), said, target, scheme, kind, code, ground, place, lead_id, helper_ids, auto,
               cast(:day AS date), version, created_at FROM routing_rules
    """)
    with session.begin_nested():
        session.execute(again, {"day": date(2027, 1, 1)})
    with pytest.raises(IntegrityError, match="ex_routing_rules_no_tie"):
        session.execute(again, {"day": date(2026, 12, 31)})


def test_rules_are_read_from_a_file(session, spot, tmp_path):
    path = tmp_path / "routing_rules.csv"
    path.write_text(f"scheme,kind,class,type,area,duty_zone,lead,helpers\n{SCHEME},matter,06,,,,U02,U01\n")
    assert service.load_rules(session, path, now=session.scalar(text("SELECT now()"))).added == 1
    assert service.route(session, **spot).lead.code == "U02"


@pytest.mark.parametrize("content", [None, b"lead\n\xff\xfe\n"])
def test_a_file_that_cannot_be_read_says_so(session, tmp_path, now, content):
    path = Path(tmp_path / "rules.csv")
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadRoutingRules, match="cannot be read as UTF-8 CSV"):
        service.load_rules(session, path, now=now)
