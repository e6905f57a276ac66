"""From every number of a summary to exactly its cases."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import insert, text

from app.core import clock
from app.core.models import table
from app.evaluation.models import EvaluationEntry
from app.evaluation.rules.counting import Counted, Mark
from app.evaluation.rules.summing import COUNTS, ROLLED, STAGE_COUNTS, Dimension
from tests.evaluation.test_summary import YEAR, roll_everything
from tests.factories.figures import IN_TIME, OPEN, Played
from tests.factories.scattered_cases import scatter

pytestmark = pytest.mark.slow

CASES = 250
KINDS = {
    Counted.HANDLING: Mark.HANDLED
    | Mark.ON_TIME
    | Mark.REWORKED
    | Mark.EXTENDED
    | Mark.HELD
    | Mark.EXEMPT
    | Mark.DEFERRED,
    Counted.REPORT: Mark.DECIDED | Mark.VALID,
    Counted.FILING: Mark.ACCURATE | Mark.MISSED,
    Counted.DISPATCH: Mark.ACCURATE,
    Counted.CLOSING: Mark.FORCED | Mark.REPEATED,
    Counted.ACCEPT_CLOCK: Mark.HANDLED | Mark.ON_TIME,
    Counted.CHECK_CLOCK: Mark.HANDLED | Mark.ON_TIME,
}


@pytest.fixture
def crowded(session, city):
    """Hundreds of cases all over the city, with entries of any kind, instant, owner and marks."""
    now = clock.now()
    scatter(session, city, CASES, now)
    session.execute(text("DELETE FROM evaluation_pending"))
    dice = Random(5)
    cells = sorted(area.code for area in city.areas if len(area.code) >= 12)
    units, types = [*city.units.values(), None], [*(one.id for one in city.types.values()), None]
    rows = [
        {
            "case_id": case_id,
            "counted": kind.value,
            "ordinal": ordinal,
            "at": now - timedelta(seconds=dice.randrange(90 * 86_400)),
            "cell": dice.choice(cells),
            "source": dice.choice(("citizen", "inspector", "hotline")),
            "type_id": dice.choice(types),
            "unit_id": dice.choice(units),
            "marks": int(Mark(dice.getrandbits(15)) & marks),
            "value": None,
        }
        for case_id in session.execute(text("SELECT id FROM cases ORDER BY number")).scalars()
        for kind, marks in KINDS.items()
        for ordinal in range(1, dice.choice((1, 2, 2, 3)))
    ]
    session.execute(insert(table(EvaluationEntry)), rows)
    roll_everything(session)
    return Played(session, city)


def spelled(value):
    """A value as a group spells it."""
    if value is None:
        return "-"
    if not isinstance(value, dict):
        return str(value)
    return "|".join((value["scheme"], value["kind"], value["code"])) if "scheme" in value else value["code"]


def lists(api, query, row, names):
    """How many cases every number of a group lists."""
    group = ",".join(spelled(row[name]) for name in query["group_by"].split(",") if name)
    return {
        name: len(api.get("evaluator", "/sla/summary/cases", **query, group=group, count=name)["items"])
        for name in names
    }


def test_every_number_of_any_grouping_lists_as_many_cases(api, crowded, request):
    """Also where months that ended are summed, and where cases went on that no sum knows."""
    crowded.case(OPEN), crowded.case(IN_TIME)
    dice = Random(request.config.getoption("hypothesis_seed", None) or 2026)
    looked_at = 0
    for nth in range(8):
        chosen = dice.sample(sorted(ROLLED) if nth % 2 else list(Dimension), dice.randint(0, 4))
        first = clock.now() - timedelta(days=dice.choice((40, 75, 300)))
        query = {"from": f"{first:%Y-%m-%d}", "to": f"{clock.now():%Y-%m-%d}", "group_by": ",".join(chosen)}
        if nth % 3 == 2:
            query["area"] = dice.choice(("310101", "310101001", "310102"))
        rows = api.get("evaluator", "/sla/summary", **query)["items"]
        names = list(STAGE_COUNTS) if Dimension.STAGE in chosen else dice.sample(list(COUNTS), 5)
        for row in dice.sample(rows, min(2, len(rows))):
            assert lists(api, query, row, names) == {name: row[name] for name in names}
            looked_at += 1
    assert looked_at > 5


def test_the_cases_are_listed_as_behind_an_indicator_on_my_ground_only(api, session, played):
    number = played.case(0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
    played.case(0, 0.1, 0.2, 0.3)
    query = {**YEAR, "group_by": "unit,month", "group": "U01,2026-03", "count": "handled"}
    answer = api.get("unit1", "/sla/summary/cases", **query)
    (case,) = answer["items"]
    assert (case["number"], case["counted_at"]) == (number, "2026-03-10T05:00:00Z")
    assert case["type"] == {name: case["type"][name] for name in ("scheme", "kind", "code", "name")}
    assert answer["from"] < case["counted_at"] < answer["to"]
    assert api.get("unit2", "/sla/summary/cases", **query)["items"] == []
    assert api.get("evaluator", "/sla/summary/cases", **query, at="2026-03-10T04:59:00Z")["items"] == []
    api.get("handler1", "/sla/summary/cases", 403, **query)


def test_more_than_one_answer_lists_ask_for_less(api, monkeypatch, played):
    played.case(0, 0.1), played.case(1, 1.1)
    monkeypatch.setattr("app.evaluation.service.behind.MOST_CASES", 1)
    problem = api.get("evaluator", "/sla/summary/cases", 422, **YEAR, count="reports")
    assert problem["type"].endswith("/too-many-cases")
    assert "narrow it" in problem["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"count": "planets"}, 422),
        ({"count": "done"}, 422),
        ({"count": "reports", "group_by": "stage", "group": "file"}, 422),
        ({"count": "done", "group_by": "stage", "group": "dreaming"}, 422),
        ({"count": "done", "group_by": "stage", "group": "-"}, 422),
        ({"group": ""}, 422),
        ({"group": "310101,U01"}, 422),
        ({"group_by": "month", "group": "March"}, 422),
        ({"group_by": "weekday", "group": "8"}, 422),
        ({"group_by": "source", "group": "mars"}, 422),
        ({"group_by": "unit", "group": "nobody"}, 404),
        ({"group_by": "district", "group": "310101001"}, 404),
        ({"group_by": "type", "group": "垃圾"}, 404),
        ({"times": "true"}, 422),
    ],
)
def test_a_group_that_cannot_be_is_refused(api, changes, status):
    query = {**YEAR, "group_by": "district", "group": "310101", "count": "filed"}
    api.get("evaluator", "/sla/summary/cases", status, **{**query, **changes})
