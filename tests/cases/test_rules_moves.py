"""The table of moves: its shape, what each move needs, what is refused first, and the clocks."""

from itertools import product

import pytest

from app.accounts.rules import Role
from app.cases.errors import FactMissing, IllegalMove, NotYourMove
from app.cases.rules import (
    BROUGHT,
    END_STATES,
    FACT_TEXTS,
    INPUTS,
    MOVES,
    OPEN_STATES,
    STAGE_OF,
    SYSTEM,
    Action,
    ClockEffect,
    Fact,
    Handling,
    Relation,
    Stage,
    Standing,
    State,
    brought,
    find_move,
    moves_from,
)
from app.cases.rules.decide import CASE_KEYS

ALL_FACTS = frozenset(Fact)
STATES = (None, *State)


def _standing(role, relation):
    return Standing(frozenset({role} if role else ()), frozenset({relation}))


def test_every_state_is_reached_and_every_open_one_can_be_left():
    reached, frontier = set(), [None]
    while frontier:
        state = frontier.pop()
        for move in moves_from(state):
            if move.target not in reached:
                reached.add(move.target)
                frontier.append(move.target)
    assert reached == set(State)
    for state in OPEN_STATES:
        assert any(move.target is not state and move.action is not Action.FORCE_CLOSE for move in moves_from(state))


def test_from_every_open_state_the_ordinary_way_leads_to_an_end():
    for start in OPEN_STATES:
        seen, frontier = {start}, [start]
        while frontier:
            for move in moves_from(frontier.pop()):
                if move.action is not Action.FORCE_CLOSE and move.target not in seen:
                    seen.add(move.target)
                    frontier.append(move.target)
        assert State.CLOSED in seen


def test_only_a_closed_case_leaves_its_end():
    for move in MOVES:
        if move.source in END_STATES and move.target is not move.source:
            assert (move.source, move.action) == (State.CLOSED, Action.REOPEN)


def test_two_arrows_of_one_action_are_told_apart_by_when_or_by_whom():
    for state, action in product(STATES, Action):
        rows = [move for move in moves_from(state) if move.action is action]
        for one, other in ((a, b) for a in rows for b in rows if a is not b):
            assert one.when != other.when or not (one.who & other.who)


# --- what each move needs, one by one -------------------------------------------------------------------------------


def _actor(move):
    who = next(iter(move.who))
    return Standing(frozenset({who.role} if who.role else ()), frozenset({who.relation}))


def _inputs(move):
    return dict([move.when]) if move.when else {}


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.action}-{move.source}-{move.when}")
def test_a_move_needs_each_of_its_facts_and_no_other(move):
    assert find_move(move.source, move.action, _actor(move), _inputs(move), move.needs) == move
    shown = brought(_inputs(move))
    for fact in move.needs - shown:
        facts = move.needs - {fact}
        if fact in BROUGHT:
            with pytest.raises(FactMissing) as wrong:
                find_move(move.source, move.action, _actor(move), _inputs(move), facts)
            assert wrong.value.facts["missing"] == [fact]
            assert [fault.pointer for fault in wrong.value.faults] == [FACT_TEXTS[fact].pointer]
        else:
            with pytest.raises(IllegalMove) as wrong:
                find_move(move.source, move.action, _actor(move), _inputs(move), facts)
            assert wrong.value.facts["because"] == [fact]
            assert wrong.value.facts["state"] == move.source


