"""Figures in a browser: from a number to its cases and back; statements kept, looked at and made."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.words import words

pytestmark = pytest.mark.slow


def card(page, metric):
    return page.get_by_role("article").filter(has=page.get_by_role("button", name=words(f"figures.sla.metric.{metric}")))


def test_a_number_leads_to_its_cases_and_back(open_page, office):
    page = open_page("evaluator", "/figures?time=last_month")
    on_time = card(page, "on_time_handled_rate")
    span = re.findall(r"\d{4}-\d\d-\d\d", page.get_by_text("至").first.inner_text())
    (row,) = office.get("evaluator", "/sla/summary", **{"from": span[0], "to": span[1]})["items"]
    expect(on_time).to_contain_text(f"{row['on_time_handled_rate']:.2%}")
    number = on_time.get_by_role("button", name=words("figures.sla.count.on_time"))
    expect(number).to_have_text(str(row["on_time"]))
    # Further down, so that coming back to the same place can be told from coming back to the head.
    page.get_by_role("heading", name=words("figures.sla.heat.title", count="上报")).scroll_into_view_if_needed()
    place = page.locator("#content").evaluate("content => content.scrollTop")
    assert place > 300
    number.evaluate("button => button.click()")

    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text(words("figures.behind.count", n=row["on_time"]))
    case = drawer.get_by_role("listitem").first.get_by_role("link")
    case_number = case.inner_text()
    case.click()
    expect(page).to_have_url(re.compile(f"/cases/{case_number}$"))
    page.go_back()
    expect(drawer.get_by_role("link", name=case_number)).to_be_visible()
    page.wait_for_function("place => document.querySelector('#content').scrollTop === place", arg=place)
    drawer.get_by_role("button", name="关闭").click()
    expect(page).to_have_url(re.compile(r"/figures/sla\?time=last_month$"))
