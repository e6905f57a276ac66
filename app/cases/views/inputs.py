"""The body of an action as a command: only the inputs that this action takes, positions converted."""

from __future__ import annotations

from typing import Any

from app.cases.rules import COMMON, INPUTS, Action
from app.cases.schemas import ActionIn
from app.cases.service import Command
from app.core.errors import Fault, Invalid
from app.grid.schemas import PositionIn


class UnknownInput(Invalid):
    slug = "unknown-input"
    title = "This action does not take that input"


def command_of(action: Action, body: ActionIn, *, expected_version: int | None) -> Command:
    """What the caller wants to do.

    Raises: UnknownInput for an input that belongs to another action.
    """
    known = {*INPUTS[action]["properties"], *COMMON}
    given = {name: getattr(body, name) for name in body.model_fields_set}
    strange = sorted(given.keys() - known)
    if strange:
        faults = [Fault(f"/{name}", f"{action} takes {', '.join(sorted(known))}") for name in strange]
        raise UnknownInput(f"{action} does not take {', '.join(strange)}.", faults=faults)
    if (position := given.get("position")) is not None:
        given["position"] = position_of(position)
    if (found := given.get("type")) is not None:
        given["type"] = found.model_dump(mode="json")
    return Command(action, given, expected_version)


def position_of(position: PositionIn) -> dict[str, Any]:
    """A stated position as it is kept: WGS 84 degrees, and the statement itself under `raw`."""
    lon, lat = position.wgs84()
    return {"lon": lon, "lat": lat, "crs": "wgs84", "raw": position.model_dump(mode="json", exclude_none=True)}
