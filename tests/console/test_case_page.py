"""A case on its page, in a browser: what was done, whose it is and why, until when, and what one may do."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.acting import told

pytestmark = pytest.mark.slow


def case_page(page, number):
    case = page.get_by_role("article")
    expect(case.get_by_role("link", name=number, exact=True)).to_be_visible()
    return case


def a_solved_case(office):
    """A closed case of the demo city with photos of before and after."""
    for row in office.get("supervisor", "/cases", state="closed", limit=30)["items"]:
        card = office.card(row["number"], "supervisor")
        if {"before", "after"} <= {photo["role"] for photo in card["photos"] if photo["urls"]["display"]}:
            return card
    raise AssertionError("the demo city has solved cases with both photos")


def test_a_closed_case_shows_what_was_done_and_proves_it(open_page, office):
    card = a_solved_case(office)
    page = open_page("supervisor", f"/cases/{card['number']}")
    case = case_page(page, card["number"])

    both = case.get_by_role("region", name="照片")
    for what in ("处置前", "处置后"):
        photo = both.get_by_role("img", name=re.compile(f"^照片：{what}"))
        expect(photo).to_be_visible()
        expect(photo).to_have_js_property("complete", True)
        assert photo.evaluate("photo => photo.naturalWidth") > 0
    slider = both.get_by_role("slider", name=re.compile("处置前后对比"))
    expect(slider).to_have_attribute("aria-valuetext", "处置前占 50%")
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "处置前占 51%")
    slider.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "处置前占 0%")

    steps = len(office.get("supervisor", f"/cases/{card['number']}/events")["items"])
    history = case.get_by_role("region", name="经过")
    expect(history.get_by_role("listitem")).to_have_count(steps)
    history.get_by_role("button", name="验证链条").click()
    expect(history.get_by_role("status")).to_contain_text(f"链条完整：{steps} 步全部相符")

    owner = case.get_by_role("region", name="谁在办")
    expect(owner.get_by_text(card["owner"]["name"]).first).to_be_visible()
    owner.get_by_role("button", name="为什么归他们").click()
    expect(owner.get_by_role("listitem").filter(has_text="选定").first).to_contain_text(card["owner"]["name"])

    papers = case.get_by_role("region", name="文书")
    with page.context.expect_page() as paper, page.expect_response(re.compile(r"/file\.pdf")) as answer:
        papers.get_by_role("button", name="PDF", exact=True).first.click()
    assert answer.value.header_value("content-type") == "application/pdf"
    assert paper.value.url.startswith("blob:")
    paper.value.close()


def test_an_open_case_counts_down_and_says_whose_turn_it_is(open_page, office):
    number, unit = office.handled(told("天桥下垃圾箱满了"))
    page = open_page("supervisor", f"/cases/{number}")
    case = case_page(page, number)
    timer = case.get_by_role("timer", name="剩余")
    first = timer.inner_text()
    expect(timer).not_to_have_text(first)
    case.get_by_role("button", name="为什么是这时").click()
    expect(case.get_by_role("region", name="时限").get_by_text(re.compile("起算，时限"))).to_be_visible()

    case.get_by_role("button", name=re.compile("为什么不能做其他")).click()
    why = case.get_by_role("region", name="可办操作").get_by_role("listitem")
    expect(why.filter(has_text=re.compile("^指派"))).to_contain_text("由牵头单位负责人办理")
    # What its unit does meanwhile is seen without a reload.
    office.act(unit, number, "return", reason="箱体不属于本单位")
    expect(case.get_by_text("待派遣", exact=True)).to_be_visible()
    expect(case.get_by_text("“箱体不属于本单位”")).to_be_visible()


def test_another_language_and_theme_leave_one_where_one_is(open_page, office):
    number = office.accepted(told("换语言时正在看的一件"), None)
    page = open_page("leader", f"/desk/{number}")
    case = page.get_by_role("article")
    case.get_by_role("button", name="不予立案", exact=True).click()
    page.get_by_label("不予立案的理由").fill("还没写完的理由")
    page.get_by_role("button", name="English").click()
    expect(case.get_by_role("button", name=re.compile("^Send: "))).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(case.get_by_role("textbox").first).to_have_value("还没写完的理由")
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_class(re.compile("dark"))
    expect(page).to_have_url(re.compile(f"/desk/{number}$"))
    expect(case.get_by_role("textbox").first).to_have_value("还没写完的理由")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_class(re.compile("dark"))
