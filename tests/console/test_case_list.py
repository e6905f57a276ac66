"""Finding cases and doing the same to many, in a browser."""

from __future__ import annotations

import csv
import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.console.acting import told
from tests.console.test_desk import choose_bin

pytestmark = pytest.mark.slow


def rows(page):
    return page.get_by_role("grid", name="案卷列表").get_by_role("row")


def test_a_pill_leads_to_its_cases_and_one_of_them_opens_beside_the_list(open_page, office):
    page = open_page("supervisor", "/cases")
    counts = {one["state"]: one["open"] for one in office.get("supervisor", "/cases/counts")["items"]}
    pill = page.get_by_role("navigation", name="待办案卷").get_by_role("link", name=re.compile("^待派遣"))
    expect(pill).to_contain_text(str(counts["to_dispatch"]))
    pill.click()
    expect(page).to_have_url(re.compile(r"/cases\?state=to_dispatch"))
    expect(page.get_by_text(f"已全部显示，共 {counts['to_dispatch']} 件")).to_be_attached()
    page.get_by_role("button", name="统计件数").click()
    expect(page.get_by_text(f"共 {counts['to_dispatch']} 件", exact=True)).to_be_visible()

    page.get_by_role("grid", name="案卷列表").press("Home")
    page.keyboard.press("Enter")
    number = office.get("supervisor", "/cases", state="to_dispatch", limit=1)["items"][0]["number"]
    beside = page.get_by_role("dialog").get_by_role("article")
    expect(beside.get_by_role("link", name=number, exact=True)).to_be_visible()
    page.get_by_role("button", name="去掉 状态：待派遣").click()
    expect(page).to_have_url(re.compile("/cases$"))


def test_a_filter_kept_under_a_name_is_there_tomorrow(open_page):
    name = f"处置超时 {uuid4().hex[:6]}"
    page = open_page("supervisor", "/cases?state=handling&lamp=red")
    page.get_by_role("button", name="常用筛选").click()
    kept = page.get_by_role("region", name="常用筛选")
    kept.get_by_label("保存当前筛选").fill(name)
    kept.get_by_role("button", name="保存").click()
    expect(kept.get_by_role("status")).to_contain_text(f"已保存“{name}”")

    page.goto(page.url.split("?")[0])
    page.get_by_role("button", name="常用筛选").click()
    kept.get_by_role("button", name=name, exact=True).click()
    expect(page).to_have_url(re.compile("state=handling"))
    expect(page).to_have_url(re.compile("lamp=red"))
    page.get_by_role("button", name="常用筛选").click()
    kept.get_by_role("button", name=f"删除“{name}”").click()
    expect(kept.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_the_operator_accepts_several_at_once(open_page, office):
    words = told("同一条街的垃圾箱都满了")
    numbers = [office.report(words) for _ in range(3)]
    page = open_page("operator", f"/cases?q={words[-9:-1]}")
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="批量办理").click()
    page.get_by_role("button", name="选择已显示的前 3 件").click()
    bulk = page.get_by_role("region", name="批量办理")
    expect(bulk.get_by_role("status")).to_contain_text("已选 3 件")
    bulk.get_by_role("button", name="受理").click()
    choose_bin(page, bulk)
    bulk.get_by_role("button", name="提交 3 件").click()
    expect(bulk.get_by_text("已办理 3 件。")).to_be_visible()
    assert {office.card(number)["state"] for number in numbers} == {"to_dispatch"}


def test_many_are_supervised_and_the_one_that_changed_meanwhile_is_named(open_page, office):
    words = told("连日未清的垃圾箱")
    numbers = [office.report(words) for _ in range(3)]
    page = open_page("supervisor", "/cases")
    # What comes by the stream is late here, so that the list still shows the case as it was.
    page.route("**/api/v1/stream", lambda route: route.abort())
    page.goto(f"{page.url}?q={words[-9:-1]}")
    expect(rows(page)).to_have_count(3)
    page.get_by_role("button", name="批量办理").click()
    page.get_by_role("button", name="选择已显示的前 3 件").click()
    bulk = page.get_by_role("region", name="批量办理")
    bulk.get_by_role("button", name="督办").click()
    office.act("operator", numbers[1], "reject", reason="已自行清运")
    bulk.get_by_role("button", name="提交 3 件").click()
    expect(bulk.get_by_text("已办理 2 件。")).to_contain_text("1 件未成")
    expect(bulk.get_by_role("listitem")).to_have_count(1)
    expect(bulk.get_by_role("listitem").get_by_role("link", name=numbers[1])).to_be_visible()
    assert [office.card(number)["supervised"] for number in numbers] == [True, False, True]


def test_the_cases_of_a_filter_are_taken_along_as_a_file(open_page, office):
    page = open_page("supervisor", "/cases?state=to_dispatch")
    page.get_by_role("button", name="导出", exact=True).click()
    export = page.get_by_role("region", name="导出")
    export.get_by_text("CSV 文本").click()
    with page.expect_download() as fetched:
        export.get_by_role("button", name="导出文件").click()
    assert re.fullmatch(r"cases-\d{8}-\d{4}\.csv", fetched.value.suggested_filename)
    with fetched.value.path().open(encoding="utf-8-sig", newline="") as file:
        found = [row["案卷编号"] for row in csv.DictReader(file)]
    listed = office.get("supervisor", "/cases", state="to_dispatch", limit=500)["items"]
    assert found == [one["number"] for one in listed]
    expect(export.get_by_role("status")).to_contain_text("已下载 cases-")


def test_many_cases_are_made_into_a_file_whose_progress_is_seen(open_page):
    page = open_page("supervisor", "/cases")
    job = {
        "id": str(uuid4()),
        "status": "running",
        "progress": 40,
        "rows": 8_000,
        "expected": 20_000,
        "what": "cases",
        "format": "xlsx",
        "language": "zh-CN",
        "query": {},
        "size_bytes": None,
        "file": None,
        "problem": None,
        "created_at": "2026-03-10T02:00:00Z",
        "finished_at": None,
        "expires_at": "2026-03-17T02:00:00Z",
    }
    ready = {**job, "status": "ready", "progress": 100, "rows": 20_000, "size_bytes": 3_000_000}
    asked = []

    def mine(route):
        asked.append(route.request.url)
        route.fulfill(json={"items": [] if len(asked) == 1 else [job] if len(asked) < 4 else [ready]})

    page.route("**/api/v1/exports", mine)
    page.route("**/api/v1/exports/cases.xlsx*", lambda route: route.fulfill(status=202, json=job))
    named = {"Content-Disposition": 'attachment; filename="cases-20260310-1000.xlsx"'}
    page.route("**/api/v1/exports/*/file", lambda route: route.fulfill(body=b"PK", headers=named))
    page.get_by_role("button", name="导出", exact=True).click()
    export = page.get_by_role("region", name="导出")
    export.get_by_role("button", name="导出文件").click()
    expect(export.get_by_role("status")).to_contain_text("正在后台生成")
    expect(export.get_by_text("8,000 / 20,000 件")).to_be_visible()
    with page.expect_download() as fetched:
        export.get_by_role("button", name="下载（2.9 MB）").click()
    assert fetched.value.suggested_filename == "cases-20260310-1000.xlsx"
