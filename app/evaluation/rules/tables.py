"""Figures as tables: the head has the names of the API, what a column holds follows from its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

SECONDS_PER_HOUR = 3600
DIGITS = 6

Table: TypeAlias = Sequence[Sequence[Any]]
"""The head, then a line for each item; all lines are as long as the head."""


class Kind(Enum):
    """What a column holds, which says how people read it."""

    TEXT = "text"
    NUMBER = "number"
    SHARE = "share"
    HOURS = "hours"
    MEAN = "mean"
    INSTANT = "instant"


def kind_of(name: str) -> Kind:
    """What a column of this name holds.

    Example:
        >>> [kind_of(name).value for name in ("on_time_rate", "median_s", "unit_code", "open", "due_at")]
        ['share', 'hours', 'text', 'number', 'instant']
    """
    if name.endswith(("rate", "share")):
        return Kind.SHARE
    if name.endswith("_s"):
        return Kind.HOURS
    if name.endswith("_at"):
        return Kind.INSTANT
    if name.endswith("_mean") or name in MEANS:
        return Kind.MEAN
    return Kind.TEXT if name.endswith(("code", "name")) or name in TEXTS else Kind.NUMBER


MEANS = frozenset({"score", "compared_score", "compared_change"})
TEXTS = frozenset(
    {
        "number",
        "state",
        "stage",
        "lamp",
        "source",
        "month",
        "day",
        "weekday",
        "hour",
        "cell",
        "kind",
        "reason",
        "figure",
        "group",
        "unranked",
        "compared_period",
    }
)
TOLD_BY = ("figure", "indicator_code")
"""Columns that say of which figure a line is."""
OF_LINE = frozenset({"value", "compared_value"})
"""Columns that hold that figure."""


def named_in(names: Sequence[str], line: Sequence[Any]) -> list[str]:
    """Under which name each cell of a line is read: where every line has its own figure, the value is that figure.

    Example:
        >>> named_in(["indicator_code", "value", "exempt"], ["handled_rate", 0.5, 0])
        ['indicator_code', 'handled_rate', 'exempt']
    """
    figure = next((line[place] for place, name in enumerate(names) if name in TOLD_BY), None)
    if figure is None:
        return list(names)
    # Shares change by points, hours by hours.
    as_figure = OF_LINE | {"compared_change"} if kind_of(figure) is Kind.HOURS else OF_LINE
    return [figure if name in as_figure else name for name in names]


def flat(items: Sequence[Mapping[str, Any]], heads: Sequence[str] = ()) -> list[list[Any]]:
    """Items as a table: of areas, units and types code and name, of other parts a column each; lists are left out.

    `heads` are those of a list that may be empty, or not of the same parts in each line.
    """
    rows = [dict(_leaves(item)) for item in items]
    found = dict.fromkeys(name for row in rows for name in row)
    # What has neither code nor name in one line has both in others.
    heads = list(heads) or [name for name in found if f"{name}_code" not in found]
    return [heads, *([row.get(name) for name in heads] for row in rows)]


def _leaves(item: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in item.items():
        if isinstance(value, Mapping):
            named = "code" in value and "name" in value
            parts = {part: value[part] for part in ("code", "name")} if named else value
            yield from _leaves(parts, f"{before}{name}_")
        elif not isinstance(value, list):
            yield f"{before}{name}", value


def cell_of(name: str, value: Any) -> Any:
    """A value as a file has it: hours instead of seconds, whole numbers as they are."""
    if value is None or isinstance(value, str | bool | datetime):
        return value
    if kind_of(name) is Kind.HOURS:
        return round(value / SECONDS_PER_HOUR, DIGITS)
    return round(value, DIGITS) if isinstance(value, float) else value


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of columns of a table by its first lines: `form` as workbooks call it, names of columns.

    Shape: `cut`: its axis ends with the longest bar; else shares are shown of the whole.
    """

    form: str
    category: str
    series: tuple[str, ...]
    stacked: bool = False
    most: int = 24
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its name and its pictures."""

    name: str
    table: Table
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above tables: what it is, then facts (of which time, as of when) by label."""

    title: str
    facts: tuple[tuple[str, str], ...] = ()
