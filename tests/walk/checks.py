"""What must hold of a case after every step, said by docs/domain.md and asked of the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.walk.story import ENDS, Clock, Story
from tests.walk.town import AREA_ROLES, Person, Town

COUNTED = ("extensions", "holds", "reworks", "returns", "reopens")
FLAGS = ("forced", "supervised", "self_handled")


@dataclass
class Followed:
    """A case that is followed: its story so far, and its rows as they were last."""

    number: str
    story: Story
    rows: dict[str, Any] = field(default_factory=dict)
    touched: int = 0
    told: int = 0

    @property
    def case(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.rows["case"]
        return found

    @property
    def state(self) -> str:
        return str(self.case["state"])

    def open_tasks(self, kind: str | None = None) -> list[Mapping[str, Any]]:
        tasks = self.rows["tasks"] or ()
        return [task for task in tasks if task["closed_at"] is None and kind in {None, task["kind"]}]

    @property
    def senders(self) -> list[Mapping[str, Any]]:
        return self.rows["reports"] or []


def check(town: Town, one: Followed, zones: Mapping[str, set[str]]) -> None:
    """Everything that must hold of a case."""
    _row(one)
    _clocks(one)
    _tasks(town, one)
    _somebody_answers(town, one, zones)


def _at(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def _row(one: Followed) -> None:
    case, story = one.case, one.story
    said = {name: case[name] for name in ("state", "version", "head_hash", "handler_id", "appeal", *COUNTED)}
    told = {"state": story.state, "version": story.version, "head_hash": story.head, "handler_id": story.handler}
    told |= {"appeal": story.appeal, **story.counts}
    assert said == told, {name: (said[name], told[name]) for name in said if said[name] != told[name]}
    assert one.rows["events"] == story.version
    for name in ("lead_id", "type_id", "condition_id", "current_cell", "hold_until"):
        assert case[name] == story.side.get(name) or name == "current_cell", f"{name} is not what the event says"
    assert case["helper_ids"] == story.side.get("helper_ids", [])
    assert set(case["unit_ids"]) == set(story.units)
    assert {name for name in FLAGS if case[name]} == story.flags
    pending = case["pending"]
    assert (pending or {}).get("kind") == (story.pending[0] if story.pending else None)
    for name in ("closed_at", "dispatched_at", "handled_at", "updated_at"):
        assert _at(case[name]) == story.times.get(name), f"{name} is {case[name]}, told {story.times.get(name)}"
    assert (case["hold_until"] is not None) == (story.state == "on_hold"), "a date of a hold without the hold"


def _clocks(one: Followed) -> None:
    case, told, kept = one.case, one.story.clocks, one.rows["clocks"] or []
    assert [row["ordinal"] for row in kept] == list(range(1, len(told) + 1))
    for row, clock in zip(kept, told, strict=True):
        _clock(row, clock)
    running = one.story.running
    shown = (case["stage"], _at(case["yellow_at"]), _at(case["due_at"]), case["paused"])
    if running is None:
        assert one.state in ENDS, f"nothing runs while {one.state}"
        assert shown == (None, None, None, False)
    else:
        assert one.state not in ENDS, f"{running.stage} runs while {one.state}"
        assert shown == (running.stage, running.yellow_at, running.due_at, running.paused_at is not None)
        assert (one.state == "on_hold") == (running.paused_at is not None)


def _clock(row: Mapping[str, Any], clock: Clock) -> None:
    said = (row["stage"], Decimal(str(row["amount"])), row["unit"], row["owner_id"], row["outcome"])
    assert said == (clock.stage, clock.amount, clock.unit, clock.owner, clock.outcome)
    for name in ("started_at", "yellow_at", "due_at", "paused_at", "ended_at"):
        told = getattr(clock, name)
        assert _at(row[name]) == told, f"{clock.stage}: {name} is {row[name]}, counted {told}"
    if clock.ended_at is not None or clock.paused_at is not None:
        assert timedelta(microseconds=int(row["spent_us"])) == clock.spent, f"{clock.stage}: spent {clock.spent}"


def _tasks(town: Town, one: Followed) -> None:
    """Verifying has one to verify; a check is asked where somebody can be; handling has one where it is assigned."""
    kinds = Counter(task["kind"] for task in one.open_tasks())
    match one.state:
        case "verifying":
            assert kinds == {"verify": 1}, f"{kinds} while verifying"
        case "to_check":
            assert kinds in ({}, {"check": 1}), f"{kinds} while to_check"
        case "handling" if one.story.handler is not None:
            assert kinds == {"handle": 1}, f"{kinds} while it is assigned"
            asked = one.open_tasks()[0]["assignee_id"]
            # Where the handler was shut out, the work went back to a manager of the unit.
            managers = [str(town.people[name].id) for name in town.working_for("unit_manager", one.case["lead_id"])]
            assert asked == one.story.handler or asked in managers
        case state:
            assert kinds == {}, f"{kinds} while {state}"
    if one.state == "to_check":
        _check_asked(town, one)


def _check_asked(town: Town, one: Followed) -> None:
    """Somebody is asked as long as anybody can be, and nobody is asked who handled it."""
    asked = [town.by_id[task["assignee_id"]] for task in one.open_tasks("check")]
    assert all(str(person.id) != one.case["handler_id"] for person in asked), "the handler is asked to check"
    if not asked:
        others = [person for person in town.present if may_check(person, one)]
        free = [person.name for person in others if str(person.id) != one.story.finisher]
        assert not free, f"{free} could be asked to check"


def may_check(person: Person, one: Followed) -> bool:
    """Whether an inspector's grant reaches the case, and they did not handle it."""
    return person.covers("inspector", one.case["current_cell"]) and str(person.id) != one.case["handler_id"]