@pytest.mark.parametrize(
    ("action", "state", "role", "relation", "needs"),
    [
        ("self_handle", "received", "inspector", "reporter", "before_photo after_photo self_handling_allowed"),
        ("accept", "received", "operator", "anyone", "type condition verified"),
        ("accept", "to_file", "operator", "anyone", "type condition"),
        ("verify", "verifying", "inspector", "asked", "verdict photo position_near"),
        ("reject", "to_file", "shift_leader", "anyone", "reason"),
        ("file", "to_file", "shift_leader", "anyone", "type condition"),
        ("dispatch", "to_dispatch", "dispatcher", "anyone", "owner"),
        ("return", "handling", "unit_manager", "lead_unit", "reason"),
        ("return", "handling", "dispatcher", "unmanaged", "reason"),
        ("finish", "handling", "handler", "assigned", "after_photo text"),
        ("check", "to_check", "inspector", "not_handler", "verdict photo position"),
        ("close", "to_close", "shift_leader", "anyone", ""),
        ("force_close", "to_close", "admin", "anyone", "reason"),
        ("void", "handling", "shift_leader", "anyone", "reason"),
        ("reopen", "closed", "supervisor", "anyone", ""),
        ("reopen", "closed", "citizen", "reporter", "photo within_7_days not_reopened_before"),
        ("rate", "closed", "citizen", "reporter", "score not_rated_before"),
        ("take_over", "to_close", "shift_leader", "same_role", ""),
    ],
)
def test_needs_of_the_city(action, state, role, relation, needs):
    standing = _standing(Role(role), Relation(relation))
    wanted = frozenset(Fact(word) for word in needs.split())
    given = {"verify": {"verdict": "real"}, "check": {"verdict": "passed"}}.get(action, {})
    assert find_move(State(state), Action(action), standing, given, wanted).needs == wanted


def test_a_failed_check_needs_a_reason():
    standing = _standing(Role.INSPECTOR, Relation.NOT_HANDLER)
    inputs = {"verdict": "failed", "photo_ids": ["a"], "position": {"lon": 121.0, "lat": 31.0}}
    with pytest.raises(FactMissing) as wrong:
        find_move(State.TO_CHECK, Action.CHECK, standing, inputs, frozenset())
    assert wrong.value.facts["missing"] == [Fact.REASON]
    move = find_move(State.TO_CHECK, Action.CHECK, standing, inputs | {"reason": "还有垃圾"}, frozenset())
    assert move.target is State.HANDLING


def test_the_order_of_refusals_is_illegal_then_not_yours_then_missing():
    nobody = Standing(frozenset())
    with pytest.raises(IllegalMove) as illegal:
        find_move(State.RECEIVED, Action.CLOSE, nobody, {}, frozenset())
    assert illegal.value.facts["state"] == "received"
    assert illegal.value.facts["possible"] == []
    with pytest.raises(IllegalMove) as illegal:
        find_move(State.RECEIVED, Action.CLOSE, _standing(Role.SHIFT_LEADER, Relation.SAME_ROLE), {}, frozenset())
    assert illegal.value.facts["possible"] == [Action.REJECT, Action.TAKE_OVER]
    with pytest.raises(NotYourMove) as not_yours:
        find_move(State.RECEIVED, Action.ACCEPT, nobody, {}, frozenset())
    assert not_yours.value.facts["who"] == [{"role": "operator", "relation": "anyone"}]
    with pytest.raises(IllegalMove) as unseen:
        find_move(State.RECEIVED, Action.ACCEPT, _standing(Role.OPERATOR, Relation.ANYONE), {}, frozenset())
    assert unseen.value.facts["because"] == [Fact.VERIFIED]
    assert "request_verify" in unseen.value.detail
    assert Action.REQUEST_VERIFY in unseen.value.facts["possible"]
    seen = frozenset({Fact.VERIFIED})
    with pytest.raises(FactMissing) as missing:
        find_move(State.RECEIVED, Action.ACCEPT, _standing(Role.OPERATOR, Relation.ANYONE), {}, seen)
    assert [fault.pointer for fault in missing.value.faults] == ["/type", "/condition_id"]


def test_plain_text_from_the_database_is_as_good_as_the_enums():
    move = find_move("to_close", "close", _standing(Role.SHIFT_LEADER, Relation.ANYONE), {}, frozenset())
    assert move.target is State.CLOSED


@pytest.mark.parametrize("verdict", [None, "", "passed", "REAL", True, 1])
def test_a_verdict_that_the_action_does_not_know_is_missing(verdict):
    standing = _standing(Role.INSPECTOR, Relation.ASKED)
    with pytest.raises(FactMissing) as wrong:
        find_move(State.VERIFYING, Action.VERIFY, standing, {"verdict": verdict}, ALL_FACTS)
    assert wrong.value.facts["missing"] == [Fact.VERDICT]


