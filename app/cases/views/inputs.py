"""The body of an action as a command: only the inputs that this action takes, positions converted."""

from __future__ import annotations

from app.cases.rules import COMMON, INPUTS, Action
from app.cases.schemas import ActionIn
from app.cases.service import Command
from app.core.errors import Fault, Invalid


class UnknownInput(Invalid):
    slug = "unknown-input"
    title = "This action does not take that input"


def command_of(action: Action, body: ActionIn, *, expected_version: int | None) -> Command:
    """What the caller wants to do.

    Raises: UnknownInput for an input that belongs to another action.
    """
    known = {*INPUTS[action]["properties"], *COMMON}
    given = {name: getattr(body, name) for name in body.model_fields_set & ActionIn.model_fields.keys()}
    strange = sorted(given.keys() - known)
    if strange:
        faults = [Fault(f"/{name}", f"{action} takes {', '.join(sorted(known))}") for name in strange]
        raise UnknownInput(f"{action} does not take {', '.join(strange)}.", faults=faults)
    if (position := given.get("position")) is not None:
        given["position"] = position.kept()
    if (found := given.get("type")) is not None:
        given["type"] = found.model_dump(mode="json")
    return Command(action, given, expected_version)
