"""A stretch of time as it is asked for, on the ground of whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import queries as cases
from app.cases.rules.filters import CaseFilter
from app.cases.views.filters import check_known
from app.core.auth import Principal
from app.core.config import config
from app.core.errors import Fault
from app.core.spans import begin_of, end_of
from app.evaluation.errors import BadPeriod
from app.evaluation.rules.indicators import Subject
from app.evaluation.schemas import SpanQuery
from app.evaluation.service import Asked
from app.evaluation.views.indicators import ground_of

MOST_DAYS = 3700


def asked_between(session: Session, query: SpanQuery, principal: Principal, now: datetime) -> Asked:
    """What is asked for, on the ground of whoever asks; days are days of the city.

    Raises: BadSpan, BadPeriod, BadFilter for an area or a unit that is none.
    """
    start = begin_of(query.since, config().city_tz)
    end = end_of(query.until, config().city_tz)
    at = query.at or now
    if not timedelta(0) < end - start <= timedelta(days=MOST_DAYS):
        raise BadPeriod("This is no time.", faults=[Fault("/to", f"after from, at most {MOST_DAYS} days later")])
    if at > now:
        raise BadPeriod("This instant lies ahead.", faults=[Fault("/at", "ask for an instant that is past")])
    unit = _named(session, query)
    prefixes, units = ground_of(principal, Subject.DISTRICT)
    if query.area is not None:
        prefixes = _narrowed(prefixes, query.area)
    if unit is not None:
        units = (unit,) if units is None or unit in units else ()
    return Asked(Subject.CITY, start, end, at, prefixes, units)


def _narrowed(prefixes: Iterable[str], area: str) -> tuple[str, ...]:
    """The part of an area that lies on one's ground; nothing where none does."""
    inside = {area for prefix in prefixes if area.startswith(prefix)}
    return tuple(inside or {prefix for prefix in prefixes if prefix.startswith(area)} or {"-"})


def _named(session: Session, query: SpanQuery) -> UUID | None:
    """The unit that is asked for, if any; what is asked for exists, or its figures would only look like none."""
    found, unknown = cases.named(session, CaseFilter(area=query.area, owner=query.unit))
    check_known({"unit" if name == "owner" else name: values for name, values in unknown.items()})
    return UUID(found.owner) if found.owner else None