@pytest.mark.parametrize("granted", [1, 0, "true", None])
def test_granted_is_a_truth_value(granted):
    with pytest.raises(FactMissing) as wrong:
        find_move(
            State.HANDLING,
            Action.DECIDE_HOLD,
            _standing(Role.DISPATCHER, Relation.ANYONE),
            {"granted": granted},
            ALL_FACTS,
        )
    assert wrong.value.facts["missing"] == [Fact.GRANTED]


def test_one_who_is_reporter_and_supervisor_takes_the_way_that_is_open():
    both = Standing(frozenset({Role.SUPERVISOR}), frozenset({Relation.REPORTER}))
    assert find_move(State.CLOSED, Action.REOPEN, both, {"owned": True}, frozenset()).needs == frozenset()


def test_the_system_acts_only_where_a_rule_or_the_clock_says_so():
    for state, action in ((State.TO_DISPATCH, Action.DISPATCH), (State.TO_CLOSE, Action.CLOSE)):
        with pytest.raises(IllegalMove):
            find_move(state, action, SYSTEM, {}, ALL_FACTS - {Fact.AUTO})
    with pytest.raises(IllegalMove):
        find_move(State.ON_HOLD, Action.RESUME, SYSTEM, {}, ALL_FACTS - {Fact.UNTIL_REACHED})


def test_no_caller_can_say_what_only_the_case_says():
    for schema in INPUTS.values():
        assert not CASE_KEYS & set(schema["properties"])
        assert schema["additionalProperties"] is False


# --- what inputs show by themselves ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "facts"),
    [
        ({}, set()),
        ({"reason": "  \n"}, set()),
        ({"reason": "不属于我单位"}, {Fact.REASON}),
        ({"reason": 7, "text": None}, set()),
        ({"photo_ids": []}, set()),
        ({"photo_ids": ["a"]}, {Fact.PHOTO}),
        ({"granted": False}, {Fact.GRANTED}),
        ({"granted": 0}, set()),
        ({"score": 5}, {Fact.SCORE}),
        ({"score": 6}, set()),
        ({"score": 2.5}, set()),
        (
            {"type": {"code": "0101"}, "condition_id": "x", "text": "清理", "position": {}, "verdict": "real"},
            {Fact.TYPE, Fact.CONDITION, Fact.TEXT, Fact.POSITION, Fact.VERDICT},
        ),
    ],
)
def test_facts_that_inputs_show(inputs, facts):
    assert brought(inputs) == facts


# --- clocks ----------------------------------------------------------------------------------------------------------


def _running(clocks, effect):
    stopped = clocks - {effect.stops} if effect.stops else clocks
    if effect.stops:
        assert effect.stops in clocks
    started = {effect.starts} - {None}
    assert not started & stopped
    clocks = stopped | started
    match effect.handling:
        case Handling.STARTS:
            assert Stage.HANDLING not in clocks
            return clocks | {Stage.HANDLING}
        case Handling.DONE | Handling.STOPS:
            assert Stage.HANDLING in clocks
            return clocks - {Stage.HANDLING}
        case Handling.GOES_ON:
            return clocks | {Stage.HANDLING}
        case Handling.PAUSES | Handling.RESUMES | Handling.EXTENDS:
            assert Stage.HANDLING in clocks
    return clocks


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.action}-{move.source}-{move.when}")
def test_exactly_the_clock_of_the_state_runs_before_and_after(move):
    before = {STAGE_OF[move.source]} if move.source in OPEN_STATES else set()
    after = {STAGE_OF[move.target]} if move.target in OPEN_STATES else set()
    assert _running(before, move.clocks) == after


def test_staying_in_a_state_keeps_its_clock_but_asking_another_inspector_starts_a_fresh_one():
    others = {Action.REQUEST_VERIFY, Action.DECIDE_EXTENSION, Action.RECALCULATE}
    for move in MOVES:
        if move.source is move.target and move.action not in others:
            assert move.clocks == ClockEffect()


def test_the_handling_clock_pauses_only_on_hold():
    for move in MOVES:
        assert (move.clocks.handling is Handling.PAUSES) == (
            move.target is State.ON_HOLD and move.source is State.HANDLING
        )
        assert (move.clocks.handling is Handling.RESUMES) == (move.action is Action.RESUME)
