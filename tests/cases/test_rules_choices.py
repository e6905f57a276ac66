"""What a person may do now, why not, and with which inputs."""

from itertools import product

import jsonschema
import pytest

from app.accounts.rules import Role
from app.cases.errors import FactMissing, IllegalMove, NotYourMove
from app.cases.rules import (
    BROUGHT,
    FACT_TEXTS,
    INPUTS,
    MOVES,
    Action,
    Fact,
    Relation,
    Standing,
    State,
    actions_of,
    choices,
    find_move,
    people_of,
    schema_of,
)

RELATIONS = frozenset(Relation) - {Relation.SYSTEM}
DESK = frozenset({Role.DISPATCHER})
GIVEN = {
    "granted": True,
    "owned": True,
    "source": "citizen",
}


def _verdict(action):
    return {Action.VERIFY: {"verdict": "real"}, Action.CHECK: {"verdict": "passed"}}.get(action, {})


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("facts", [frozenset(), frozenset(Fact)], ids=["no facts hold", "all facts hold"])
def test_a_choice_is_allowed_exactly_where_the_move_can_be_made(state, facts):
    for role, relations in product((None, *Role), (frozenset(), RELATIONS)):
        standing = Standing(frozenset({role} if role else ()), relations)
        for choice in choices(state, standing, facts):
            try:
                find_move(state, choice.action, standing, GIVEN | _verdict(choice.action), facts | BROUGHT)
            except (IllegalMove, NotYourMove):
                assert not choice.allowed
                assert choice.why
                assert choice.why_code in {"illegal-move", "not-your-move", *(set(Fact) - BROUGHT)}
            else:
                assert choice.allowed
                assert choice.why is choice.why_code is None


def test_every_action_of_the_state_is_listed_once_and_what_is_only_recorded_never():
    for state, role in product(State, Role):
        listed = [choice.action for choice in choices(state, Standing(frozenset({role}), RELATIONS), frozenset())]
        assert set(actions_of(state)) <= set(listed)
        assert len(listed) == len(set(listed))
        assert not {Action.REDACT, Action.RECALCULATE} & set(listed)
        assert Action.SUBMIT not in listed


def test_a_person_sees_why_an_action_of_their_role_has_to_wait():
    manager = Standing(frozenset({Role.UNIT_MANAGER}), frozenset({Relation.LEAD_UNIT}))
    found = {choice.action: choice for choice in choices(State.TO_DISPATCH, manager, frozenset())}
    assert found[Action.FINISH].why_code == "illegal-move"
    assert found[Action.FINISH].why == "finish is possible while the case is handling; it is to_dispatch."
    assert found[Action.VOID].why == "void is done by shift leader."
    assert Action.CHECK not in found


def test_a_condition_of_the_case_says_itself():
    manager = Standing(frozenset({Role.UNIT_MANAGER}), frozenset({Relation.LEAD_UNIT}))
    facts = frozenset(Fact) - {Fact.EXTENSIONS_LEFT}
    found = {choice.action: choice for choice in choices(State.HANDLING, manager, facts)}
    assert found[Action.REQUEST_EXTENSION].why_code == "extensions_left"
    assert found[Action.REQUEST_EXTENSION].why == FACT_TEXTS[Fact.EXTENSIONS_LEFT].en
    assert found[Action.REQUEST_HOLD].allowed


def test_what_has_to_be_seen_first_says_how():
    operator = Standing(frozenset({Role.OPERATOR}))
    found = {choice.action: choice for choice in choices(State.RECEIVED, operator, frozenset(Fact) - {Fact.VERIFIED})}
    assert (found[Action.ACCEPT].allowed, found[Action.ACCEPT].why_code) == (False, "verified")
    assert "request_verify" in found[Action.ACCEPT].why
    assert found[Action.REQUEST_VERIFY].allowed
    assert found[Action.REJECT].allowed


