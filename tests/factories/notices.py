"""A city whose cases are really committed, and reading what a stream says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from app.core.db import unit_of_work
from app.core.feed import Cursor
from app.notices import service
from app.notices.service import Event
from tests.factories.cases import City, a_city
from tests.factories.reports import a_report

PATIENCE_S = 60.0
"""Other tests on the same server may hold the horizon back as long as one of their transactions runs."""


def a_committed_city() -> City:
    with unit_of_work() as session:
        return a_city(session, datetime(2026, 3, 2, tzinfo=UTC))


def a_committed_case(city: City, now: datetime, **changes: Any) -> str:
    """The number of a case of a citizen's report."""
    with unit_of_work() as session:
        return str(a_report(session, city, now, **changes)["number"])


def begin() -> Cursor:
    with unit_of_work() as session:
        return service.begin(session, None)


def heard_by(city: City, who: str, cursor: Cursor, now: datetime, *, until: str | None = None) -> list[Event]:
    """What somebody hears after the cursor, up to the first event about the case numbered `until`; all where None."""
    events: list[Event] = []
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        with unit_of_work() as session:
            found = service.Listeners().hear(session, cursor, city.who(session, who, now))
        events += found.events
        cursor = found.cursor
        if until is None or until in {event.data["number"] for event in events}:
            return events
        time.sleep(0.05)
    raise AssertionError(f"{who} never heard of {until}, only of {events}")


def frames(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Server-sent events out of the lines of a stream: id, event, data; comments are left out."""
    found: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if not line:
            if found:
                yield found
            found = {}
        elif name in {"id", "event"}:
            found[name] = value
        elif name == "data":
            found[name] = json.loads(value)
