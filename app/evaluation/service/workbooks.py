"""Figures as workbooks, line by line in constant memory: titled, formatted, with frozen heads and charts."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter

from app.evaluation.rules.tables import Chart, Heading, Kind, Sheet, Table, cell_of, kind_of, named_in
from app.evaluation.service.wording import Wording

OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
FONT = "Microsoft YaHei"
NUMBERS: Mapping[Kind, str] = {
    Kind.NUMBER: "#,##0",
    Kind.SHARE: "0.00%",
    Kind.HOURS: "#,##0.0",
    Kind.MEAN: "0.00",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
    Kind.TEXT: "@",
}
COLOURS: Mapping[str, str] = {
    "green": "#2E8B57",
    "amber": "#E0A800",
    "red": "#C62828",
    "paused": "#8A8F98",
    "under_1d": "#9CC3E6",
    "d1_3": "#5B9BD5",
    "d3_7": "#1F5FA8",
    "d7_30": "#E0A800",
    "over_30d": "#C62828",
    "on_time": "#2E8B57",
    "overdue_open": "#C62828",
}
PALETTE = ("#1F5FA8", "#5BA3D9", "#C62828", "#8A8F98", "#2E8B57", "#E0A800")
NARROWEST, WIDEST, MEASURED = 9, 36, 200
NO_DATA = "—"
SHORT = 40
"""Under so many lines charts are still seen with them."""
CHART = 620, 340
PORTRAIT_COLUMNS = 6


def book_of(sheets: Sequence[Sheet], heading: Heading, words: Wording) -> bytes:
    """A workbook; above each table stands what it is, of which time and as of when."""
    body = io.BytesIO()
    with xlsxwriter.Workbook(body, OPTIONS) as book:
        book.set_properties({"title": heading.title, "author": "FieldGrid"})
        formats = _Formats(book)
        for sheet in sheets:
            _Page(book, sheet, heading, words, formats).write()
    return body.getvalue()


class _Formats:
    """How cells look, made once for a workbook."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": FONT, "font_size": 10, "valign": "vcenter"}
        lined = base | {"border": 1, "border_color": "#D0D5DD"}
        head = lined | {"bold": True, "bg_color": "#E8EEF6", "text_wrap": True}
        self.title = book.add_format(base | {"bold": True, "font_size": 16})
        self.label = book.add_format(base | {"font_color": "#667085"})
        self.text_head = book.add_format(head)
        self.number_head = book.add_format(head | {"align": "right"})
        self.none = book.add_format(lined | {"align": "right", "font_color": "#98A2B3"})
        self.of = {
            kind: book.add_format(lined | {"num_format": number} | ({} if kind is Kind.TEXT else {"align": "right"}))
            for kind, number in NUMBERS.items()
        }


