"""The search box: numbers, words, codes, people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases.rules import STATE_NAMES, State
from app.console.queries import searching as queries
from app.console.rules import Wording, wording
from app.core.auth import Principal
from app.grid.rules.codes import Level

AnyRow = Row[*tuple[Any, ...]]
TITLE_AT_MOST = 60


def search(session: Session, text: str, principal: Principal, *, now: datetime, limit: int) -> list[dict[str, Any]]:
    """What the principal may see of what the text means, by kind; kinds without anything are left out."""
    wanted = wording(text)
    people = queries.people(session, wanted, principal, now=now, limit=limit)
    groups = {
        "case": [_case(row) for row in _cases(session, wanted, principal, limit)],
        "area": [_area(row) for row in queries.areas(session, wanted, limit)],
        "part": [_part(row) for row in queries.parts(session, wanted, limit)],
        "person": [
            {"id": str(row.id), "code": row.username, "title": row.name, "subtitle": row.username} for row in people
        ],
        "unit": [
            {"id": str(row.id), "code": row.code, "title": row.name, "subtitle": row.code}
            for row in queries.units(session, wanted, limit)
        ],
    }
    return [{"kind": kind, "items": items} for kind, items in groups.items() if items]


def _cases(session: Session, wanted: Wording, principal: Principal, limit: int) -> list[AnyRow]:
    """By number where it is one; else the newest that say it."""
    if wanted.number:
        found = queries.cases_by_number(session, wanted.number, principal, limit)
        if found:
            return list(found)
    return list(queries.cases_saying(session, wanted, principal, limit))


def _case(row: AnyRow) -> dict[str, Any]:
    """Whose words are hidden from the reader is named by its type."""
    said = row.description if row.plain else None
    state = STATE_NAMES[State(row.state)]
    where = (row.address if row.plain else None) or row.cell_name
    return {
        "number": row.number,
        "title": (said or row.type_name or state)[:TITLE_AT_MOST],
        "subtitle": " · ".join(part for part in (row.number, state, where) if part),
        "position": _position(row),
    }


def _area(row: AnyRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.name,
        "subtitle": f"{row.code} · {Level(row.level).word}",
        "position": _position(row),
    }


def _part(row: AnyRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.name or row.type_name,
        "subtitle": f"{row.code} · {row.type_name}",
        "position": _position(row),
    }


def _position(row: AnyRow) -> dict[str, Any]:
    return {"lon": row.lon, "lat": row.lat, "crs": "wgs84"}
