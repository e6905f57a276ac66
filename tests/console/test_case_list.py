"""Finding cases and doing the same to many, in a browser."""

from __future__ import annotations

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