def test_a_dispatcher_takes_a_case_back_only_where_nobody_manages_the_lead():
    found = {
        relations: {one.action: one for one in choices(State.HANDLING, Standing(DESK, relations), frozenset())}
        for relations in (frozenset(), frozenset({Relation.UNMANAGED}))
    }
    managed, unmanaged = (choice[Action.RETURN] for choice in found.values())
    assert (managed.allowed, managed.why_code) == (False, "not-your-move")
    assert managed.why == (
        "return is done by dispatcher where nobody manages the lead unit or unit manager of the lead unit."
    )
    assert unmanaged.allowed
    assert unmanaged.schema["required"] == ["reason"]
    others = {action for action, one in found[frozenset({Relation.UNMANAGED})].items() if one.allowed}
    assert others - {action for action, one in found[frozenset()].items() if one.allowed} == {Action.RETURN}


def test_people_are_named_in_words():
    words = {people_of(who) for move in MOVES for who in move.who}
    assert {"anyone", "the system", "inspector who was asked", "handler it is assigned to"} <= words


# --- inputs ----------------------------------------------------------------------------------------------------------

API = """
accept type condition_id
request_verify inspector_id?
verify verdict
merge into
dispatch lead_id? helper_ids?
assign handler_id
advise text
split type condition_id?
self_handle text?
request_extension limit unit
decide_extension granted
request_hold until
decide_hold granted
finish text
check verdict
supervise due_at?
decide_appeal granted
rate score text?
"""


def test_inputs_are_those_that_the_api_names():
    named = {words[0]: words[1:] for words in (line.split() for line in API.strip().splitlines())}
    for action in Action:
        names = named.get(action, [])
        assert set(INPUTS[action]["properties"]) == {name.rstrip("?") for name in names}
        assert set(INPUTS[action]["required"]) == {name for name in names if not name.endswith("?")}


@pytest.mark.parametrize("action", Action)
def test_schemas_are_valid_and_closed(action):
    rows = [move for move in MOVES if move.action is action]
    schema = schema_of(action, rows)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["required"]) <= set(schema["properties"])
    assert {"reason", "photo_ids", "position"} <= set(schema["properties"])


def _valid(schema, value):
    return jsonschema.Draft202012Validator(schema).is_valid(value)


def test_a_failed_check_needs_a_reason_in_its_schema_too():
    schema = schema_of(Action.CHECK, [move for move in MOVES if move.action is Action.CHECK])
    passed = {
        "verdict": "passed",
        "photo_ids": ["0190a000-0000-7000-8000-000000000001"],
        "position": {"lon": 121.0, "lat": 31.0},
    }
    assert _valid(schema, passed)
    assert not _valid(schema, passed | {"photo_ids": []})
    assert not _valid(schema, passed | {"verdict": "failed"})
    assert _valid(schema, passed | {"verdict": "failed", "reason": "路面未恢复"})
    assert not _valid(schema, passed | {"colour": "red"})


def test_reopening_asks_the_reporter_for_a_photo_and_the_supervisor_for_nothing():
    closed = State.CLOSED
    reporter = Standing(frozenset({Role.CITIZEN}), frozenset({Relation.REPORTER}))
    supervisor = Standing(frozenset({Role.SUPERVISOR}))
    of = {
        name: next(one.schema for one in choices(closed, standing, frozenset(Fact)) if one.action is Action.REOPEN)
        for name, standing in (("reporter", reporter), ("supervisor", supervisor))
    }
    assert of["reporter"]["required"] == ["photo_ids"]
    assert of["supervisor"]["required"] == []


def test_what_a_schema_requires_is_what_the_move_asks_for():
    """Whoever sends nothing is told the required inputs, and nothing that the schema does not know."""
    for move in MOVES:
        who = next(iter(move.who))
        standing = Standing(frozenset({who.role} if who.role else ()), frozenset({who.relation}))
        when = dict([move.when]) if move.when else {}
        schema = schema_of(move.action, [move])
        try:
            find_move(move.source, move.action, standing, when, frozenset(Fact) - BROUGHT)
        except FactMissing as wrong:
            asked = {fault.pointer.removeprefix("/") for fault in wrong.faults}
            assert asked <= set(schema["properties"]) | {"type", "condition_id"}
            required = set(schema["required"]) - set(when)
            assert required - {"unit", "condition_id"} <= asked | {"type"}
