"""Figures as files: what a cell shows is what the API says, whoever looks and however little there is."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
from python_calamine import load_workbook

from app.evaluation.rules.indicators import INDICATORS
from app.evaluation.rules.summing import Dimension
from app.evaluation.rules.tables import Heading, Sheet
from app.evaluation.service.tables import charts_of, csv_of, indicators_table, ranking_table, summary_table
from app.evaluation.service.wording import Wording
from app.evaluation.service.workbooks import book_of

ZH, EN = Wording("zh-CN"), Wording("en")
UNIT = {"code": "U01", "name": "环卫作业中心"}
VALUES = {"on_time_handled_rate": 0.75, "filed": 12, "satisfaction_mean": 4.5, "handling_median_s": 5400.0}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def indicator(name, value):
    counted = {"numerator": 3, "denominator": 4, "value": value, "exempt": 0, "deferred": 0}
    compared = {"period": "2026-02", "value": value, "change": 1.25}
    return {"subject": UNIT, "indicator": name, **counted, "compared": compared}


def ranked(**changes):
    grade, compared = {"code": "B", "colour": "blue"}, None
    row = {"subject": UNIT, "group": "default", "rank": 1, "of": 1, "tied": False, "unranked": None}
    return row | {"score": 81.92, "grade": grade, "sample": 13, "minimum_sample": 10, "compared": compared} | changes


def sheet_of(table, words=ZH):
    """The rows of a workbook from its head on, and beside them how each number is shown."""
    data = book_of([Sheet("表", table)], Heading("题"), words)
    rows = load_workbook(io.BytesIO(data)).get_sheet_by_name("表").to_python()[2:]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        styles, cells = (ET.fromstring(parts.read(f"xl/{name}.xml")) for name in ("styles", "worksheets/sheet1"))
    formats = {"0": "", "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "10": "0.00%", "49": "@"}
    formats |= {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{MAIN}numFmt")}
    looks = [formats[one.get("numFmtId")] for one in styles.find(f"{MAIN}cellXfs")]
    return rows, {one.get("r"): looks[int(one.get("s"))] for one in cells.iter(f"{MAIN}c")}


def test_each_indicator_is_shown_as_what_it_is():
    rows, looks = sheet_of(indicators_table([indicator(*one) for one in VALUES.items()]))
    assert rows[0][2:7] == ["指标代码", "指标", "分子", "分母", "数值"]
    assert [row[2] for row in rows[1:]] == list(VALUES)
    assert [row[3] for row in rows[1:]] == ["按时处置率", "立案", "满意度（分）", "处置时长中位数（小时）"]
    assert [row[6] for row in rows[1:]] == [0.75, 12, 4.5, 1.5]
    assert [looks[f"G{at}"] for at in range(4, 8)] == ["0.00%", "#,##0", "0.00", "#,##0.0"]
    # Shares change by points.
    assert [looks[f"L{at}"] for at in range(4, 8)] == ["0.00", "0.00", "0.00", "#,##0.0"]
    lines = list(
        csv.reader(io.StringIO(csv_of(indicators_table([indicator(*one) for one in VALUES.items()])).decode()))
    )
    assert [line[6] for line in lines[1:]] == ["0.75", "12", "4.5", "1.5"]


@pytest.mark.parametrize("words", [ZH, EN])
def test_every_indicator_has_a_name(words):
    names = [words.word("indicator_name", name) for name in INDICATORS]
    assert not [name for name in names if "_" in name or name.islower()]
    assert len(set(names)) == len(names)


def test_a_score_is_not_rounded_and_nothing_is_a_code_of_ours():
    nothing = ranked(score=None, grade=None, rank=None, of=0, unranked="no_data", sample=0)
    for items in ([ranked(), nothing], [nothing], []):
        rows, looks = sheet_of(ranking_table(items))
        assert rows[0] == [
            "对象代码",
            "对象",
            "分组",
            "名次",
            "参评数",
            "并列",
            "未排名",
            "得分",
            "等级",
            "颜色",
            "样本",
            "最小样本",
        ]
        if len(items) > 1:
            assert rows[1][2:] == ["未分组", 1, 1, "否", "—", 81.92, "B", "蓝", 13, 10]
            assert looks["H4"] == "0.00"
        if items:
            assert rows[len(items)][2:] == ["未分组", "—", 0, "否", "无数据", "—", "—", "—", 0, 10]
        else:
            assert rows[1][0] == "无数据"


def test_a_table_of_nothing_keeps_its_heads_and_says_so():
    table = summary_table((Dimension.DISTRICT, Dimension.MONTH), [])
    rows, _ = sheet_of(table)
    assert rows[0][:4] == ["区县代码", "区县", "月份", "上报"]
    assert "按时处置率" in rows[0]
    assert rows[1][0] == "无数据"
    assert csv_of(table).decode("utf-8-sig").startswith("区县代码,区县,月份,上报,")


def charts_in(dimension, groups):
    """(title, last row of the values) of the last chart of a summary of these groups."""
    items = [{dimension.value: group, "due": 1, "on_time": 1, "overdue_open": 0} for group in groups]
    sheet = Sheet("汇总", summary_table((dimension,), items), charts_of((dimension,)))
    with zipfile.ZipFile(io.BytesIO(book_of([sheet], Heading("题"), ZH))) as parts:
        xml = parts.read("xl/charts/chart1.xml").decode()
    return re.search(r"<a:t>(.*?)</a:t>", xml).group(1), re.findall(r"\$(\d+)</c:f>", xml)[-1]


def test_a_chart_of_days_has_them_all_and_one_of_groups_says_what_it_leaves_out():
    title = "应处置 / 按时处置 / 超期未处置"
    days = [f"2026-{month:02}-{day:02}" for month in (10, 11) for day in range(1, 28)]
    assert charts_in(Dimension.DAY, days) == (title, str(3 + 54))
    streets = [{"code": f"3101010{at:02}", "name": f"第{at}街道"} for at in range(30)]
    assert charts_in(Dimension.STREET, streets) == (f"{title}（前 24 项）", str(3 + 24))
