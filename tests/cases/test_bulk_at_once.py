"""Bulk actions sent together, with real commits."""

from datetime import UTC, datetime

import pytest

from app.core.db import database, unit_of_work
from app.factory import create_app
from tests.factories.cases import RUBBISH_CODES, a_city
from tests.factories.http import Api
from tests.journeys.test_at_once import at_once

pytestmark = [pytest.mark.committed, pytest.mark.slow]
TOGETHER = 5


@pytest.fixture
def api(committed):
    app = create_app(committed, database())
    with unit_of_work() as session:
        city = a_city(session, datetime.now(UTC))
        session.commit()
        yield Api(app, session, city)


@pytest.fixture
def filed(api):
    """Six cases that wait for their dispatch."""
    numbers = [api.report("citizen")["case"]["number"] for _ in range(6)]
    asked = {"items": [{"number": number} for number in numbers]}
    condition = str(api.city.condition())
    api.post("operator", "/cases/actions/accept", json={**asked, "type": RUBBISH_CODES, "condition_id": condition})
    api.post("leader", "/cases/actions/file", json=asked)
    return numbers


def test_the_same_key_sent_together_is_carried_out_once_and_all_get_the_same_answer(api, filed):
    body = {"items": [{"number": number} for number in [*filed, "20200101-000001"]]}
    request = {"json": body, "headers": {"Idempotency-Key": "k-1"}}
    answers = at_once(api, [("dispatcher", "/cases/actions/dispatch", dict(request)) for _ in range(TOGETHER)])
    assert {status for status, _, _ in answers} == {200}
    lines = [
        [(one["number"], one["ok"], one["state"], one["version"]) for one in told["items"]] for _, told, _ in answers
    ]
    assert all(told == lines[0] for told in lines)
    assert [one[1] for one in lines[0]] == [True] * 6 + [False]
    assert [len(api.chain(number)) for number in filed] == [4] * 6


def test_without_a_key_one_wins_each_case_and_the_others_are_told_why(api, filed):
    # Against each other's order, so that each would wait for the other if a request held more than one case.
    there, back = ([{"number": number, "version": 3} for number in order] for order in (filed, filed[::-1]))
    orders = [there, back] * 2
    answers = at_once(api, [("dispatcher", "/cases/actions/dispatch", {"json": {"items": order}}) for order in orders])
    assert {status for status, _, _ in answers} == {200}
    told = [one for _, answer, _ in answers for one in answer["items"]]
    assert sorted(one["number"] for one in told if one["ok"]) == sorted(filed)
    assert {one["problem"]["status"] for one in told if not one["ok"]} == {412}
    assert [len(api.chain(number)) for number in filed] == [4] * 6
