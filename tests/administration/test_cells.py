"""Cells: said in one way, never a formula, and every fault in words."""

from __future__ import annotations

import csv
import io
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.administration.rules.cells import canonical, guarded, unguarded
from app.administration.rules.page import SHEETS, page
from app.administration.rules.reading import read_rows
from app.administration.rules.sheets import Column, Kind, Sheet
from app.administration.rules.writing import csv_of
from app.administration.service.files import cells_of
from app.administration.service.registry import TABLES
from tests.system.sources import ROOT

ZONE = ZoneInfo("Asia/Shanghai")
LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)
RISKY = st.builds(lambda mark, rest: mark + rest, st.sampled_from("=+-@'＝＋－＠\t"), LINE)


def a_column(kind: Kind, **more: object) -> Column:
    return Column("cell", "单元格", "", "", kind, **more)  # type: ignore[arg-type]


@given(LINE | RISKY)
def test_a_guarded_cell_is_never_computed_and_comes_back_exactly(text):
    cell = guarded(text)
    assert not cell.startswith(tuple("=+-@＝＋－＠\t\r\n"))
    assert unguarded(cell) == text


@given(st.lists(st.tuples(LINE | RISKY, LINE | RISKY), max_size=5))
def test_a_csv_file_comes_back_exactly(pairs):
    sheet = Sheet("notes", "记事", "", "", (a_column(Kind.TEXT), Column("other", "另", "", "")))
    rows = [{"cell": one, "other": other} for one, other in pairs]
    data = b"".join(csv_of(sheet, rows))
    assert data.startswith(b"\xef\xbb\xbf")
    assert cells_of(data, sheet) == [["cell", "other"], *(list(pair) for pair in pairs)]


@pytest.mark.parametrize(
    ("kind", "cell", "said"),
    [
        (Kind.TEXT, "  路灯\r\n坏了 ", "路灯\n坏了"),
        (Kind.CODE, " 0401 ", "0401"),
        (Kind.USERNAME, "Inspector１", "inspector1"),
        (Kind.NUMBER, "2.50", "2.5"),
        (Kind.NUMBER, "1e2", "100"),
        (Kind.WHOLE, "3.0", "3"),
        (Kind.FLAG, "是", "true"),
        (Kind.FLAG, "FALSE", "false"),
        (Kind.FLAG, "0", "false"),
        (Kind.DAY, "2026/3/1", "2026-03-01"),
        (Kind.DAY, "2026年3月1日", "2026-03-01"),
        (Kind.DAY, "2026-03-01 00:00:00", "2026-03-01"),
        (Kind.INSTANT, "2026-03-10", "2026-03-10 00:00:00+08:00"),
        (Kind.INSTANT, "2026-03-10 10:00", "2026-03-10 10:00:00+08:00"),
        (Kind.INSTANT, "2026-03-10T02:00:00Z", "2026-03-10 10:00:00+08:00"),
        (Kind.WORDS, "U01、U02,  U03", "U01 U02 U03"),
        (Kind.HOURS, "8:00–12:00，14：00~18：00", "08:00-12:00 14:00-18:00"),
        (Kind.HOURS, "20:00 - 24:00", "20:00-24:00"),
    ],
)
def test_a_cell_is_said_in_one_way(kind, cell, said):
    found = canonical(a_column(kind), cell, ZONE)
    assert found == said
    assert canonical(a_column(kind), found, ZONE) == said


@pytest.mark.parametrize(
    ("kind", "cell", "advice"),
    [
        (Kind.TEXT, "bell\x07", "cannot be printed"),
        (Kind.TEXT, "字" * 201, "at most 200 fit"),
        (Kind.CODE, "04 01", "a code has none"),
        (Kind.NUMBER, "two", "no number"),
        (Kind.NUMBER, "NaN", "no number that can be kept"),
        (Kind.NUMBER, "1e99", "no number that can be kept"),
        (Kind.NUMBER, "0.00001", "more than 4 decimals"),
        (Kind.WHOLE, "1.5", "no whole number"),
        (Kind.FLAG, "perhaps", "neither true nor false"),
        (Kind.DAY, "2026-02-30", "write 2026-03-10"),
        (Kind.DAY, "soon", "write 2026-03-10"),
        (Kind.INSTANT, "25:00", "write 2026-03-10 10:00"),
        (Kind.HOURS, "morning", "write 08:00-12:00"),
        (Kind.HOURS, "25:00-26:00", "no time of the day"),
    ],
)
def test_a_cell_that_cannot_be_says_what_to_write(kind, cell, advice):
    with pytest.raises(ValueError, match=advice):
        canonical(a_column(kind), cell, ZONE)


