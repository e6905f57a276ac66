"""Reports for tests, through the service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.reports import service
from app.reports.rules import SubmitReport
from tests.factories.cases import City

WORDS = "路口垃圾桶满了，张三家门口，电话 13912345678"


def report_body(city: City, cell: str = "310101001001001", **changes: Any) -> dict[str, Any]:
    """The JSON of a report in this cell."""
    return {
        "description": WORDS,
        "position": city.position(cell),
        "captured_at": "2026-03-10T09:55:00+08:00",
        **changes,
    }


def a_command(
    city: City,
    now: datetime,
    *,
    cell: str = "310101001001001",
    description: str = WORDS,
    photo_ids: Sequence[UUID] = (),
    **changes: Any,
) -> SubmitReport:
    """What somebody sends from this cell."""
    lon, lat = city.spot(cell)
    values: dict[str, Any] = {
        "report_id": None,
        "description": description,
        "lon": lon,
        "lat": lat,
        "stated": {"lon": lon, "lat": lat, "crs": "wgs84"},
        "captured_at": now,
        "photo_ids": photo_ids,
        **changes,
    }
    return SubmitReport(**values)


def a_report(
    session: Session, city: City, now: datetime, *, who: str | Principal = "citizen", **changes: Any
) -> dict[str, Any]:
    """A report of somebody, by name or as a principal; what they got."""
    principal = city.who(session, who, now) if isinstance(who, str) else who
    submitted, created = service.submit_report(session, a_command(city, now, **changes), principal=principal, now=now)
    assert created
    return submitted
