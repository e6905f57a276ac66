"""Parts one at a time: shown, made, changed, retired; and lists of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
import shapely
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.accounts.errors import OrganizationClosed, OrganizationNotFound
from app.accounts.service import organizations
from app.catalog import service as catalog
from app.catalog.rules import Kind, TypeRow
from app.core import audit
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.errors import Fault
from app.core.paging import decode_cursor, encode_cursor
from app.core.row_versions import check_version
from app.grid import service as grid
from app.parts.errors import BadPart, PartCodeTaken, PartNotFound, PartRetired, PartSerialsUsedUp
from app.parts.queries import register, writing
from app.parts.queries.register import Around, PartFilter
from app.parts.rules import PartState, code_problem, next_code, read_code
from app.parts.rules.distances import box_around
from app.parts.service.placing import place


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part to be made; without a code it gets the next one of its district and type.

    Units: `geometry` is a shapely point or line in EPSG:4326, (longitude, latitude).
    """

    type: TypeRow
    geometry: Any
    code: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def find(session: Session, code: str, *, locked: bool = False) -> Row[Any]:
    """One part, retired or not.

    Raises: PartNotFound.
    """
    found = register.find_part(session, code, locked=locked)
    if found is None:
        raise PartNotFound(f"There is no part with the code {code[:40]}.")
    return found


def create(session: Session, new: NewPart, *, now: datetime, actor_id: UUID | None) -> Row[Any]:
    """Put a part into the register.

    Raises: BadPart, PartCodeTaken, PartSerialsUsedUp.
    """
    values = {"owner_id": None, "state": PartState.INTACT.value, "name": None, "surveyed_on": None, **new.values}
    _hold_owner(session, values)
    cell = place(session, new.geometry)
    code = _next(session, cell, new.type) if new.code is None else _checked(new.code, cell, new.type)
    stored = {**values, "code": code, "type_id": new.type.id, "cell_code": cell}
    if writing.add_part(session, stored, shapely.to_wkb(new.geometry), now) is None:
        raise PartCodeTaken(f"There is a part with the code {code}.", faults=[Fault("/code", "is taken")])
    writing.move_version(session, now)
    made = find(session, code)
    _note(session, "create", code, {"after": facts(made)}, actor_id, now)
    return made


def _checked(code: str, cell: str, type_row: TypeRow) -> str:
    read = read_code(code)
    problem = code_problem(code)
    if read is None:
        raise BadPart(f"{problem}.", faults=[Fault("/code", problem or "write 16 or 17 digits")])
    if read.type_code != type_row.code:
        detail = f"says type {read.type_code}, the part is of type {type_row.code}"
        raise BadPart(f"The code {code} {detail}.", faults=[Fault("/code", detail)])
    if not code.startswith(cell[:6]):
        detail = f"says district {read.district}, the place lies in {cell[:6]}"
        raise BadPart(f"The code {code} {detail}.", faults=[Fault("/code", detail)])
    return code


def _next(session: Session, cell: str, type_row: TypeRow) -> str:
    """The next free code of the district and the type; two who ask at once get two."""
    beginning = f"{cell[:6]}{type_row.code}"
    if len(beginning) not in {10, 11}:
        detail = "give the code: the next one can be made only in a district, for types of four or five digits"
        raise BadPart(f"{detail}.", faults=[Fault("/code", detail)])
    writing.lock_serials(session, beginning)
    found = next_code(cell[:6], type_row.code, register.highest_code(session, beginning))
    if found is None:
        raise PartSerialsUsedUp(f"All serial numbers of {beginning} are used: give a code yourself.")
    return found.text


def change(
    session: Session,
    code: str,
    changes: Mapping[str, Any],
    *,
    expected: int | None,
    now: datetime,
    actor_id: UUID | None,
) -> Row[Any]:
    """Change a part's owner, state, name, day of survey or place (`geometry`).

    Raises: PartNotFound, Stale, PartRetired, BadPart.
    """
    before = find(session, code, locked=True)
    check_version(expected, before.version, f"The part {code}")
    return apply(session, before, changes, now=now, actor_id=actor_id)


def apply(
    session: Session, before: Row[Any], changes: Mapping[str, Any], *, now: datetime, actor_id: UUID | None
) -> Row[Any]:
    """Write changes to a part that is locked; what is as it was is no change.

    Raises: PartRetired, BadPart.
    """
    if before.retired_at is not None:
        raise PartRetired(
            f"{before.code} was retired on {before.retired_at:%Y-%m-%d}: a survey that finds it brings it back."
        )
    values = {name: value for name, value in changes.items() if name != "geometry" and getattr(before, name) != value}
    _hold_owner(session, values)
    geometry = changes.get("geometry")
    if geometry is not None:
        values["cell_code"] = _kept_district(before.code, place(session, geometry))
    if not values and geometry is None:
        return before
    writing.change_part(session, before.id, values, None if geometry is None else shapely.to_wkb(geometry), now)
    writing.move_version(session, now)
    after = find(session, before.code)
    _note(session, "change", before.code, _difference(facts(before), facts(after)), actor_id, now)
    return after


def _kept_district(code: str, cell: str) -> str:
    if not code.startswith(cell[:6]):
        detail = f"lies in {cell[:6]}, the code says {code[:6]}: retire the part and make a new one there"
        raise BadPart(f"The new place {detail}.", faults=[Fault("/position", detail)])
    return cell


