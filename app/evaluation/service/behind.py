"""From a number of a summary to its cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.cases.rules import Source
from app.core.errors import Fault
from app.evaluation import queries
from app.evaluation.errors import BadPeriod, SubjectNotFound, TooManyCases
from app.evaluation.queries.figures import BehindRow
from app.evaluation.queries.summing import Place
from app.evaluation.rules.indicators import Subject
from app.evaluation.rules.periods import period_of
from app.evaluation.rules.summing import Dimension, count_named
from app.evaluation.service.figures import Asked, shown_cases, window_of
from app.evaluation.service.summing import Summary

MOST_CASES = 10_000
PARTS_OF_A_TYPE = 3
AnyDimension = TypeVar("AnyDimension", bound=str)
_KEPT_BY_KEY = frozenset(Subject) & {dimension.value for dimension in Dimension}
_VALUES: Mapping[Dimension, Sequence[str]] = MappingProxyType(
    {
        Dimension.SOURCE: tuple(source.value for source in Source),
        Dimension.WEEKDAY: tuple(str(day) for day in range(1, 8)),
        Dimension.HOUR: tuple(str(hour) for hour in range(24)),
    }
)
"""What groups are called that have few names."""


def cases_of_group(
    session: Session, wanted: Summary, values: Sequence[str | None], name: str, *, now: datetime
) -> list[dict[str, Any]]:
    """The cases that a number of one group of a summary counts, in the order of the instants that count them.

    Shape: a value for each dimension, as `group` of the operation spells them; None where the group has none.
    Raises: BadPeriod for another number of values or one that cannot be, SubjectNotFound for an area, unit or type
            that is none, TooManyCases, FiguresNotReady.
    """
    given = group_given(wanted.group_by, values)
    try:
        count = count_named(name, given.pop(Dimension.STAGE) if Dimension.STAGE in given else None)
    except KeyError as error:
        raise BadPeriod("There is no such stage.", faults=[Fault("/group", "a stage as the summary has it")]) from error
    window = window_of(session, narrowed(wanted.asked, given, ZoneInfo(wanted.zone)), now=now)
    keys = keys_of(session, given)
    listed = queries.entries_of_group(session, keys, count, window, Place(wanted.zone, MOST_CASES + 1))
    return shown_at_most(session, listed)


def shown_at_most(session: Session, listed: Sequence[BehindRow]) -> list[dict[str, Any]]:
    """What is shown of the case of each entry.

    Raises: TooManyCases.
    """
    if len(listed) > MOST_CASES:
        detail = f"narrow it: a shorter time, a smaller area or one more dimension, until at most {MOST_CASES} remain"
        raise TooManyCases(f"More than {MOST_CASES} cases stand behind this number.", faults=[Fault("/group", detail)])
    return shown_cases(session, listed)


def group_given(group_by: Sequence[AnyDimension], values: Sequence[str | None]) -> dict[AnyDimension, str | None]:
    """A group by its dimensions.

    Raises: BadPeriod for another number of values.
    """
    if len(values) != len(group_by):
        detail = f"write {len(group_by)} values by commas, one for each of group_by, - for none"
        raise BadPeriod("This is no such group.", faults=[Fault("/group", detail)])
    return dict(zip(group_by, values, strict=True))


def keys_of(session: Session, group: Mapping[Dimension, str | None]) -> dict[Dimension, list[str] | None]:
    """What entries of a group are filed under by dimension, None for those without any.

    Raises: SubjectNotFound for a unit or type that is none.
    """
    return {dimension: _keys(session, dimension, value) for dimension, value in group.items()}


def narrowed(asked: Asked, given: Mapping[Dimension, str | None], zone: ZoneInfo) -> Asked:
    """Of a month or a day no more is read than it has.

    Raises: BadPeriod for one that is none.
    """
    for dimension in (Dimension.MONTH, Dimension.DAY):
        if (value := given.get(dimension)) is not None:
            try:
                period = period_of(value)
            except ValueError as error:
                raise BadPeriod(str(error), faults=[Fault("/group", str(error))]) from error
            start, end = max(asked.start, period.start(zone)), min(asked.end, period.end(zone))
            asked = replace(asked, start=start, end=max(start, end))
    return asked


def _keys(session: Session, dimension: Dimension, value: str | None) -> list[str] | None:
    """What entries of this value are filed under, None for those without any."""
    if value is None:
        return None
    if dimension.value in _KEPT_BY_KEY:
        found = queries.key_of(session, Subject(dimension.value), value)
        keys = [] if found is None else [found]
    elif dimension in {Dimension.TYPE, Dimension.CLASS}:
        named = value.split("|")
        by_class = dimension is Dimension.CLASS
        keys = queries.types_named(session, *named, by_class=by_class) if len(named) == PARTS_OF_A_TYPE else []
    elif value in _VALUES.get(dimension, (value,)):
        keys = [value]
    else:
        detail = f"{value} is no {dimension.value}: use {', '.join(_VALUES[dimension])}, or - for none"
        raise BadPeriod("There is no such group.", faults=[Fault("/group", detail)])
    if not keys:
        raise SubjectNotFound(f"There is no {dimension.value} {value} whose figures you may see.")
    return keys
