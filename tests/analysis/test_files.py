"""Analyses as files and the report: what stands in them is what the API answers."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader
from python_calamine import load_workbook

from app.analysis.rules.charts import bars, round_up, stacks
from app.evaluation.rules.tables import cell_of, flat
from tests.evaluation.conftest import FAR

APP = Path(__file__).parents[2] / "app"
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def several(played):
    """Closed in time, closed late, still open twice."""
    return [
        played.case(0, 0.1, 0.2, 0.3, 3, 3.1, 3.2),
        played.case(0, 0.1, 0.2, 0.3, 9, 9.1, 9.2),
        played.case(0, 0.1, 0.2, 0.3),
        played.case(1, 1.1, 1.2, cell=FAR),
    ]


def file_of(api, path, status=200, **query):
    language = query.pop("accept", "zh-CN")
    headers = {**api.headers("evaluator"), "Accept-Language": language}
    answer = api.client.get(f"/api/v1/sla/{path}", headers=headers, query_string=query)
    assert answer.status_code == status
    return answer


def sheet(book, name, head):
    """The lines of a sheet under its head, which begins so, as dictionaries."""
    lines = book.get_sheet_by_name(name).to_python()
    first = next(number for number, line in enumerate(lines) if line[0] == head)
    width = len([cell for cell in lines[first] if cell])
    return [dict(zip(lines[first][:width], line[:width], strict=True)) for line in lines[first + 1 :] if line[0]]


def same(cell, name, value):
    """Whether a cell of a workbook holds a value of the API."""
    wanted = cell_of(name, value)
    return cell == "—" if wanted is None else cell == pytest.approx(wanted, abs=1e-6)


def test_every_analysis_comes_as_csv_and_workbook(api, several):
    for path, query, head in (
        ("open", {"group_by": "unit"}, "责任单位代码"),
        ("overdue", {}, "案卷编号"),
        ("turning-red", {}, "案卷编号"),
        ("bottleneck", MARCH, "阶段"),
        ("detours", {**MARCH, "group_by": "district"}, "区县代码"),
    ):
        plain = file_of(api, path, format="csv", **query)
        assert plain.headers["Content-Disposition"].startswith(f'attachment; filename="sla-{path}-')
        assert plain.get_data().startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(plain.get_data().decode("utf-8-sig"))))
        book = load_workbook(io.BytesIO(file_of(api, path, format="xlsx", **query).get_data()))
        rows = book.get_sheet_by_index(0).to_python()
        assert any(row[0] == head for row in rows)
        assert lines[0] == [cell for cell in next(row for row in rows if row[0] == head) if cell]
        assert rows[1][0].startswith(("统计时间", "数据截至"))
    assert len(several) == 4


def test_files_speak_the_language_that_is_asked_for(api, several):
    late = api.get("evaluator", "/sla/overdue")["items"]
    answer = file_of(api, "overdue", format="csv", lang="en")
    assert answer.headers["Content-Language"] == "en"
    (first, *_) = csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")))
    assert (first["Case"], first["Lamp"], first["Stage"]) == (late[0]["number"], "red", "handling")
    assert float(first["Late (h)"]) == pytest.approx(late[0]["late_s"] / 3600, abs=0.1)
    accepted = file_of(api, "overdue", format="csv", accept="en-GB,en;q=0.9")
    assert accepted.headers["Content-Language"] == "en"
    assert len(several) == 4


def test_the_workbook_of_the_report_says_what_the_api_says(api, several):
    report = api.get("evaluator", "/sla/report", **MARCH)
    assert (report["whole"]["due"], report["overdue"]["total"], report["bottleneck"]["whole"][0]["cases"]) == (4, 2, 2)
    book = load_workbook(io.BytesIO(file_of(api, "report", format="xlsx", **MARCH).get_data()))
    heads = {
        "按区县": ("district", "区县代码"),
        "按责任单位": ("unit", "责任单位代码"),
        "按大类": ("class", "大类代码"),
    }
    columns = {"应处置": "due", "按时处置率": "on_time_handled_rate", "用时中位数（小时）": "median_s"}
    for name, (dimension, head) in heads.items():
        lines, items = sheet(book, name, head), report["summary"][dimension]
        assert [line[head] for line in lines] == [(one[dimension] or {"code": "—"})["code"] for one in items]
        for line, one in zip(lines, items, strict=True):
            assert all(same(line[word], column, one[column]) for word, column in columns.items())
    overview = {line["指标"]: line["数值"] for line in sheet(book, "概况", "指标")}
    assert same(overview["按时处置率"], "rate", report["whole"]["on_time_handled_rate"])
    assert overview["在办"] == report["open"]["whole"][0]["open"] == 2
    lines = sheet(book, "时间花在哪里", "阶段")
    for line, one in zip(lines, report["bottleneck"]["whole"][0]["stages"], strict=True):
        assert (line["案卷"], line["计时次数"], line["超时"]) == (2, one["clocks"], one["late"])
        assert same(line["用时九成位（小时）"], "p90_s", one["p90_s"])
    assert [line["案卷编号"] for line in sheet(book, "已超时案卷", "案卷编号")] == [
        one["number"] for one in report["overdue"]["items"]
    ]
    assert len(several) == 4


def test_the_paper_says_what_the_api_says(api, several):
    report = api.get("evaluator", "/sla/report", **MARCH)
    answer = file_of(api, "report", format="pdf", **MARCH)
    assert (answer.mimetype, answer.headers["Content-Language"]) == ("application/pdf", "zh-CN")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.get_data())).pages]
    text = re.sub(r"\s+", "", "".join(pages))
    assert f"第1页/共{len(pages)}页" in text
    assert "2026-03-01至2026-03-31" in text
    (district,) = [one for one in report["summary"]["district"] if one["district"]["code"] == "310101"]
    rates = f"{district['on_time_handled_rate']:.2%}{district['closed_rate']:.2%}{district['overdue_open']}"
    assert f"{district['district']['name']}{district['due']}{district['on_time']}{rates}".replace(" ", "") in text
    for one in report["overdue"]["items"]:
        assert one["number"] in text
    for one in report["bottleneck"]["whole"][0]["stages"]:
        assert f"{one['median_s'] / 3600:,.1f}{one['p90_s'] / 3600:,.1f}{one['mean_s'] / 3600:,.1f}" in text
    assert len(several) == 4


def test_a_report_of_nothing_says_so(api):
    report = api.get("evaluator", "/sla/report", **{"from": "2025-01-01", "to": "2025-01-31"}, area="310102")
    assert (report["whole"], report["detours"]["whole"], report["area"]["code"]) == ({}, [], "310102")
    book = file_of(api, "report", format="xlsx", **{"from": "2025-01-01", "to": "2025-01-31"})
    lines = load_workbook(io.BytesIO(book.get_data())).get_sheet_by_name("概况").to_python()
    assert ["应处置", "—"] in [line[:2] for line in lines]
    file_of(api, "report", 422, format="csv", **MARCH)
    too_long = api.get("evaluator", "/sla/report", 422, **{"from": "2025-01-01", "to": "2026-01-02"})
    assert too_long["errors"][0]["pointer"] == "/to"
    api.get("handler1", "/sla/report", 403, **MARCH)


def test_tables_have_what_items_have():
    items = [{"unit": {"code": "U1", "name": "环卫"}, "due": 1, "stages": []}, {"unit": None, "due": 2, "stages": []}]
    assert flat(items) == [["unit_code", "unit_name", "due"], ["U1", "环卫", 1], [None, None, 2]]
    assert flat([], ["number", "due_at"]) == [["number", "due_at"]]
    assert cell_of("median_s", 5400) == 1.5


def test_charts_are_drawn_within_their_axes():
    assert [bar.length for bar in bars([("a", 2, "2"), ("b", None, "—")], 4)] == [0.5, 0]
    ((first, second),) = stacks([("a", [("red", 1.0), ("green", 3.0)])], 4)
    assert (first.start, first.length, second.start, second.length) == (0, 0.25, 0.25, 0.75)
    assert [round_up(most) for most in (0, 1, 11, 26)] == [1, 1, 20, 50]


@pytest.mark.parametrize("folder", ["analysis", "evaluation"])
def test_both_languages_say_everything(folder):
    chinese, english = (
        {(name, *(group if isinstance(group, dict) else ())) for name, group in json.loads(said).items()}
        for said in ((APP / folder / f"service/messages/{name}.json").read_text() for name in ("zh-CN", "en"))
    )
    assert chinese == english
