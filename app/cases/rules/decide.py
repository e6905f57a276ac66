"""Which move an action makes, and why another is not possible."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from app.accounts.rules import Role
from app.cases.errors import FactMissing, IllegalMove, NotYourMove
from app.cases.rules.facts import BROUGHT, FACT_TEXTS, Fact, Relation, Standing, Who, brought
from app.cases.rules.inputs import schema_of
from app.cases.rules.moves import MOVES, RECORDED, Move, actions_of, moves_from
from app.cases.rules.states import Action, State
from app.core.errors import Fault

CASE_KEYS = frozenset({"source", "owned"})
"""Keys of `when` that are said by the case, not by the caller."""
EVERY_FACT = frozenset(Fact)


def find_move(
    state: State | None,
    action: Action,
    standing: Standing,
    inputs: Mapping[str, Any],
    facts: AbstractSet[Fact],
) -> Move:
    """The move that this actor makes with this action.

    Shape:  `inputs` are the action's inputs and, of the case, `source` (its Source) and `owned` (whether it has a
            lead owner). `facts` are those the service found out; what the inputs show by themselves is added here.
    Raises: in this order: IllegalMove (no such move from this state), NotYourMove, IllegalMove (`because` names
            conditions of the case that do not hold), FactMissing (with a fault for each thing to bring). `possible`
            is what the actor's roles and relations allow here, as far as facts are concerned that nobody asked for.
    Source: domain.md §5; api.md "Cases"
    """
    rows = [move for move in moves_from(state) if move.action == action]
    if not rows:
        raise IllegalMove(
            f"{action} is not possible while the case is {state or 'not there'}.",
            state=state,
            possible=possible_to(state, standing, EVERY_FACT),
        )
    mine = [move for move in rows if _may(move, standing)]
    if not mine:
        raise NotYourMove(f"{action} is done by {_people(rows)}.", state=state, action=action, who=_who_codes(rows))
    given = brought(inputs) | facts
    chosen = min(_picked(mine, inputs) or mine, key=lambda move: len(move.needs - given))
    if broken := _in_order((chosen.needs - given) - BROUGHT):
        others = [other for other in possible_to(state, standing, EVERY_FACT) if other != action]
        because = " ".join(FACT_TEXTS[fact].en for fact in broken)
        raise IllegalMove(because, state=state, possible=others, because=broken)
    _ask_the_caller(chosen, given, inputs)
    return chosen


def _may(move: Move, standing: Standing) -> bool:
    return any(standing.includes(who) for who in move.who)


def _picked(rows: list[Move], inputs: Mapping[str, Any]) -> list[Move]:
    """The arrows that the inputs choose: those whose `when` is met, else those without one."""
    met = [move for move in rows if move.when is not None and _same(inputs.get(move.when[0]), move.when[1])]
    return met or [move for move in rows if move.when is None]


def _same(given: object, wanted: object) -> bool:
    """Equal and, so that 1 is not taken for true, both or neither a truth value."""
    return given == wanted and isinstance(given, bool) is isinstance(wanted, bool)


def _ask_the_caller(move: Move, given: AbstractSet[Fact], inputs: Mapping[str, Any]) -> None:
    missing = _in_order((move.needs - given) | _unread(move, inputs))
    if missing:
        texts = [FACT_TEXTS[fact] for fact in missing]
        raise FactMissing(
            " ".join(text.en for text in texts),
            faults=[Fault(text.pointer or "", text.en) for text in texts],
            action=move.action,
            missing=missing,
        )


def _unread(move: Move, inputs: Mapping[str, Any]) -> frozenset[Fact]:
    """The input that should choose the arrow and does not (a verdict this action does not know)."""
    if move.when is None or move.when[0] in CASE_KEYS or _same(inputs.get(move.when[0]), move.when[1]):
        return frozenset()
    return frozenset({Fact(move.when[0])})


def _in_order(facts: AbstractSet[Fact]) -> list[Fact]:
    return [fact for fact in Fact if fact in facts]


def possible_to(state: State | None, standing: Standing, facts: AbstractSet[Fact]) -> list[Action]:
    """What this actor may do in this state where these facts hold of the case, in the table's order."""
    known = facts | BROUGHT
    mine = {move.action for move in moves_from(state) if _may(move, standing) and move.needs <= known}
    return [action for action in actions_of(state) if action in mine]


