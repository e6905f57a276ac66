"""What is asked for: of which period or stretch of time, as of when, on whose ground."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.cases import queries as cases
from app.cases.queries.visibility import BY_AREA
from app.cases.rules.filters import CaseFilter
from app.cases.service.filtering import check_known
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.config import config
from app.core.errors import Fault
from app.core.spans import begin_of, end_of
from app.evaluation.errors import BadPeriod
from app.evaluation.rules.indicators import AREAS, Indicator, Subject
from app.evaluation.rules.periods import Period, before, period_of, year_before
from app.evaluation.rules.scores import Compared
from app.evaluation.schemas import FigureQuery, SpanQuery
from app.evaluation.service.figures import Asked, wanted_indicators

OTHERS = {Compared.PREVIOUS: before, Compared.YEAR_BEFORE: year_before}
MOST_DAYS = 3700


def parsed_period(name: str) -> Period:
    """A period by its name.

    Raises: BadPeriod.
    """
    try:
        return period_of(name)
    except ValueError as error:
        raise BadPeriod(str(error), faults=[Fault("/period", str(error))]) from error


def other_period(name: str, compare: Compared) -> Period:
    """The period with which one is compared.

    Raises: BadPeriod for the first one that there is.
    """
    period = parsed_period(name)
    try:
        return OTHERS[compare](period)
    except ValueError as error:
        raise BadPeriod(str(error), faults=[Fault("/compare", str(error))]) from error


def asked_of(
    query: FigureQuery, names: str | None, principal: Principal, now: datetime
) -> tuple[Asked, list[Indicator]]:
    """What is asked for, on the ground of whoever asks.

    Raises: BadPeriod for a period that is none, an instant ahead, an indicator that the subject does not have.
    """
    zone, period, at = ZoneInfo(config().city_tz), parsed_period(query.period), query.at or now
    if at > now:
        raise BadPeriod("This instant lies ahead.", faults=[Fault("/at", "ask for an instant that is past")])
    try:
        wanted = wanted_indicators(query.subject, names.split(",") if names else ())
    except KeyError as error:
        detail = f"{error.args[0]} is no indicator of a {query.subject.value}"
        its = ", ".join(one.name for one in wanted_indicators(query.subject, ()))
        raise BadPeriod(f"{detail}.", faults=[Fault("/indicator", f"{detail}: use {its}")]) from error
    prefixes, units = ground_of(principal, query.subject)
    asked = Asked(query.subject, period.start(zone), period.end(zone), at, prefixes, units)
    return asked, wanted


def ground_of(principal: Principal, subject: Subject) -> tuple[tuple[str, ...], tuple[UUID, ...] | None]:
    """(prefixes of area codes, units or None for all) of which this principal sees figures of a kind of subject.

    Who has ground sees what lies there; who manages a unit only its own figures, as a unit.
    """
    prefixes = principal.areas(*BY_AREA)
    if prefixes:
        return prefixes, None
    units = principal.organizations(Role.UNIT_MANAGER)
    return ("",) if subject is Subject.UNIT or subject in AREAS else ("-",), units


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
    unit = known_ground(session, CaseFilter(area=query.area, owner=query.unit)).owner
    prefixes, units = ground_of(principal, Subject.DISTRICT)
    if query.area is not None:
        prefixes = _narrowed(prefixes, query.area)
    if unit is not None:
        units = (UUID(unit),) if units is None or UUID(unit) in units else ()
    return Asked(Subject.CITY, start, end, at, prefixes, units)


def head_of(asked: Asked) -> dict[str, str]:
    """What begins an answer about a stretch of time: {from, to, as_of}."""
    return {"from": to_rfc3339(asked.start), "to": to_rfc3339(asked.end), "as_of": to_rfc3339(asked.at)}


def _narrowed(prefixes: Iterable[str], area: str) -> tuple[str, ...]:
    """The part of an area that lies on one's ground; nothing where none does."""
    inside = {area for prefix in prefixes if area.startswith(prefix)}
    return tuple(inside or {prefix for prefix in prefixes if prefix.startswith(area)} or {"-"})


def known_ground(session: Session, asked: CaseFilter) -> CaseFilter:
    """The filter with its unit by id; what it names exists, or its figures would only look like none.

    Raises: BadFilter; an owner is called unit where figures are asked for.
    """
    found, unknown = cases.named(session, asked)
    check_known({"unit" if name == "owner" else name: values for name, values in unknown.items()})
    return found
