"""In which state a part is."""

from enum import StrEnum


class PartState(StrEnum):
    """What the last survey says of a part; a retired one stays in the register for what names it.

    Source: domain.md §3.
    """

    INTACT = "intact"
    DAMAGED = "damaged"
    MISSING = "missing"
    OCCUPIED = "occupied"
    RETIRED = "retired"


# A part is retired by an action of its own, so that nobody does it by a slip in a form.
SETTABLE = tuple(state for state in PartState if state is not PartState.RETIRED)

# How files name states, beside our own words.
WORDS = {state.value: state for state in PartState} | {
    "完好": PartState.INTACT,
    "破损": PartState.DAMAGED,
    "丢失": PartState.MISSING,
    "占用": PartState.OCCUPIED,
    "废弃": PartState.RETIRED,
}


def read_state(word: str) -> PartState | None:
    """The state of a word in a file; None for one that nobody knows.

    Example:
        >>> read_state("破损")
        <PartState.DAMAGED: 'damaged'>
    """
    return WORDS.get(word.strip().lower())