def test_an_empty_cell_means_what_the_column_says():
    assert canonical(a_column(Kind.FLAG, empty="false"), " ", ZONE) == "false"
    with pytest.raises(ValueError, match="must not be empty"):
        canonical(a_column(Kind.TEXT, required=True), " ", ZONE)
    with pytest.raises(ValueError, match="use a, b"):
        canonical(a_column(Kind.WORDS, allowed=("a", "b")), "a c", ZONE)


SHEET = Sheet(
    "things",
    "东西",
    "",
    "",
    (
        Column("code", "代码", "", "", Kind.CODE, key=True, required=True),
        Column("name", "名称", "", "", required=True),
        Column("count", "数量", "", "", Kind.WHOLE),
    ),
)


def faults_of(*cells: list[str]) -> list[tuple[int | None, str | None]]:
    return [(fault.row, fault.column) for fault in read_rows(SHEET, cells, {}, ZONE).faults]


def test_the_head_names_the_columns_in_any_order_and_either_language():
    found = read_rows(SHEET, [["名称", "code", ""], ["lamp", "1"], ["", " "], ["bin", "2"]], {}, ZONE)
    assert [(line.number, line.row["code"], line.row["count"]) for line in found.lines] == [(2, "1", ""), (4, "2", "")]
    assert found.rows == 2


def test_faults_of_the_head():
    assert faults_of() == [(1, None)]
    assert faults_of(["code", "colour", "name", "name"]) == [(1, "colour"), (1, "name")]
    assert faults_of(["name"]) == [(1, "code")]


def test_faults_name_row_and_column_and_all_of_them():
    head = ["code", "name", "count"]
    assert faults_of(
        head, ["", "lamp", "x"], [], ["2", "", "1.5"], ["3", "bin", "1", "", "!"], ["4", "a"], ["4", "b"]
    ) == [
        (2, "code"),
        (2, "count"),
        (4, "name"),
        (4, "count"),
        (5, None),
        (7, "code"),
    ]


def test_a_column_that_is_left_out_stays_and_what_is_there_is_not_questioned():
    there = {("1",): {"code": "1", "name": "x" * 300, "count": "7"}}
    (line,) = read_rows(SHEET, [["code", "name"], ["1", "x" * 300]], there, ZONE).lines
    assert line.row == there[("1",)]
    (line,) = read_rows(SHEET, [["code"], ["1"]], there, ZONE).lines
    assert line.row == there[("1",)]
    (fault,) = read_rows(SHEET, [["code"], ["2"]], there, ZONE).faults
    assert (fault.row, fault.column) == (2, "name")


def test_every_column_is_explained_and_its_key_leads_to_one_row():
    assert tuple(table.sheet for table in TABLES.values()) == SHEETS
    for sheet in SHEETS:
        assert sheet.keys, sheet.name
        assert len({*sheet.names, *(column.label for column in sheet.columns)}) == 2 * len(sheet.columns), sheet.name
        assert all(column.help_zh and column.help_en for column in sheet.columns), sheet.name
        assert all(column.empty in ("", *column.choices) for column in sheet.columns), sheet.name
        assert bool(sheet.ending_zh) == sheet.ends, sheet.name


def test_the_page_for_administrators_says_what_the_code_says():
    written = (ROOT / "docs" / "administration.md").read_text(encoding="utf-8")
    assert written == page(), "run `python -m app.administration.rules.page > docs/administration.md`"


def test_rows_of_a_spreadsheet_are_counted_as_it_shows_them():
    text = io.StringIO()
    csv.writer(text).writerows([["code", "name"], ["1", "two\nlines"], [], ["1", "again"]])
    found = read_rows(SHEET, cells_of(text.getvalue().encode(), SHEET), {}, ZONE)
    assert [(fault.row, fault.column) for fault in found.faults] == [(4, "code")]
