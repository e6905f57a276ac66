"""The wall: it follows what happens by itself, and whoever looks at it needs neither mouse nor words for it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.acting import told
from tests.console.look import WALL, Look

pytestmark = pytest.mark.slow

WORDS = """() => {
  const one = document.activeElement;
  return one === document.body ? null : (one.innerText || one.ariaLabel || "?").trim();
}"""


def number_of(page, name):
    return page.get_by_role("listitem").filter(has_text=name).locator(".value")


def tabbed(page):
    """The words of every control that Tab reaches, until it comes round."""
    found = []
    for _ in range(40):
        page.keyboard.press("Tab")
        words = page.evaluate(WORDS)
        if words is None:
            break
        found.append(words)
    return found


def test_the_wall_counts_a_report_as_it_comes_and_is_worked_by_keyboard(open_page, office):
    page = open_page("supervisor", "/wall", Look(WALL, theme="dark"))
    expect(page.get_by_role("status").get_by_text("实时")).to_be_visible(timeout=15_000)
    today = office.get("supervisor", "/cases/overview")["numbers"]["received_today"]
    expect(number_of(page, "今日上报")).to_have_text(f"{today:,}")
    number = office.report(told("大屏上要看到的一件"))
    expect(number_of(page, "今日上报")).to_have_text(f"{today + 1:,}", timeout=20_000)

    reached = tabbed(page)
    # Nothing moves by itself where somebody's machine asks for less motion.
    assert {"继续轮播", "退出大屏", "下一项"} <= set(reached), reached
    assert "?" not in reached, reached
    for name in ("今日上报", "未办结", "已超时"):
        assert any(words.startswith(name) for words in reached), reached

    line = page.get_by_role("heading", level=2).first
    before = line.inner_text()
    other = page.get_by_role("button", name="下一项").first
    other.press("Enter")
    expect(line).not_to_have_text(before)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="暂停轮播")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("img", name=re.compile("近日|今日")).or_(page.get_by_role("table")).first).to_be_attached()

    page.get_by_role("link", name=re.compile("今日上报")).press("Enter")
    expect(page.get_by_role("grid", name="案卷列表").get_by_role("row").filter(has_text=number)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="退出大屏")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/desk"))


def test_the_evaluator_sees_the_wall_the_map_and_cases_without_names(open_page, office):
    closed = office.get("evaluator", "/cases", state="closed", limit=1)["items"][0]["number"]
    page = open_page("evaluator", "/")
    expect(page).to_have_url(re.compile("/map"))
    expect(page.locator("section.map[data-idle=true]")).to_be_visible(timeout=20_000)
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="案卷").click()
    expect(page).to_have_url(re.compile("/console/cases"))
    expect(page.get_by_role("grid", name="案卷列表").get_by_role("row").first).to_be_visible()
    page.goto(f"{office.base}/console/cases/{closed}")
    case = page.get_by_role("article")
    expect(case.get_by_role("region", name="经过")).to_contain_text("（不可见）")
    expect(page.get_by_role("region", name="可办操作").get_by_role("button", name="督办")).to_have_count(0)
    page.goto(f"{office.base}/console/wall")
    expect(number_of(page, "今日上报")).to_be_visible()
