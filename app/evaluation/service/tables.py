"""Figures as files for people: CSV and workbooks, in the words of a language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.evaluation.rules.summing import Dimension, Layout
from app.evaluation.rules.tables import Chart, Heading, Kind, Sheet, Table, cell_of, flat, kind_of, named_in
from app.evaluation.service.wording import Wording
from app.evaluation.service.workbooks import book_of
from app.parts.rules.guarding import guarded

CHINESE = Wording("zh-CN")
TIMES = frozenset({Dimension.DAY, Dimension.MONTH})
MOST_DAYS, MOST_GROUPS = 3700, 24
"""So much a chart of time has, and one of groups."""


def summary_table(group_by: Sequence[Dimension], items: Sequence[dict[str, Any]]) -> Table:
    """The head, and a line for each group: code and name apart, numbers as they are."""
    if items:
        return flat(items)
    layout = Layout(group_by)
    plain = [name for name in group_by if kind_of(name) is Kind.TEXT and name in PLAIN]
    groups = [part for name in group_by for part in ([name] if name in plain else [f"{name}_code", f"{name}_name"])]
    return [[*groups, *layout.shown((0,) * len(layout.counts))]]


def indicators_table(items: Sequence[Mapping[str, Any]]) -> Table:
    """A line for each figure of each subject, its indicator by code and by name."""
    named = [{**item, "indicator": {"code": item["indicator"], "name": item["indicator"]}} for item in items]
    return flat(named, () if named else INDICATOR_HEADS)


def ranking_table(items: Sequence[Mapping[str, Any]]) -> Table:
    """A line for each subject, of which some may have no grade, no rank or nothing to compare with."""
    compared = any(item.get("compared") is not None for item in items)
    return flat(items, (*RANKING_HEADS, *COMPARED_HEADS) if compared else RANKING_HEADS)


INDICATOR_HEADS = (
    *("subject_code", "subject_name", "indicator_code", "indicator_name"),
    *("numerator", "denominator", "value", "exempt", "deferred"),
)
RANKING_HEADS = (
    *("subject_code", "subject_name", "group", "rank", "of", "tied", "unranked", "score"),
    *("grade_code", "grade_colour", "sample", "minimum_sample"),
)
COMPARED_HEADS = ("compared_period", "compared_score", "compared_change", "compared_rank", "compared_moved")


PLAIN = frozenset(
    {Dimension.SOURCE, Dimension.STAGE, Dimension.MONTH, Dimension.DAY, Dimension.WEEKDAY, Dimension.HOUR}
)


def charts_of(group_by: Sequence[Dimension]) -> tuple[Chart, ...]:
    """Pictures of a summary: rates and what was due, by its first dimension where that is the only one."""
    if len(group_by) != 1 or Dimension.STAGE in group_by:
        return ()
    (name,) = group_by
    category = name.value if name in PLAIN else f"{name}_name"
    # Of many units the first ones are an example; half of the days would be another time.
    form, most = "line" if name is Dimension.DAY else "column", MOST_DAYS if name in TIMES else MOST_GROUPS
    return (
        Chart(form, category, ("on_time_handled_rate", "closed_rate"), most=most),
        Chart(form, category, ("due", "on_time", "overdue_open"), most=most),
    )


def csv_of(table: Iterable[Sequence[Any]], words: Wording = CHINESE) -> bytes:
    """A table as CSV in UTF-8, which spreadsheets know by its first bytes; no cell that people wrote is a formula."""
    body = io.StringIO()
    writer = csv.writer(body, lineterminator="\r\n")
    head, *lines = table
    writer.writerow([words.head(name) for name in head])
    for line in lines:
        writer.writerow([_cell(name, value, words) for name, value in zip(named_in(head, line), line, strict=True)])
    return body.getvalue().encode("utf-8-sig")


def _cell(name: str, value: Any, words: Wording) -> Any:
    shown = cell_of(name, words.word(name, value))
    if kind_of(name) is Kind.INSTANT and shown is not None:
        return words.local(shown).isoformat(" ")
    return guarded(shown) if isinstance(shown, str) else shown


def workbook_of(
    table: Table, name: str, words: Wording = CHINESE, heading: Heading | None = None, charts: tuple[Chart, ...] = ()
) -> bytes:
    """A table as a workbook with one sheet of this name."""
    titled = words.say("sheets", name)
    return book_of([Sheet(titled, table, charts)], heading or Heading(titled), words)
