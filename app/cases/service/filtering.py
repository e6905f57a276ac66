"""The query string of the case list as a filter; whatever cannot be meant is an error, never ignored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum

from app.cases.errors import BadFilter
from app.cases.rules import Source, State
from app.cases.rules.filters import SORTS, CaseFilter
from app.cases.schemas import CaseFilterQuery, CasesQuery
from app.core.errors import Fault
from app.core.spans import begin_of, end_of
from app.sla.rules import Lamp


def filter_of(query: CaseFilterQuery, zone: str) -> CaseFilter:
    """The filter that the query means; days are days of the zone.

    Raises: BadFilter, BadSpan.
    """
    return CaseFilter(
        states=_several("state", query.state, State),
        types=_codes("type", query.type),
        area=query.area,
        owner=query.owner,
        lamps=_several("lamp", query.lamp, Lamp),
        sources=_several("source", query.source, Source),
        bbox=None if query.bbox is None else bbox_of(query.bbox),
        q=query.q,
        since=None if query.since is None else begin_of(query.since, zone),
        until=None if query.until is None else end_of(query.until, zone),
        mark=query.mark,
        part=query.part,
        sort=query.sort if isinstance(query, CasesQuery) else SORTS[0],
    )


def _codes(name: str, text: str | None) -> tuple[str, ...]:
    if text is None:
        return ()
    given = tuple(part.strip() for part in text.split(","))
    if not all(given):
        raise BadFilter(f"{name} has an empty value.", faults=[Fault(f"/{name}", "leave it out, or give its values")])
    return given


def check_known(unknown: Mapping[str, Sequence[str]]) -> None:
    """Refuse a filter by something that does not exist, which would only look like an empty list.

    Raises: BadFilter.
    """
    if unknown:
        faults = [Fault(f"/{name}", f"there is no {', '.join(values)}") for name, values in unknown.items()]
        raise BadFilter("The filter names something that does not exist.", faults=faults)


def _several(name: str, text: str | None, known: type[StrEnum]) -> tuple[str, ...]:
    if text is None:
        return ()
    given = [part.strip() for part in text.split(",")]
    unknown = [part for part in given if part not in set(known)]
    if unknown:
        fault = Fault(f"/{name}", f"take of {', '.join(known)}")
        raise BadFilter(f"{name} does not know {', '.join(map(repr, unknown))}.", faults=[fault])
    return tuple(given)


def bbox_of(text: str) -> tuple[float, float, float, float]:
    """A box as (west, south, east, north), degrees, WGS 84.

    Raises: BadFilter.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    good = len(numbers) == 4 and all(map(math.isfinite, numbers))
    if not good or not (-180 <= numbers[0] <= numbers[2] <= 180 and -90 <= numbers[1] <= numbers[3] <= 90):
        fault = Fault("/bbox", "write west,south,east,north in degrees: 121.4,31.2,121.5,31.3")
        raise BadFilter("bbox is not a box.", faults=[fault])
    west, south, east, north = numbers
    return west, south, east, north
