"""The workflow as a page for people: a picture and the table, written from the moves.

``python -m app.cases.rules.picture > docs/workflow.md`` writes the page again; a test compares.
"""

import sys
from collections.abc import Iterable, Iterator

from app.cases.rules.decide import people_of, who_in_order
from app.cases.rules.facts import BROUGHT, FACT_TEXTS, Fact
from app.cases.rules.moves import MOVES, ClockEffect, Handling, Move
from app.cases.rules.states import ACTION_NAMES, END_STATES, STATE_NAMES, Action, State

_HANDLING_WORDS = {
    Handling.KEEPS: "",
    Handling.STARTS: "handling starts afresh",
    Handling.DONE: "handling is done",
    Handling.GOES_ON: "handling goes on",
    Handling.STOPS: "handling ends",
    Handling.PAUSES: "handling pauses",
    Handling.RESUMES: "handling resumes",
    Handling.EXTENDS: "handling is extended",
    Handling.RECKONED: "the running one is due as the corrected calendar says",
}

_HEAD = """# The workflow

Written from `app/cases/rules/moves.py` by `python -m app.cases.rules.picture > docs/workflow.md`; a test compares
the two. What the words mean is in the [glossary](glossary.md); what a refused action answers is in
[illegal-move](problems/illegal-move.md), [not-your-move](problems/not-your-move.md) and
[fact-missing](problems/fact-missing.md).
"""

_CLOCKS = """## What happens to the clocks

A stage clock (accept, verify, file, dispatch, check, close) runs while the case is in its state. The handling clock is
the owner's: each dispatch, and each reopening of a case that has an owner, starts a fresh one. A return, a void or a
forced close ends it without it being done. In time means `handled_at <= due_at`. `finish` sets `handled_at`; a failed
check takes it back and the same clock goes on with the same deadline, as if it had never been done, so the time spent
waiting for the check counts. Only a hold takes time out; a granted extension moves the deadline.
"""


def page() -> str:
    """The whole page, as Markdown."""
    parts = [_HEAD, "## The picture\n", f"```mermaid\n{mermaid()}```\n", "## Every move\n"]
    return "\n".join([*parts, _table(MOVES), _CLOCKS, "## What a move needs\n", _facts()])


def mermaid() -> str:
    """The states and the arrows between them; what leaves a case where it is stands in the table only."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state}: {state} {STATE_NAMES[state]}" for state in State]
    lines += [f"    {source} --> {target}: {label}" for source, target, label in _arrows()]
    lines += [f"    {state} --> [*]" for state in State if state in END_STATES]
    return "\n".join(lines) + "\n"


def _arrows() -> Iterator[tuple[str, str, str]]:
    """One arrow for each pair of states, with all actions that make it; forced closes are left to the table."""
    labels: dict[tuple[str, str], list[str]] = {}
    for move in MOVES:
        if move.source is not move.target and move.action is not Action.FORCE_CLOSE:
            labels.setdefault((move.source or "[*]", move.target), []).append(move.action)
    for (source, target), actions in labels.items():
        yield source, target, " / ".join(dict.fromkeys(actions))


def _table(moves: Iterable[Move]) -> str:
    lines = ["| action | 动作 | from → to | who | needs | clocks |", "|---|---|---|---|---|---|"]
    lines += dict.fromkeys(_line(move) for move in _folded(moves))
    return "\n".join(lines) + "\n"


def _folded(moves: Iterable[Move]) -> Iterator[tuple[Move, list[State | None]]]:
    """Moves that differ only in the state they start from and stay in are one line."""
    groups: dict[tuple[object, ...], tuple[Move, list[State | None]]] = {}
    for move in moves:
        target = "same" if move.source is move.target else move.target
        key = (move.action, target, move.who, move.needs, move.clocks.handling, move.when, move.clocks.starts)
        groups.setdefault(key, (move, []))[1].append(move.source)
    yield from groups.values()


def _line(folded: tuple[Move, list[State | None]]) -> str:
    move, sources = folded
    cells = [
        f"`{move.action}`",
        ACTION_NAMES[move.action],
        f"{_sources(sources)} → {'the same' if move.source is move.target else move.target}{_when(move)}",
        " or ".join(dict.fromkeys(people_of(who) for who in who_in_order(move.who))),
        ", ".join(fact for fact in Fact if fact in move.needs),
        _effect(move.clocks, len(sources)),
    ]
    return f"| {' | '.join(cells)} |"


def _sources(sources: list[State | None]) -> str:
    if len(sources) == len(State):
        return "any"
    if set(sources) == set(State) - END_STATES:
        return "any open"
    return ", ".join(source or "(none)" for source in sources)


def _when(move: Move) -> str:
    return "" if move.when is None else f" if {move.when[0]} is {str(move.when[1]).lower()}"


def _effect(clocks: ClockEffect, sources: int) -> str:
    stage = "the stage's" if sources > 1 else clocks.stops
    words = [
        f"{stage} stops" if clocks.stops else "",
        f"{clocks.starts} starts" if clocks.starts else "",
        _HANDLING_WORDS[clocks.handling],
    ]
    return ", ".join(word for word in words if word)


def _facts() -> str:
    lines = ["| fact | where | if it is missing | 缺少时 |", "|---|---|---|---|"]
    for fact, text in FACT_TEXTS.items():
        where = f"`{text.pointer}`" if fact in BROUGHT else "the case"
        lines.append(f"| {fact} | {where} | {text.en} | {text.zh} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