def _somebody_answers(town: Town, one: Followed, zones: Mapping[str, set[str]]) -> None:
    """For every open state there is somebody whose turn it is: the person asked, the desk, or the unit's manager."""
    case, cell = one.case, one.case["current_cell"]
    desks = {"received": "operator", "verifying": "operator", "to_file": "shift_leader"}
    desks |= {"to_dispatch": "dispatcher", "to_close": "shift_leader", "on_hold": "dispatcher"}
    if one.state in desks:
        found = town.holding(desks[one.state], cell)
    elif one.state == "handling":
        # From a unit that nobody manages the desk takes it back.
        found = town.working_for("unit_manager", case["lead_id"]) or town.holding("dispatcher", cell)
    elif one.state == "to_check":
        inspectors = [person for person in town.present if may_check(person, one)]
        found = [person.name for person in inspectors if sees(person, one, zones)]
    else:
        return
    assert found, f"nobody answers for a case that is {one.state} in {cell}"


def sees(person: Person, one: Followed, zones: Mapping[str, set[str]]) -> bool:
    """Who sees what, by docs/domain.md §4."""
    if not person.staff:
        return False
    mine, cell = str(person.id), one.case["current_cell"]
    return (
        any(role in AREA_ROLES and cell.startswith(area) for role, _, area in person.grants)
        or any(sender["reporter_id"] == mine for sender in one.senders)
        or any(role == "unit_manager" and unit in one.story.units for role, unit, _ in person.grants)
        or ("handler" in person.roles and (one.case["handler_id"] == mine or _helps(person, one)))
        or ("inspector" in person.roles and _in_their_ground(person, one, zones))
    )


def _helps(person: Person, one: Followed) -> bool:
    return one.state == "handling" and any(person.of_unit("handler", unit) for unit in one.case["helper_ids"])


def _in_their_ground(person: Person, one: Followed, zones: Mapping[str, set[str]]) -> bool:
    asked = any(task["assignee_id"] == str(person.id) for task in one.rows["tasks"] or ())
    return asked or person.name in zones.get(one.case["zone_code"], ())
