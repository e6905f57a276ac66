"""Analyses as tables: what each has in a file, and the charts beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.analysis.rules import HOLD
from app.evaluation.rules.tables import Chart, Kind, Table, flat, kind_of

LAMPS = ("green", "amber", "red", "paused")
AGES = ("under_1d", "d1_3", "d3_7", "d7_30", "over_30d")
RATES = ("holds_rate", "extensions_rate", "returns_rate", "reworks_rate", "reopened_rate")
LISTED = (
    *("number", "state", "stage", "lamp", "type_code", "type_name", "district_name", "street_name", "cell"),
    *("owner_code", "owner_name", "opened_at", "due_at"),
)
"""What a list of cases has of each in a file."""
Items = Sequence[Mapping[str, Any]]
Part = tuple[str, Table, tuple[Chart, ...]]
"""The name of a sheet, its table, its charts."""


def parts_of(what: str, items: Items) -> list[Part]:
    """The tables of an analysis, the first of which is the analysis as CSV."""
    match what:
        case "open":
            return [("open", flat(items), open_charts(items))]
        case "bottleneck":
            return [("bottleneck", flat(list(by_stage(items))), stage_charts(items))]
        case "detours":
            return [("detours", flat(items), _by_name(items, RATES)), ("reasons", flat(list(by_reason(items))), ())]
        case "overdue":
            return [(what, flat(items, (*LISTED, "late_s")), ())]
        case _:
            return [(what, flat(items, (*LISTED, "remaining_s")), ())]


def stage_charts(items: Items) -> tuple[Chart, ...]:
    """The stages of one group by working time; a hold is of another kind of time, and stands last."""
    if len(items) != 1 or not (working := sum(one["stage"] != HOLD for one in items[0]["stages"])):
        return ()
    return (
        Chart("bar", "stage", ("share",), most=working),
        Chart("column", "stage", ("median_s", "p90_s"), most=working),
    )


def by_stage(items: Items) -> Iterable[dict[str, Any]]:
    """A line for each stage of each group."""
    for item in items:
        group = {name: value for name, value in item.items() if name not in {"stages", "total_s", "cases"}}
        yield from ({**group, "stage": stage["stage"], "cases": item["cases"], **stage} for stage in item["stages"])


def by_reason(items: Items) -> Iterable[dict[str, Any]]:
    """A line for each reason of each group."""
    for item in items:
        group = {name: value for name, value in item.items() if _names_group(name, value)}
        yield from ({**group, **reason} for reason in item["reasons"])


def _names_group(name: str, value: Any) -> bool:
    return (isinstance(value, Mapping) and "code" in value) or (kind_of(name) is Kind.TEXT and name != "reasons")


def open_charts(items: Items) -> tuple[Chart, ...]:
    """Open work by lamp and by age, one bar for each group."""
    return tuple(chart for series in (LAMPS, AGES) for chart in _by_name(items, series, stacked=True))


def _by_name(items: Items, series: tuple[str, ...], *, stacked: bool = False) -> tuple[Chart, ...]:
    heads = flat(items)[0]
    groups = [name for name in heads if kind_of(name) is Kind.TEXT and not name.endswith("_code")]
    return (Chart("column", groups[0], series, stacked),) if len(groups) == 1 else ()
