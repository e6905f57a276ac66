"""Figures in a browser: from a number to its cases and back; statements kept, looked at and made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.console.words import words

pytestmark = pytest.mark.slow


def card(page, metric):
    return page.get_by_role("article").filter(
        has=page.get_by_role("button", name=words(f"figures.sla.metric.{metric}"))
    )


def test_a_number_leads_to_its_cases_and_back(open_page, office):
    page = open_page("evaluator", "/figures?time=last_month")
    on_time = card(page, "on_time_handled_rate")
    span = re.findall(r"\d{4}-\d\d-\d\d", page.get_by_text("至").first.inner_text())
    (row,) = office.get("evaluator", "/sla/summary", **{"from": span[0], "to": span[1]})["items"]
    expect(on_time).to_contain_text(f"{row['on_time_handled_rate']:.2%}")
    said = words("figures.sla.openCases", n=row["on_time"], what=words("figures.sla.count.on_time"))
    number = on_time.get_by_role("button", name=said, exact=True)
    expect(number).to_have_text(str(row["on_time"]))
    # Further down, so that coming back to the same place can be told from coming back to the head.
    place = page.locator("#content").evaluate("content => (content.scrollTo({ top: 400 }), content.scrollTop)")
    assert place == 400
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

    # What it is compared with could not be read: that is not to say that there was nothing.
    page.route(re.compile(f"/sla/summary\\?(?!from={span[0]})"), lambda route: route.fulfill(status=503))
    page.get_by_role("button", name=words("figures.readAnew")).click()
    expect(on_time).to_contain_text(words("figures.unread"))
    expect(on_time).to_contain_text(f"{row['on_time_handled_rate']:.2%}")
    expect(page.get_by_role("region", name=words("figures.sla.headline")).get_by_role("alert")).to_be_visible()


def test_more_of_one_ground_is_not_added_to_another(open_page, office):
    page = open_page("evaluator", "/figures/sla")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("/sla/overdue.*cursor="), hold)
    late = page.get_by_role("region", name=words("figures.sla.late.overdue"))
    late.get_by_role("button", name="继续显示").click()
    first = len(office.get("evaluator", "/sla/overdue", unit="U01", limit=10)["items"])
    page.get_by_role("combobox", name=words("figures.sla.unit")).click()
    page.get_by_role("option", name=re.compile("U01$")).click()
    expect(late.get_by_role("listitem")).to_have_count(first)
    with page.expect_response(re.compile("/sla/overdue.*cursor=")) as answered:
        held[0].continue_()
    answered.value.finished()
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    expect(late.get_by_role("listitem")).to_have_count(first)


@pytest.fixture
def city_mail(office):
    """Figures may be mailed within the city."""
    kept = office.call("admin", "GET", "/statements/recipients")
    domains = {"domains": ["city.example"]}
    office.call("admin", "PUT", "/statements/recipients", json=domains, headers={"If-Match": kept.headers["ETag"]})


@pytest.mark.usefixtures("city_mail")
def test_a_statement_is_looked_at_kept_scheduled_and_made(open_page):
    page = open_page("evaluator", "/figures/statements")
    page.get_by_role("button", name="新建报表").first.click()
    editor = page.get_by_role("region", name="新建报表")
    editor.get_by_label("名称").fill("每周各区按时处置")
    editor.get_by_role("button", name="预览").click()
    look = editor.get_by_role("region", name="预览").first
    look.get_by_text("表", exact=True).click()
    expect(look.get_by_role("row")).to_have_count(6)
    expect(look.get_by_role("columnheader", name="按时处置率")).to_be_visible()
    editor.get_by_role("switch", name="定时发送").locator("xpath=..").click()
    mails = editor.get_by_role("textbox", name="邮箱")
    mails.fill("wang@elsewhere.example")
    mails.press("Enter")
    editor.get_by_role("button", name="保存报表").click()
    expect(editor.get_by_role("alert")).to_contain_text("管理员允许的域名")
    mails.press("Backspace")
    mails.fill("wang@city.example")
    mails.press("Enter")
    editor.get_by_role("button", name="保存报表").click()

    kept = page.get_by_role("region", name="每周各区按时处置")
    expect(kept.get_by_text("每周一 08:00（Asia/Shanghai 时间）发送。")).to_be_visible()
    expect(kept.get_by_text(re.compile(r"下次：\d{4}/\d\d/\d\d 08:00（"))).to_be_visible()
    expect(kept.get_by_text("还没有发送过。")).to_be_visible()
    with page.expect_download() as made:
        kept.get_by_role("button", name="立即生成 XLSX").click()
    assert re.fullmatch(r"summary-\d{4}-\d\d\.xlsx", made.value.suggested_filename)
    assert Path(made.value.path()).read_bytes().startswith(b"PK")
