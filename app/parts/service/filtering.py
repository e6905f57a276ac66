"""What a list of parts is narrowed by, read and found: what is not there is a fault, never an empty list."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.errors import OrganizationNotFound
from app.catalog import service as catalog
from app.core.errors import Fault
from app.grid import service as grid
from app.grid.errors import UnknownArea
from app.parts.errors import BadPartFilter
from app.parts.queries.register import PartFilter
from app.parts.rules import PartState

# Beginnings of codes longer than a code begin nothing.
_LONGEST_CODE = 17


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter as somebody wrote it; several values are separated by commas."""

    type: str | None = None
    owner: str | None = None
    state: str | None = None
    area: str | None = None
    bbox: str | None = None
    q: str | None = None


def filter_of(session: Session, asked: Asked) -> PartFilter:
    """The filter that is meant.

    Raises: BadPartFilter.
    """
    digits = asked.q is not None and asked.q.isascii() and asked.q.isdigit() and len(asked.q) <= _LONGEST_CODE
    return PartFilter(
        types=None if asked.type is None else types_of(session, asked.type),
        owner_id=None if asked.owner is None else _owner(session, asked.owner),
        states=() if asked.state is None else _states(asked.state),
        area=None if asked.area is None else area_of(session, asked.area),
        bbox=None if asked.bbox is None else _box(asked.bbox),
        begin=asked.q if digits else None,
        words=None if digits else asked.q,
    )


def types_of(session: Session, text: str) -> tuple[UUID, ...]:
    """The types of parts that codes name, or exactly scheme|kind|code.

    Raises: BadPartFilter.
    """
    wanted = {part.strip() for part in text.split(",")}
    found: dict[str, set[UUID]] = {one: set() for one in wanted}
    for row in catalog.catalogue(session).by_id.values():
        if row.kind == "part":
            for name in {row.code, f"{row.scheme}|{row.kind}|{row.code}"} & wanted:
                found[name].add(row.id)
    unknown = sorted(name for name, ids in found.items() if not ids)
    if unknown:
        raise _bad("type", f"there is no type of parts {', '.join(unknown)}: take it from GET /types?kind=part")
    return tuple(sorted(set().union(*found.values())))


def area_of(session: Session, code: str) -> str:
    """The code of an area that there is or was.

    Raises: BadPartFilter.
    """
    try:
        grid.chain(session, code)
    except UnknownArea as unknown:
        raise _bad("area", f"there is no area {code}: take it from GET /grid/areas") from unknown
    return code


def _owner(session: Session, text: str) -> UUID:
    try:
        return UUID(str(accounts.find_organization(session, UUID(text)).id))
    except ValueError:
        found: Any = accounts.organization_by_code(session, text)
    except OrganizationNotFound:
        found = None
    if found is None:
        raise _bad("owner", f"there is no organisation {text}: take its id or code from GET /organizations")
    return UUID(str(found.id))


def _states(text: str) -> tuple[str, ...]:
    given = tuple(part.strip() for part in text.split(","))
    if not set(given) <= set(PartState):
        raise _bad("state", f"take of {', '.join(PartState)}")
    return given


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = math.nan
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _bad("bbox", "write west,south,east,north in degrees: 121.4,31.2,121.5,31.3")
    return west, south, east, north


def _bad(name: str, detail: str) -> BadPartFilter:
    return BadPartFilter(f"{name}: {detail}.", faults=[Fault(f"/{name}", detail)])
