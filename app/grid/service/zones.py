"""Duty zones: who patrols which neighbouring cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import audit
from app.core.errors import Fault
from app.grid.errors import BadDutyZone, DutyZoneTaken, UnknownArea, UnknownDutyZone
from app.grid.queries import imports, zones
from app.grid.rules.zones import islands


class ZonePerson(NamedTuple):
    """An inspector who answers for a duty zone."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class NewZone:
    """A duty zone as it shall be: its cells and its people, whole."""

    code: str
    name: str
    cells: frozenset[str]
    people: frozenset[UUID]


def put_duty_zone(session: Session, zone: NewZone, *, now: datetime, actor_id: UUID | None = None) -> None:
    """Make a duty zone, or change it to be exactly this; cells and people that leave keep their history.

    Raises: BadDutyZone when cells are not live, lie in another zone or do not adjoin, or a person is not of staff.
    """
    imports.lock_grid(session)
    _check(session, zone)
    before = zones.find_zone(session, zone.code)
    zones.put_zone(session, zone.code, zone.name, now)
    cells, people = zones.members(session, zone.code)
    zones.leave(session, zone.code, cells - zone.cells, people - zone.people, now)
    zones.enter(session, zone.code, set(zone.cells - cells), set(zone.people - people), now)
    imports.move_version(session, now)
    detail = {
        "before": {"name": before.name} if before else None,
        "after": {"name": zone.name},
        "cells": _moved(zone.cells - cells, cells - zone.cells),
        "people": _moved(zone.people - people, people - zone.people),
    }
    _note(session, "put", zone.code, detail, actor_id, now)


def create_duty_zone(session: Session, zone: NewZone, *, now: datetime, actor_id: UUID | None = None) -> None:
    """Make a duty zone where there is none with this code.

    Raises: DutyZoneTaken, BadDutyZone.
    """
    imports.lock_grid(session)
    if zones.find_zone(session, zone.code) is not None:
        raise DutyZoneTaken(f"There is a duty zone {zone.code} already: take another code, or change that one.")
    put_duty_zone(session, zone, now=now, actor_id=actor_id)


def change_duty_zone(
    session: Session,
    code: str,
    *,
    cells: Collection[str] | None = None,
    people: Collection[UUID] | None = None,
    now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """Give a duty zone these cells, or these people, whole; what is None stays as it is.

    Raises: UnknownDutyZone, BadDutyZone.
    """
    imports.lock_grid(session)
    found = zones.find_zone(session, code)
    if found is None:
        raise UnknownDutyZone(f"There is no duty zone {code}.")
    its_cells, its_people = zones.members(session, code)
    wanted = NewZone(
        code,
        found.name,
        frozenset(its_cells if cells is None else cells),
        frozenset(its_people if people is None else people),
    )
    put_duty_zone(session, wanted, now=now, actor_id=actor_id)


def retire_duty_zone(session: Session, code: str, *, now: datetime, actor_id: UUID | None = None) -> None:
    """End a duty zone: its cells are free for others, its people answer for it no more; its past stays.

    Raises: UnknownDutyZone.
    """
    imports.lock_grid(session)
    found = zones.find_zone(session, code)
    if found is None:
        raise UnknownDutyZone(f"There is no duty zone {code}.")
    cells, people = zones.members(session, code)
    zones.leave(session, code, cells, people, now)
    zones.retire(session, code, now)
    imports.move_version(session, now)
    detail = {"name": found.name, "cells": _moved((), cells), "people": _moved((), people)}
    _note(session, "retire", code, detail, actor_id, now)


def change_zone_people(
    session: Session,
    code: str,
    coming: Collection[UUID],
    leaving: Collection[UUID],
    *,
    now: datetime,
    actor_id: UUID | None = None,
) -> None:
    """Let people begin to answer for a duty zone and others no longer; their time there is kept.

    Raises: UnknownDutyZone.
    """
    imports.lock_grid(session)
    if zones.find_zone(session, code) is None:
        raise UnknownDutyZone(f"There is no duty zone {code}.")
    _, people = zones.members(session, code)
    gone, new = people & {*leaving}, {*coming} - people
    zones.leave(session, code, set(), gone, now)
    zones.enter(session, code, set(), new, now)
    imports.move_version(session, now)
    _note(session, "people", code, {"people": _moved(new, gone)}, actor_id, now)


def _moved(added: Collection[Any], removed: Collection[Any]) -> dict[str, list[str]]:
    return {"added": sorted(map(str, added)), "removed": sorted(map(str, removed))}


def _note(
    session: Session, deed: str, code: str, detail: Mapping[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    action, subject = f"duty_zone.{deed}", f"duty_zone:{code}"
    audit.note(session, action=action, subject=subject, detail=detail, actor_id=actor_id, now=now)


def _check(session: Session, zone: NewZone) -> None:
    rows, geoms = zones.cells_for_zone(session, zone.cells)
    faults = [
        *(Fault("/cells", f"{code} is no live cell") for code in sorted(zone.cells - {row.code for row in rows})),
        *(
            Fault("/cells", f"{row.code} belongs to duty zone {row.zone_code}: take it out there first")
            for row in rows
            if row.zone_code not in {None, zone.code}
        ),
        *(
            Fault("/people", f"{user} is no member of staff")
            for user in sorted(zone.people - zones.existing_users(session, zone.people))
        ),
    ]
    for island in islands(geoms)[1:]:
        apart = ", ".join(rows[row].code for row in island)
        faults.append(Fault("/cells", f"{apart} shares no edge with the rest of the zone"))
    if not zone.cells:
        faults.append(Fault("/cells", "a duty zone has at least one cell"))
    if faults:
        raise BadDutyZone(f"Duty zone {zone.code} cannot be like this: see errors.", faults=faults)


def people_of_zone(session: Session, code: str) -> list[ZonePerson]:
    """The inspectors who answer for a duty zone now, by name."""
    return [ZonePerson(row.id, row.name) for row in zones.people_of(session, code)]


def zones_of_person(session: Session, user_id: UUID) -> list[str]:
    """The codes of the duty zones that a person answers for now."""
    return list(zones.zones_of_person(session, user_id))


def who_answers(session: Session, code: str) -> list[dict[str, Any]]:
    """The duty zones with ground in an area of any level, each with its people: `{code, name, people}`, by code.

    Raises: UnknownArea.
    """
    if not zones.is_area(session, code):
        raise UnknownArea(f"There never was an area with the code {code}.")
    found = zones.zones_in(session, code)
    people: dict[str, list[dict[str, Any]]] = {row.code: [] for row in found}
    for row in zones.people_of_many(session, people):
        people[row.zone_code].append({"id": row.id, "name": row.name})
    return [{"code": row.code, "name": row.name, "people": people[row.code]} for row in found]


def find_duty_zone(session: Session, code: str) -> dict[str, Any]:
    """A live duty zone: code, name, valid_from, cells.

    Raises: UnknownDutyZone.
    """
    found = zones.find_zone(session, code)
    if found is None:
        raise UnknownDutyZone(f"There is no duty zone {code}.")
    return found._asdict()
