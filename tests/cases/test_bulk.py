"""The same action on many cases: each for itself, in the order sent, and once however often it is sent."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from app.cases import service
from app.cases.rules import ONE_BY_ONE, Action
from app.core.errors import Unavailable
from tests.factories.cases import RUBBISH_CODES

pytestmark = pytest.mark.slow


def path(action):
    return f"/cases/actions/{action}"


def items(*numbers):
    return [{"number": number} for number in numbers]


@pytest.fixture
def received(api):
    """Cases that have just been received; their numbers."""

    def make(count):
        return [api.report("citizen")["case"]["number"] for _ in range(count)]

    return make


@pytest.fixture
def filed(api, city, received):
    """Cases that wait for their dispatch."""

    def make(count):
        numbers = received(count)
        accepted = {"type": RUBBISH_CODES, "condition_id": str(city.condition())}
        for action, who, inputs in (("accept", "operator", accepted), ("file", "leader", {})):
            done = api.post(who, path(action), json={"items": items(*numbers), **inputs})["items"]
            assert all(one["ok"] for one in done), done
        return numbers

    return make


def test_each_case_has_its_own_result_in_the_order_sent(api, filed):
    first, second, third = filed(3)
    elsewhere = api.report("citizen")["case"]["number"]
    asked = [
        {"number": third},
        {"number": first, "version": 2},
        {"number": "20200101-000001"},
        {"number": elsewhere},
        {"number": second, "version": 3},
    ]
    told = api.post("dispatcher", path("dispatch"), json={"items": asked})["items"]
    assert [one["number"] for one in told] == [one["number"] for one in asked]
    assert [one["ok"] for one in told] == [True, False, False, False, True]
    assert [one["state"] for one in told] == ["handling", "to_dispatch", None, "received", "handling"]
    assert [one["version"] for one in told] == [4, 3, None, 1, 4]
    assert [one["problem"] and one["problem"]["status"] for one in told] == [None, 412, 404, 409, None]
    stale, unseen, illegal = (told[i]["problem"] for i in (1, 2, 3))
    assert (stale["type"], stale["version"]) == ("/problems/stale-version", 3)
    assert unseen["type"] == "/problems/case-not-found"
    assert (illegal["type"], illegal["possible"]) == ("/problems/illegal-move", [])
    assert illegal["instance"] == "/api/v1/cases/actions/dispatch"
    for number in (first, second, third):
        api.chain(number)


def test_who_may_do_it_to_one_may_do_it_to_many_and_nobody_else(api, filed, received):
    numbers = filed(2)
    told = api.post("leader", path("dispatch"), json={"items": items(*numbers)})["items"]
    assert {one["problem"]["type"] for one in told} == {"/problems/not-your-move"}
    # The unit sees nothing of cases that nobody gave it.
    told = api.post("unit2", path("return"), json={"items": items(*numbers), "reason": "不属于我单位"})["items"]
    assert {one["problem"]["type"] for one in told} == {"/problems/case-not-found"}
    api.post("auditor", path("dispatch"), 403, json={"items": items(*numbers)})
    api.post(None, path("dispatch"), 401, json={"items": items(*numbers)})
    target, *others = received(3)
    told = api.post("operator", path("merge"), json={"items": items(*others), "into": target})["items"]
    assert [one["state"] for one in told] == ["merged", "merged"]
    assert len(api.get("operator", f"/cases/{target}")["reports"]) == 3


@pytest.mark.parametrize("action", sorted(ONE_BY_ONE))
def test_what_is_about_one_case_is_refused(api, action):
    told = api.post("operator", path(action), 422, json={"items": items("20260310-000001")})
    assert told["type"] == "/problems/not-in-bulk"


@pytest.mark.parametrize(
    ("body", "slug", "pointer"),
    [
        ({"items": []}, "invalid", "/items"),
        ({"items": items(*(f"20260310-{n:06}" for n in range(201)))}, "invalid", "/items"),
        ({"items": items("20260310-000001", "x", "20260310-000001")}, "invalid", "/items/0/number"),
        ({"items": [{"number": "x", "version": 0}]}, "invalid", "/items/0/version"),
        ({"items": [{"number": "x", "colour": "red"}]}, "invalid", "/items/0/colour"),
        ({"items": [{"number": ""}]}, "invalid", "/items/0/number"),
        ({}, "invalid", "/items"),
        ({"items": items("x"), "handler_id": str(uuid4())}, "unknown-input", "/handler_id"),
        ({"items": items("x"), "photo_ids": [str(uuid4())]}, "not-in-bulk", "/photo_ids"),
    ],
)
def test_what_cannot_be_meant_is_refused_for_all(api, body, slug, pointer):
    told = api.post("dispatcher", path("dispatch"), 422, json=body)
    assert told["type"] == f"/problems/{slug}"
    assert told["errors"][0]["pointer"] == pointer
    api.post("dispatcher", path("nonsense"), 422, json={"items": items("x")})


def test_the_same_key_gets_the_same_answer_and_nothing_twice(api, filed):
    numbers = filed(2)
    body = {"items": [*items(*numbers), {"number": "20200101-000001"}]}
    key = {"Idempotency-Key": "k-1"}
    first = api.call("dispatcher", "POST", path("dispatch"), json=body, headers=key)
    again = api.call("dispatcher", "POST", path("dispatch"), json=body, headers=key)
    assert again.get_data() == first.get_data()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert [len(api.chain(number)) for number in numbers] == [4, 4]
    other = api.post("dispatcher", path("dispatch"), 409, json={"items": items(numbers[0])}, headers=key)
    assert other["type"] == "/problems/idempotency-key-reused"
    api.post("dispatcher", path("dispatch"), 422, json=body, headers={"Idempotency-Key": "网格"})
    # Another one's key of the same name is another key; without a key it is simply done again, and refused.
    told = api.post("leader", path("dispatch"), json=body, headers=key)["items"]
    assert told[0]["problem"]["type"] == "/problems/illegal-move"
    told = api.post("dispatcher", path("dispatch"), json=body)["items"]
    assert [one["problem"]["type"] for one in told[:2]] == ["/problems/illegal-move"] * 2


def test_what_stopped_half_way_goes_on_where_it_stopped(api, filed, monkeypatch):
    numbers = filed(4)
    body = {"items": [*items(numbers[0]), {"number": "20200101-000001"}, *items(*numbers[1:])]}
    key = {"Idempotency-Key": "k-2"}
    act, seen = service.act, []

    def failing(session, number, *args, **named):
        seen.append(number)
        if len(seen) == 4:
            message = "the database went away"
            raise Unavailable(message)
        return act(session, number, *args, **named)

    monkeypatch.setattr(service, "act", failing)
    told = api.post("dispatcher", path("dispatch"), json=body, headers=key)["items"]
    assert [one["ok"] for one in told] == [True, False, True, False, False]
    assert [one["problem"]["status"] for one in told[3:]] == [503, 503]
    assert seen == [numbers[0], "20200101-000001", numbers[1], numbers[2]]
    again = api.post("dispatcher", path("dispatch"), json=body, headers=key)["items"]
    assert [one["ok"] for one in again] == [True, False, True, True, True]
    assert again[:3] == told[:3]
    assert seen[4:] == [numbers[2], numbers[3]]
    assert [len(api.chain(number)) for number in numbers] == [4, 4, 4, 4]
    # Now it is whole: the third time is the second's answer, and what was refused stays refused.
    assert api.post("dispatcher", path("dispatch"), json=body, headers=key)["items"] == again


def test_one_that_fails_by_our_fault_is_told_as_such_and_nothing_of_it_is_kept(api, filed, monkeypatch):
    numbers = filed(2)

    def broken(*_args, **_named):
        raise ZeroDivisionError

    monkeypatch.setattr(service, "act", broken)
    told = api.post("dispatcher", path("dispatch"), json={"items": items(*numbers)})["items"]
    assert [one["problem"]["status"] for one in told] == [500, 500]
    assert "ZeroDivision" not in str(told)


def test_statements_grow_by_the_same_for_each_case(api, filed, statements):
    def cost(count, **headers):
        numbers = filed(count)
        with statements() as sent:
            api.post("dispatcher", path("dispatch"), json={"items": items(*numbers)}, headers=headers)
        return len(sent)

    cost(1)
    one, three = cost(1), cost(3)
    assert (three - one) % 2 == 0
    each = (three - one) // 2
    with_key = cost(3, **{"Idempotency-Key": "k-3"}) - three
    # Claiming and keeping each part, and the same for the whole.
    assert with_key == 2 * 3 + 2
    assert each == EACH


EACH = 13
"""Statements of one dispatch: lock, standing, owner, clock stopped and started, event, feed, task and the case."""


def test_the_events_say_the_same_as_after_single_actions(api, filed):
    single, many = filed(2)
    api.act("dispatcher", single, "dispatch", reason="值班")
    api.post("dispatcher", path("dispatch"), json={"items": items(many), "reason": "值班"})
    kept = ("action", "from", "to", "inputs", "reason", "actor")
    one, other = ({name: api.chain(number)[-1][name] for name in kept} for number in (single, many))
    for event in (one, other):
        for side in ("from", "to"):
            event[side].pop("yellow_at"), event[side].pop("due_at")
    assert one == other


def test_keys_of_parts_are_forgotten_with_all_others(api, filed):
    body = {"items": items(*filed(1))}
    api.post("dispatcher", path("dispatch"), json=body, headers={"Idempotency-Key": "k-4"})
    rows = api.session.execute(text("SELECT status, body FROM idempotency_keys WHERE status = 200")).all()
    assert len(rows) == 2


def test_every_action_but_those_about_one_case_is_taken(api, received):
    number = received(1)[0]
    for action in set(Action) - ONE_BY_ONE:
        told = api.post("operator", path(action), json={"items": [{"number": number, "version": 99}]})["items"]
        assert told[0]["problem"]["type"] == "/problems/stale-version"
