"""The city's map in a browser: what it shows is what the API counts, and all of it can be read as a table."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.acting import told

pytestmark = pytest.mark.slow


def at_rest(page):
    found = page.locator("section.map[data-idle=true]")
    expect(found).to_be_visible(timeout=20_000)
    return found


def whole_table(page):
    """The table of what is in view, read to its end."""
    expect(page.get_by_role("table")).to_be_visible()
    more = page.get_by_role("button", name="继续读取")
    read = page.get_by_role("table").locator("tbody tr")
    while more.count():
        before = read.count()
        more.click()
        expect(read.nth(before)).to_be_visible()


def column(page, name):
    """The figures of a column of the table, summed."""
    table = page.get_by_role("table")
    names = table.get_by_role("columnheader").all_inner_texts()
    at = next(index for index, words in enumerate(names) if name in words)
    # The first cell of each row is its heading.
    return sum(int(row.locator("td").nth(at - 1).inner_text()) for row in table.locator("tbody tr").all())


def test_the_table_beside_the_map_counts_what_the_city_has(open_page, office):
    page = open_page("supervisor", "/map")
    city = at_rest(page)
    legend = city.get_by_role("complementary", name="图例")
    for lamp in ("已超时", "将到期", "时限内", "已暂停"):
        expect(legend.get_by_text(lamp, exact=True)).to_be_visible()
    expect(city.get_by_text("权限范围内的案卷全部显示")).to_be_visible()
    earlier = office.get("supervisor", "/cases/counts")
    city.get_by_role("button", name="以表格显示").click()
    whole_table(page)
    later = office.get("supervisor", "/cases/counts")
    assert column(page, "未办结") == later["open"]
    assert earlier["overdue"] <= column(page, "已超时") <= later["overdue"]

    page.get_by_role("region", name="筛选案卷").get_by_role("button", name="已超时").click()
    expect(page).to_have_url(re.compile("lamp=red"))
    expect(city.get_by_text(re.compile("^已按亮灯筛选"))).to_be_visible()
    page.get_by_text("逐件列出", exact=True).click()
    cases = page.get_by_role("region", name="当前范围内的案卷")
    expect(cases.get_by_role("row").nth(1)).to_contain_text("已超时")
    expect(cases.locator("tbody tr").filter(has_not_text="已超时")).to_have_count(0)


def test_a_case_opens_from_the_map_by_keyboard_and_from_the_list_beside_it(open_page, office):
    words = told("地图上的垃圾箱")
    number = office.report(words)
    place = office.card(number)["position"]
    box = ",".join(
        f"{value:.6f}" for value in (place["lon"] - 3e-4, place["lat"] - 3e-4, place["lon"] + 3e-4, place["lat"] + 3e-4)
    )
    page = open_page("supervisor", f"/map?bbox={box}")
    at_rest(page)
    listed = page.get_by_role("region", name="列表").get_by_role("row").filter(has_text=number)
    expect(listed).to_be_visible()
    beside = page.get_by_role("complementary", name="案卷").get_by_role("article")
    canvas = page.get_by_role("region", name=re.compile("^城市地图"))
    canvas.press("Enter")
    expect(beside.get_by_text(words)).to_be_visible()
    page.get_by_role("complementary", name="案卷").get_by_role("button", name="关闭").first.click()
    expect(beside).to_have_count(0)
    listed.click()
    expect(beside.get_by_text(words)).to_be_visible()
    expect(page).to_have_url(re.compile(f"case={number}"))


def test_a_new_case_comes_onto_the_map_and_into_its_list_by_itself(open_page, office):
    page = open_page("supervisor", "/map")
    at_rest(page)
    expect(page.get_by_text("实时", exact=True)).to_be_visible(timeout=15_000)
    with page.expect_response(re.compile("/tiles/cases/"), timeout=20_000):
        number = office.report(told("刚刚上报的一件"))
        expect(page.get_by_role("region", name="列表").get_by_role("row").filter(has_text=number)).to_be_visible()
