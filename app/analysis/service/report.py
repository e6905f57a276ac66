"""The report of a time as tables: what each sheet has, the same figures that are on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.analysis.service.tables import LISTED, Items, by_reason, by_stage, detour_charts, open_charts, stage_charts
from app.evaluation.rules.tables import Chart, Sheet, Table, flat
from app.evaluation.service.wording import Wording

KEY_FIGURES = (
    *("reports", "filed", "dispatched", "closed", "due", "handled", "on_time", "overdue_open"),
    *("on_time_handled_rate", "handled_rate", "closed_rate", "overdue_open_rate", "rework_rate", "extension_rate"),
    *("hold_rate", "accurate_filing_rate", "accurate_dispatch_rate", "repeat_rate", "satisfaction_mean"),
    *("median_s", "p90_s"),
)
STANDING = ("open", "green", "amber", "red", "paused", "median_age_s")
OF_GROUPS = (
    *("reports", "filed", "closed", "due", "handled", "on_time", "overdue_open"),
    *("on_time_handled_rate", "closed_rate", "overdue_open_rate", "rework_rate", "extension_rate", "hold_rate"),
    *("accurate_dispatch_rate", "median_s", "p90_s"),
)
TIMES = frozenset({"month", "weekday", "hour"})
OF_TIMES = ("reports", "filed", "closed", "due", "on_time", "on_time_handled_rate")
CHARTS: Mapping[str, tuple[Chart, ...]] = {
    **{
        name: (
            Chart("bar", f"{name}_name", ("on_time_handled_rate",)),
            Chart("column", f"{name}_name", ("due", "on_time", "overdue_open")),
            Chart("column", f"{name}_name", ("median_s", "p90_s")),
        )
        for name in ("district", "unit", "class")
    },
    "month": (Chart("column", "month", ("on_time_handled_rate",)), Chart("column", "month", ("reports", "closed"))),
    "weekday": (Chart("column", "weekday", ("reports", "closed")),),
    "hour": (Chart("column", "hour", ("reports", "closed")),),
}


def key_figures(report: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """(figure, value) of the whole: of the time first, then how open work stands."""
    whole, (standing,) = report["whole"], report["open"]["whole"]
    return [(name, whole.get(name)) for name in KEY_FIGURES] + [(name, standing[name]) for name in STANDING]


def narrowed(items: Items, names: Sequence[str]) -> list[dict[str, Any]]:
    """The same groups with only these numbers."""
    dimensions = {name for item in items for name in item} - _NUMBERS
    return [{name: value for name, value in item.items() if name in dimensions or name in names} for item in items]


_NUMBERS = frozenset(
    {*KEY_FIGURES, *OF_GROUPS, "forced", "reworked", "extended", "held", "exempt", "deferred", "misrouted", "void"}
)


def sheets_of(report: Mapping[str, Any], words: Wording) -> list[Sheet]:
    """The sheets of the report's workbook."""
    return [Sheet(words.say("sheets", name), table, charts) for name, table, charts in _parts(report)]


def _parts(report: Mapping[str, Any]) -> Iterable[tuple[str, Table, tuple[Chart, ...]]]:
    yield "overview", [["figure", "value"], *(list(one) for one in key_figures(report))], ()
    for name, items in report["summary"].items():
        shown = OF_TIMES if name in TIMES else OF_GROUPS
        heads = (name, *shown) if name in TIMES else (f"{name}_code", f"{name}_name", *shown)
        yield f"by_{name}", flat(narrowed(items, shown), () if items else heads), CHARTS[name]
    for name in ("district", "unit", "stage"):
        items = report["open"][name]
        yield f"open_{name}s", flat(items), open_charts(items)
    for name, left in (("overdue", "late_s"), ("turning_red", "remaining_s")):
        yield name, flat(report[name]["items"], (*LISTED, left)), ()
    slow = report["bottleneck"]
    yield "bottleneck", flat(list(by_stage(slow["whole"]))), stage_charts(slow["whole"])
    yield "bottleneck_units", flat(list(by_stage(slow["unit"]))), ()
    off = report["detours"]
    yield "detours_units", flat(off["unit"]), detour_charts(off["unit"])
    yield "reasons", flat(list(by_reason(off["whole"])), ("kind", "reason", "count")), ()
