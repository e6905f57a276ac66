"""Every state × action × role × relation × set of facts against the city's own table."""

from itertools import chain, combinations, product

import pytest

from app.accounts.rules import Role
from app.cases.errors import FactMissing, IllegalMove, NotYourMove
from app.cases.rules import BROUGHT, MOVES, Action, Fact, Relation, Standing, State, find_move, possible_to
from tests.cases.city_table import BROUGHT_BY_THE_CALLER, CITY_ROWS

STATES = (None, *State)
PEOPLE = [
    (role, relation, Standing(frozenset({role} if role else ()), frozenset({relation})))
    for role, relation in product((None, *Role), Relation)
]


def subsets(facts):
    """Every set of these facts, from none to all."""
    ordered = sorted(facts)
    return [frozenset(some) for some in chain.from_iterable(combinations(ordered, n) for n in range(len(ordered) + 1))]


def expected(rows, facts):
    """What the city says to somebody whose lines these are: the target, or what is refused and for what."""
    if not rows:
        return "not-your-move", frozenset()
    row = min(rows, key=lambda one: len(one.needs - facts))
    missing = row.needs - facts
    if missing - BROUGHT_BY_THE_CALLER:
        return "illegal-move", missing - BROUGHT_BY_THE_CALLER
    return ("fact-missing", missing) if missing else (row.target, frozenset())


def told(state, action, standing, given, facts):
    """What the rules say, in the same words."""
    try:
        return find_move(state, action, standing, given, frozenset(map(Fact, facts))).target, frozenset()
    except NotYourMove:
        return "not-your-move", frozenset()
    except IllegalMove as refused:
        return "illegal-move", frozenset(refused.facts.get("because", ()))
    except FactMissing as refused:
        return "fact-missing", frozenset(refused.facts["missing"])


@pytest.mark.parametrize("state", STATES)
def test_every_action_by_everybody_with_every_set_of_facts_is_decided_as_the_city_says(state):
    asked = 0
    for action in Action:
        rows = [row for row in CITY_ROWS if row.action == action and row.source == state]
        if not rows:
            for _, _, standing in PEOPLE:
                assert told(state, action, standing, {}, set(Fact)) == ("illegal-move", frozenset())
            continue
        whens = list({tuple(row.given.items()): row.given for row in rows}.values())
        for given in whens:
            here = [row for row in rows if row.given == given]
            # A verdict or a decision shows itself in the inputs: it is there wherever it picks the line.
            shown = frozenset(given) & BROUGHT_BY_THE_CALLER
            for facts in subsets(frozenset().union(*(row.needs for row in here)) - shown):
                for role, relation, standing in PEOPLE:
                    mine = [row for row in here if row.includes(role, relation)]
                    found = told(state, action, standing, given, facts)
                    assert found == expected(mine, facts | shown), (action, given, role, relation, facts)
                    asked += 1
    assert asked or state in {State.REJECTED, State.VOID, State.MERGED}


def test_the_city_and_the_code_agree_on_what_the_caller_brings():
    assert frozenset(BROUGHT) == BROUGHT_BY_THE_CALLER


def test_the_table_has_no_row_that_the_city_does_not_know():
    city = {(row.action, row.source, row.target) for row in CITY_ROWS}
    assert {(move.action, move.source, move.target) for move in MOVES} == city


@pytest.mark.parametrize("state", State)
def test_what_is_possible_to_somebody_is_what_they_would_get_if_they_brought_everything(state):
    facts_of_case = frozenset(Fact) - BROUGHT
    for facts in (frozenset(), facts_of_case, *(facts_of_case - {fact} for fact in facts_of_case)):
        for role, relation, standing in PEOPLE:
            mine = [row for row in CITY_ROWS if row.source == state and row.includes(role, relation)]
            held = {row.action for row in mine if row.needs - BROUGHT_BY_THE_CALLER <= facts}
            assert set(possible_to(state, standing, facts)) == held - {"redact", "recalculate"}
