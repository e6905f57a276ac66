"""Bodies and queries of reports as rules and services take them."""

from __future__ import annotations

from typing import Any

from app.cases.rules import Source
from app.core.errors import Fault, Invalid
from app.reports.schemas import ReopenIn, ReportsQuery


def reopening(body: ReopenIn) -> dict[str, Any]:
    """The inputs of `reopen`; the position in WGS 84 with the statement kept under `raw`."""
    given: dict[str, Any] = {"photo_ids": body.photo_ids, "reason": body.reason}
    if body.position is not None:
        given["position"] = body.position.kept()
    return {name: value for name, value in given.items() if value}


def sources_of(query: ReportsQuery) -> tuple[str, ...]:
    """The sources that a list is narrowed to.

    Raises: Invalid.
    """
    if query.source is None:
        return ()
    given = tuple(part.strip() for part in query.source.split(","))
    if unknown := sorted(set(given) - set(Source)):
        fault = Fault("/source", f"take of {', '.join(Source)}")
        raise Invalid(f"source does not know {', '.join(map(repr, unknown))}.", faults=[fault])
    return given