@dataclass(frozen=True, slots=True)
class Choice:
    """One action as a person sees it: allowed or why not, and the JSON Schema of its inputs.

    `why_code` is `illegal-move`, `not-your-move` or the code of the first fact that does not hold; both `why` and
    `why_code` are None where the action is allowed.
    """

    action: Action
    allowed: bool
    why_code: str | None
    why: str | None
    schema: Mapping[str, Any]


def choices(state: State, standing: Standing, facts: AbstractSet[Fact]) -> list[Choice]:
    """What this actor may do now: every action of the state, then those their roles have in other states.

    Only conditions of the case are asked here; what the caller has to bring stands in the schema.
    """
    here = actions_of(state)
    elsewhere = dict.fromkeys(move.action for move in MOVES if move.source is not None and _in_role(move, standing))
    choices_here = [_choice(state, action, standing, facts) for action in here]
    others = [action for action in elsewhere if action not in here and action not in RECORDED]
    return choices_here + [_elsewhere(state, action) for action in others]


def _choice(state: State, action: Action, standing: Standing, facts: AbstractSet[Fact]) -> Choice:
    rows = [move for move in moves_from(state) if move.action == action]
    mine = [move for move in rows if _may(move, standing)]
    schema = schema_of(action, mine or rows)
    if not mine:
        return Choice(action, False, NotYourMove.slug, f"{action} is done by {_people(rows)}.", schema)
    broken = min((_in_order((move.needs - facts) - BROUGHT) for move in mine), key=len)
    if broken:
        return Choice(action, False, broken[0], " ".join(FACT_TEXTS[fact].en for fact in broken), schema)
    return Choice(action, True, None, None, schema)


def _elsewhere(state: State, action: Action) -> Choice:
    rows = [move for move in MOVES if move.action == action]
    states = ", ".join(dict.fromkeys(move.source for move in rows if move.source is not None))
    why = f"{action} is possible while the case is {states}; it is {state}."
    return Choice(action, False, IllegalMove.slug, why, schema_of(action, rows))


def _in_role(move: Move, standing: Standing) -> bool:
    """Whether one of the actor's roles has this move at all, whatever the relation to this case."""
    return any(who.role in standing.roles if who.role else standing.includes(who) for who in move.who)


_RELATION_WORDS = {
    Relation.REPORTER: "who reported it",
    Relation.JOINER: "joining their own report",
    Relation.ASKED: "who was asked",
    Relation.LEAD_UNIT: "of the lead unit",
    Relation.HELPER_UNIT: "of a helping unit",
    Relation.ASSIGNED: "it is assigned to",
    Relation.UNMANAGED: "where nobody manages the lead unit",
    Relation.NOT_HANDLER: "who did not handle it",
}


def people_of(who: Who) -> str:
    """Those people in words: "inspector who was asked"."""
    if who.relation is Relation.SYSTEM:
        return "the system"
    if who.relation is Relation.SAME_ROLE:
        return "a colleague with the same role and organisation as the one who has it now"
    name = (who.role or ("anyone" if who.relation is Relation.ANYONE else "somebody")).replace("_", " ")
    return f"{name} {_RELATION_WORDS[who.relation]}" if who.relation in _RELATION_WORDS else name


def _people(rows: list[Move]) -> str:
    return " or ".join(dict.fromkeys(people_of(who) for move in rows for who in who_in_order(move.who)))


def _who_codes(rows: list[Move]) -> list[dict[str, str | None]]:
    pairs = dict.fromkeys(who for move in rows for who in who_in_order(move.who))
    return [{"role": who.role, "relation": who.relation} for who in pairs]


def who_in_order(who: AbstractSet[Who]) -> list[Who]:
    """Those people in the order of the roles."""
    order = list(Role)
    return sorted(who, key=lambda one: (order.index(one.role) if one.role else -1, one.relation))