def retire(session: Session, code: str, *, expected: int | None, now: datetime, actor_id: UUID | None) -> Row[Any]:
    """Take a part out of use; its row stays. Repeating it is harmless.

    Raises: PartNotFound, Stale.
    """
    before = find(session, code, locked=True)
    if before.retired_at is not None:
        return before
    check_version(expected, before.version, f"The part {code}")
    writing.change_part(session, before.id, {"state": PartState.RETIRED.value, "retired_at": now}, None, now)
    writing.move_version(session, now)
    _note(session, "retire", code, {"before": {"state": before.state}}, actor_id, now)
    return find(session, code)


def _hold_owner(session: Session, values: Mapping[str, Any]) -> None:
    """An owner has to be there and open; what the register says of one that closed later stays."""
    owner_id = values.get("owner_id")
    if owner_id is None:
        return
    try:
        organizations.hold(session, owner_id, "/owner_id")
    except (OrganizationNotFound, OrganizationClosed) as refused:
        raise BadPart(refused.detail, faults=refused.faults) from refused


def _note(
    session: Session, deed: str, code: str, detail: Mapping[str, Any], actor_id: UUID | None, now: datetime
) -> None:
    audit.note(session, action=f"part.{deed}", subject=f"part:{code}", detail=detail, actor_id=actor_id, now=now)


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    changed = [name for name in after if before[name] != after[name]]
    return {"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}}


def facts(row: Row[Any]) -> dict[str, Any]:
    """What the register says of a part, for the record."""
    return {
        "type": f"{row.type_scheme}|{row.type_kind}|{row.type_code}",
        "owner": row.owner_code,
        "state": row.state,
        "name": row.name,
        "geometry": orjson.loads(row.geometry),
        "cell_code": row.cell_code,
        "surveyed_on": None if row.surveyed_on is None else row.surveyed_on.isoformat(),
    }


# shown


def item(row: Row[Any]) -> dict[str, Any]:
    """A part as lists show it."""
    return {
        "code": row.code,
        "type": type_of(row),
        "owner": owner_of(row),
        "state": row.state,
        "name": row.name,
        "geometry": orjson.Fragment(row.geometry),
        "cell_code": row.cell_code,
        "surveyed_on": _day(row.surveyed_on),
        "version": row.version,
        "changed_at": to_rfc3339(row.changed_at),
        "retired_at": None if row.retired_at is None else to_rfc3339(row.retired_at),
    }


def card(session: Session, row: Row[Any]) -> dict[str, Any]:
    """A part as its own page shows it."""
    areas = [area._asdict() for area in grid.chain(session, row.cell_code)]
    return {**item(row), "areas": areas, "created_at": to_rfc3339(row.created_at)}


def type_of(row: Row[Any]) -> dict[str, Any]:
    return {"scheme": row.type_scheme, "kind": row.type_kind, "code": row.type_code, "name": row.type_name}


def owner_of(row: Row[Any]) -> dict[str, Any] | None:
    if row.owner_id is None:
        return None
    return {"id": str(row.owner_id), "code": row.owner_code, "name": row.owner_name}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def page(
    session: Session, wanted: PartFilter, *, limit: int, cursor: str | None
) -> tuple[Sequence[Row[Any]], str | None]:
    """A page of parts and the next cursor.

    Raises: BadCursor.
    """
    after = None if cursor is None else [str(value) for value in decode_cursor(cursor, 2)]
    rows = register.parts_page(session, wanted, after, limit + 1)
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], encode_cursor(last.cell_code, last.code)


@dataclass(frozen=True, slots=True)
class Near:
    """Where to look for parts; degrees, WGS 84, and metres."""

    lon: float
    lat: float
    within_m: float
    limit: int


def nearest(
    session: Session, near: Near, types: Sequence[UUID] | None, *, principal: Principal
) -> list[dict[str, Any]]:
    """The nearest parts with their distances in metres; whose they are is told to staff."""
    box = box_around(near.lon, near.lat, near.within_m)
    rows = register.nearest(session, Around(near.lon, near.lat, near.within_m, box), types, near.limit)
    return [_near(row, owner=principal.is_staff) for row in rows]


def _near(row: Row[Any], *, owner: bool) -> dict[str, Any]:
    shown = {
        "code": row.code,
        "type": type_of(row),
        "state": row.state,
        "name": row.name,
        "distance_m": round(row.distance_m, 1),
        "geometry": orjson.Fragment(row.geometry),
    }
    return {**shown, "owner": owner_of(row)} if owner else shown


def counts(session: Session, area: str | None) -> dict[str, Any]:
    """How many parts there are by type and state, the retired left out."""
    by_type: dict[tuple[str, str], dict[str, Any]] = {}
    for row in register.counts(session, area):
        shown = {"scheme": row.scheme, "kind": row.kind, "code": row.code, "name": row.name}
        of_type = by_type.setdefault((row.scheme, row.code), {"type": shown, "count": 0, "states": {}})
        of_type["count"] += row.n
        of_type["states"][row.state] = row.n
    items = sorted(by_type.values(), key=lambda one: -one["count"])
    return {"area": area, "total": sum(one["count"] for one in items), "items": items}


def find_part_type(session: Session, ref: Any) -> TypeRow:
    """The type of parts that scheme, kind and code name.

    Raises: UnknownType, BadPart for a matter.
    """
    found = catalog.find_type(session, ref)
    if found.kind is not Kind.PART:
        raise BadPart(f"{found.name} is a matter, not a part.", faults=[Fault("/type/kind", "must be part")])
    return found


def check_code(session: Session, code: str) -> str | None:
    """What is wrong with the code of a part that somebody names; None when nothing is.

    A city whose register is empty knows its parts elsewhere: there every code is taken as it is.
    """
    known, any_ = register.is_known(session, code)
    return None if known or not any_ else f"The register has no part {code[:40]}."
