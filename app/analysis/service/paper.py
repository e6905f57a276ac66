"""The report of a time on paper: HTML to be set as PDF, its charts drawn inside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.analysis.rules.charts import Bar, bars, round_up, stacks
from app.analysis.service.report import key_figures
from app.analysis.service.tables import AGES, LAMPS, Items
from app.core.languages import Language
from app.evaluation.rules.tables import Heading, Kind, cell_of, kind_of
from app.evaluation.service.wording import Wording
from app.evaluation.service.workbooks import NO_DATA

HERE = Path(__file__).parent
URGENT_SHOWN = 15
GROUPS_SHOWN = 20
TILES = ("due", "on_time_handled_rate", "overdue_open", "median_s", "closed", "open", "red", "rework_rate")
WRITTEN: Mapping[Kind, str] = {
    Kind.SHARE: ".2%",
    Kind.HOURS: ",.1f",
    Kind.MEAN: ".2f",
    Kind.NUMBER: ",",
    Kind.TEXT: "",
}


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


@cache
def messages(language: Language) -> Mapping[str, str]:
    """What the paper says, by name."""
    found: dict[str, str] = json.loads((HERE / "messages" / f"{language}.json").read_text(encoding="utf-8"))
    return found


def page_of(report: Mapping[str, Any], heading: Heading, words: Wording, city: str) -> str:
    """The report as a page."""
    paper = _Paper(words)

    def say(name: str, /, **values: Any) -> str:
        return messages(words.language)[name].format(**values)

    page: str = _template().render(
        report=report,
        heading=heading,
        city=city,
        lang=words.language,
        w=say,
        head=words.head,
        word=words.word,
        shown=paper.shown,
        minute=words.minute,
        name_of=paper.name_of,
        figures=key_figures(report),
        tiles=[(name, value) for name, value in key_figures(report) if name in TILES],
        rates=paper.rates,
        columns=paper.columns,
        open_bars=paper.open_bars,
        stage_bars=paper.stage_bars,
        lamps=LAMPS,
        ages=AGES,
        urgent=URGENT_SHOWN,
        most=GROUPS_SHOWN,
    )
    return page


class _Paper:
    """What the template asks for."""

    def __init__(self, words: Wording) -> None:
        self._words = words

    def shown(self, name: str, value: Any) -> str:
        """A value as people read it."""
        cell = cell_of(name, self._words.word(name, value))
        if cell is None:
            return NO_DATA
        if (kind := kind_of(name)) is Kind.INSTANT:
            return self._words.minute(cell)
        return format(cell, WRITTEN[kind])

    def name_of(self, dimension: str, item: Mapping[str, Any]) -> str:
        """What a group is called."""
        value = item[dimension]
        if value is None:
            return self._words.say("none", dimension)
        return str(value["name"] if isinstance(value, Mapping) else self._words.word(dimension, value))

    def rates(self, dimension: str, items: Items, name: str) -> list[Bar]:
        """A rate of each group, from 0 to 100 %."""
        rows = [(self.name_of(dimension, one), one[name], self.shown(name, one[name])) for one in items[:GROUPS_SHOWN]]
        return bars(rows, 1)

    def columns(self, dimension: str, items: Items, name: str) -> tuple[list[Bar], float]:
        """(a number of each group, where the axis ends)."""
        most = round_up(max((one[name] for one in items), default=0))
        rows = [(self.name_of(dimension, one), float(one[name]), self.shown(name, one[name])) for one in items]
        return bars(rows, most), most

    def open_bars(self, dimension: str, items: Items, series: Sequence[str]) -> list[list[Bar]]:
        """Open work of each group in parts."""
        most = max((one["open"] for one in items), default=0)
        listed = items[:GROUPS_SHOWN]
        return stacks([(self.name_of(dimension, one), [(name, one[name]) for name in series]) for one in listed], most)

    def stage_bars(self, stages: Sequence[Mapping[str, Any]]) -> list[list[Bar]]:
        """What share of the time each stage took, in one bar."""
        parts = [(one["stage"], one["share"]) for one in stages if one["share"] is not None]
        return stacks([("", parts)], 1)