class _Page:
    """One sheet."""

    def __init__(self, book: Any, sheet: Sheet, heading: Heading, words: Wording, formats: _Formats) -> None:
        self._book, self._sheet, self._heading, self._words, self._formats = book, sheet, heading, words, formats
        self._page = book.add_worksheet(sheet.name)
        self._head = len(heading.facts) + 2
        self._names: list[str] = list(sheet.table[0])

    def write(self) -> None:
        lines = self._sheet.table[1:]
        last = self._head + max(len(lines), 1)
        texts = sum(1 for name in self._names if kind_of(name) is Kind.TEXT)
        self._page.hide_gridlines(2)
        self._page.freeze_panes(self._head + 1, min(texts, 2))
        self._page.autofilter(self._head, 0, last, max(len(self._names) - 1, 0))
        self._paper()
        for column, width in enumerate(_widths(self._sheet.table, self._words)):
            self._page.set_column(column, column, width)
        self._above()
        self._write_head()
        for row, line in enumerate(lines, self._head + 1):
            for column, (name, value) in enumerate(zip(named_in(self._names, line), line, strict=True)):
                self._cell(row, column, name, value)
        if not lines:
            self._page.write_string(self._head + 1, 0, self._words.say("facts", "nothing"), self._formats.label)
        self._draw(len(lines))

    def _paper(self) -> None:
        """How it is printed: across, as wide as the paper, the head on each page."""
        page = self._page
        if len(self._names) > PORTRAIT_COLUMNS:
            page.set_landscape()
        page.set_paper(9)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(1, 0)
        page.repeat_rows(self._head)
        page.set_footer("&C&P / &N")

    def _above(self) -> None:
        self._page.set_row(0, 30)
        title, name = self._heading.title, self._sheet.name
        self._page.write_string(0, 0, title if title == name else f"{title} · {name}", self._formats.title)
        for row, (label, text) in enumerate(self._heading.facts, 1):
            self._page.write_string(row, 0, f"{label}：{text}", self._formats.label)

    def _write_head(self) -> None:
        self._page.set_row(self._head, 32)
        for column, name in enumerate(self._names):
            numeric = kind_of(name) is not Kind.TEXT
            look = self._formats.number_head if numeric else self._formats.text_head
            self._page.write_string(self._head, column, self._words.head(name), look)

    def _cell(self, row: int, column: int, name: str, value: Any) -> None:
        kind, shown = kind_of(name), cell_of(name, self._words.word(name, value))
        look = self._formats.of[kind]
        if shown is None:
            self._page.write_string(row, column, NO_DATA, self._formats.none)
        elif kind is Kind.INSTANT:
            self._page.write_datetime(row, column, self._words.local(shown), look)
        elif isinstance(shown, str):
            self._page.write_string(row, column, shown, self._formats.of[Kind.TEXT])
        else:
            self._page.write_number(row, column, shown, look)

    def _draw(self, lines: int) -> None:
        """The charts: side by side under a short table, one under the other beside a long one."""
        drawn = [chart for chart in self._sheet.charts if {chart.category, *chart.series} <= set(self._names)]
        for turn, chart in enumerate(drawn if lines else ()):
            made = self._chart(chart, min(lines, chart.most), cut=lines > chart.most)
            if lines <= SHORT:
                self._page.insert_chart(self._head + lines + 2, 0, made, {"x_offset": 4 + turn * (CHART[0] + 12)})
            else:
                self._page.insert_chart(self._head + turn * 18, len(self._names) + 1, made)

    def _chart(self, chart: Chart, lines: int, *, cut: bool) -> Any:
        kind = {"type": chart.form} | ({"subtype": "stacked"} if chart.stacked else {})
        drawn = self._book.add_chart(kind)
        first, last = self._head + 1, self._head + lines
        place = self._names.index
        for turn, name in enumerate(chart.series):
            column = place(name)
            colour = COLOURS.get(name, PALETTE[turn % len(PALETTE)])
            look = {"line": {"color": colour, "width": 2.25}} if chart.form == "line" else {"fill": {"color": colour}}
            drawn.add_series(
                {
                    "name": self._words.head(name),
                    "categories": [self._sheet.name, first, place(chart.category), last, place(chart.category)],
                    "values": [self._sheet.name, first, column, last, column],
                    "gap": 60,
                    **look,
                }
            )
        font = {"name": FONT, "size": 9}
        form = {"num_format": NUMBERS[kind_of(chart.series[0])].replace("0.00%", "0%").replace(".0", "")}
        lines_across = {"visible": True, "line": {"color": "#E4E7EC"}}
        axis: dict[str, Any] = {"num_font": font, "major_gridlines": lines_across, "line": {"none": True}, **form}
        if kind_of(chart.series[0]) is Kind.SHARE and not chart.cut:
            axis |= {"min": 0, "max": 1}
        across = {"num_font": font, "major_gridlines": {"visible": False}}
        drawn.set_x_axis(axis if chart.form == "bar" else across)
        drawn.set_y_axis(across | {"reverse": True} if chart.form == "bar" else axis)
        drawn.set_legend({"position": "bottom", "font": font})
        titled = " / ".join(self._words.head(name) for name in chart.series)
        titled += self._words.say("facts", "first", shown=lines) if cut else ""
        drawn.set_title({"name": titled, "name_font": {"name": FONT, "size": 11, "bold": True}, "overlay": False})
        drawn.set_size(dict(zip(("width", "height"), CHART, strict=True)))
        return drawn


def _widths(table: Table, words: Wording) -> Iterable[float]:
    """How wide columns are: as their first lines need it, Chinese characters counting twice."""
    for column, name in enumerate(table[0]):
        shown = [_width(_told(name, line[column], words)) for line in table[1 : MEASURED + 1]]
        head = _width(words.head(name)) + 3
        yield min(max(NARROWEST, head if head <= NARROWEST * 2 else head / 2 + 2, *shown, 0) + 1, WIDEST)


def _told(name: str, value: Any, words: Wording) -> str:
    if kind_of(name) is Kind.INSTANT:
        return "2026-10-05 08:30"
    shown = words.word(name, value)
    return f"{shown:,.1f}" if isinstance(shown, float) else str(shown)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
