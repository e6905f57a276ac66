"""Periods as they are asked for, and figures against those of another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.errors import Fault
from app.evaluation.errors import BadPeriod
from app.evaluation.rules.indicators import Figure
from app.evaluation.rules.periods import Period, before, period_of, year_before
from app.evaluation.rules.scores import Compared, change

OTHERS = {Compared.PREVIOUS: before, Compared.YEAR_BEFORE: year_before}


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


def compared_with(
    other: str | None, indicator: str, figure: Figure, before_: Mapping[str, Figure]
) -> dict[str, dict[str, Any]]:
    """How a figure stands against that of another period; nothing where no period is compared with."""
    if other is None:
        return {}
    old = before_.get(indicator)
    value = None if old is None else old.value
    return {"compared": {"period": other, "value": value, "change": change(indicator, figure, old)}}
