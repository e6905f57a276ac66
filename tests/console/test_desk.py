"""A day at the desks of the dispatch centre, in a browser: the operator, the shift leader, the dispatcher, the unit."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.console.acting import TYPE_NAME, told

pytestmark = pytest.mark.slow


def queue(page):
    return page.get_by_role("listbox", name=re.compile("队列"))


def card_of(page, number):
    return page.locator(f"#queue-{number}")


def case_of(page, number):
    """The case beside the queue; it is there with its actions."""
    case = page.get_by_role("complementary", name="案卷").get_by_role("article")
    expect(case.get_by_role("link", name=number, exact=True)).to_be_visible()
    return case


def chosen(page):
    """The case on which the keyboard stands."""
    return queue(page).get_by_role("option", selected=True)


def live(page):
    expect(page.get_by_text("实时", exact=True)).to_be_visible(timeout=15_000)


def form_of(page, action):
    return page.get_by_role("region", name=action, exact=True)


def choose_bin(page, form):
    """The type by its code; its only condition is chosen with it."""
    form.get_by_role("combobox", name="类别").fill("06042")
    page.get_by_role("option", name=re.compile(re.escape(TYPE_NAME))).first.click()
    expect(form.get_by_role("radio").first).to_be_visible()
    form.get_by_role("radio").first.check()


def test_a_report_comes_to_the_operator_who_is_reading_and_is_accepted_by_keyboard(open_page, office):
    earlier = [office.report(told(f"早上的第 {count} 件")) for count in range(8)]
    page = open_page("operator", "/desk")
    live(page)
    rows = queue(page)
    expect(rows.get_by_role("option").first).to_be_visible()
    rows.evaluate("list => (list.scrollTop = 460)")
    read = card_of(page, earlier[1])
    before = read.bounding_box()

    words = told("公交站旁的垃圾箱满了，垃圾掉了一地")
    number = office.report(words, None, photos=1)
    page.get_by_role("button", name="件新案 ↑").wait_for()
    assert read.bounding_box() == before, "what is read stays where it is"

    page.get_by_role("button", name="件新案 ↑").press("Enter")
    expect(card_of(page, number)).to_contain_text(words)
    page.keyboard.press("j")
    expect(chosen(page)).to_contain_text(words)
    page.keyboard.press("Enter")
    case = case_of(page, number)
    expect(case.get_by_role("img", name=re.compile("处置前"))).to_be_visible()

    page.keyboard.press("a")
    choose_bin(page, form_of(page, "受理"))
    page.reload()
    expect(case.get_by_role("button", name="受理 · 草稿")).to_be_visible()
    page.keyboard.press("a")
    form = form_of(page, "受理")
    expect(form.get_by_text("已恢复上次没有提交的草稿")).to_be_visible()
    expect(form.get_by_role("radio").first).to_be_checked()
    form.press("Control+Enter")

    expect(page.get_by_text(f"{number} 已受理")).to_be_attached()
    expect(page).not_to_have_url(re.compile(number))
    expect(form_of(page, "受理")).to_be_visible()
    accepted = office.card(number)
    assert (accepted["state"], accepted["type"]["code"]) == ("to_file", "06042")


def test_the_shift_leader_files_and_decides_what_units_ask_for(open_page, office):
    number = office.accepted(told("菜场门口垃圾箱满了"), None)
    page = open_page("leader", f"/desk/{number}")
    case = case_of(page, number)
    expect(case.get_by_role("button", name="立案", exact=True)).to_be_visible()
    page.keyboard.press("f")
    form_of(page, "立案").get_by_role("button", name="提交：立案").click()
    expect(page.get_by_text(f"{number} 已立案")).to_be_attached()
    assert office.card(number)["state"] == "to_dispatch"

    asking, unit = office.handled(told("垃圾箱满了，清运车坏了"))
    unit_of_time = office.card(asking)["condition"]["unit"]
    office.act(unit, asking, "request_extension", reason="清运车在修", limit=1, unit=unit_of_time)
    page.get_by_role("navigation", name="工作队列").get_by_role("button", name="延期审批").click()
    card_of(page, asking).click()
    case = case_of(page, asking)
    case.get_by_role("button", name="审批延期", exact=True).click()
    form = form_of(page, "审批延期")
    expect(form.get_by_text("申请延长 1 个")).to_be_visible()
    form.get_by_text("同意", exact=True).click()
    form.get_by_role("button", name="提交：审批延期").click()
    expect(page.get_by_text(f"{asking} 已审批延期")).to_be_attached()
    assert office.card(asking)["pending"] is None


def test_a_unit_asks_to_wait_and_the_dispatcher_decides_then_ends_it(open_page, office):
    number, unit = office.handled(told("垃圾箱基座要等路面修好"))
    until = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    page = open_page("dispatcher", "/desk")
    live(page)
    page.get_by_role("navigation", name="工作队列").get_by_role("button", name="挂账审批").click()
    office.act(unit, number, "request_hold", until=until, reason="道路大修")
    # What was asked for comes into the open queue by itself.
    card_of(page, number).click()
    case = case_of(page, number)
    case.get_by_role("button", name="审批挂账", exact=True).click()
    form = form_of(page, "审批挂账")
    expect(form.get_by_text(f"申请挂账至 {until}")).to_be_visible()
    form.get_by_role("button", name="提交：审批挂账").click()
    expect(form.get_by_text(re.compile("请选择|必填")).first).to_be_visible()
    form.get_by_text("同意", exact=True).click()
    form.get_by_role("button", name="提交：审批挂账").click()
    expect(page.get_by_text(f"{number} 已审批挂账")).to_be_attached()
    assert office.card(number)["state"] == "on_hold"

    page.get_by_role("navigation", name="工作队列").get_by_role("button", name="已挂账").click()
    card_of(page, number).click()
    case.get_by_role("button", name="解除挂账", exact=True).click()
    form_of(page, "解除挂账").get_by_role("button", name="提交：解除挂账").click()
    expect(page.get_by_text(f"{number} 已解除挂账")).to_be_attached()
    assert office.card(number)["state"] == "handling"


def test_a_unit_appeals_and_the_shift_leader_refuses_with_a_reason_that_the_unit_reads(open_page, office):
    number, unit = office.closed(told("垃圾箱满了，封路进不去"))
    theirs = open_page(unit, f"/cases/{number}")
    article = theirs.get_by_role("article")
    article.get_by_role("button", name="申诉", exact=True).click()
    form = form_of(theirs, "申诉")
    form.get_by_label(re.compile("理由|说明")).first.fill("当天封路，车辆无法进入。")
    form.get_by_role("button", name="提交：申诉").click()
    expect(article.get_by_text(re.compile("申诉.*待审批")).first).to_be_visible()

    page = open_page("leader", "/desk")
    page.get_by_role("navigation", name="工作队列").get_by_role("button", name="申诉审批").click()
    card_of(page, number).click()
    case_of(page, number).get_by_role("button", name="审批申诉", exact=True).click()
    form = form_of(page, "审批申诉")
    form.get_by_text("不同意", exact=True).click()
    form.get_by_label(re.compile("理由|说明")).first.fill("封路从次日开始。")
    form.get_by_role("button", name="提交：审批申诉").click()
    expect(page.get_by_text(f"{number} 已审批申诉")).to_be_attached()
    assert office.card(number)["appeal"] == "refused"
    expect(article.get_by_text("封路从次日开始。").first).to_be_visible(timeout=15_000)
    expect(article.get_by_text("申诉不成立").first).to_be_visible()


def test_the_dispatcher_goes_through_the_queue_by_keyboard_and_follows_the_rules(open_page, office):
    number = office.accepted(told("学校门口垃圾箱满了"))
    proposed = office.get("dispatcher", f"/cases/{number}/routing")["lead"]["name"]
    page = open_page("dispatcher", "/desk")
    live(page)
    page.get_by_label("排序").select_option(label="最新在前")
    expect(card_of(page, number)).to_be_visible()
    first, second = (queue(page).get_by_role("option").nth(at).get_attribute("id") for at in (0, 1))
    page.keyboard.press("j")
    expect(chosen(page)).to_have_id(first)
    page.keyboard.press("j")
    expect(chosen(page)).to_have_id(second)
    page.keyboard.press("k")
    expect(chosen(page)).to_have_id(first)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘快捷键")).to_be_visible()
    page.keyboard.press("Escape")

    card_of(page, number).click()
    case_of(page, number)
    page.keyboard.press("d")
    form = form_of(page, "派遣")
    expect(form.get_by_text(f"责任规则建议牵头：{proposed}")).to_be_visible()
    form.press("Control+Enter")
    expect(page.get_by_text(f"{number} 已派遣")).to_be_attached()
    given = office.card(number)
    assert (given["state"], given["owner"]["name"]) == ("handling", proposed)


def test_a_card_dragged_onto_a_unit_is_theirs_and_comes_back_with_a_reason(open_page, office):
    number = office.accepted(told("公园门口垃圾箱满了"))
    page = open_page("dispatcher", "/desk")
    live(page)
    page.get_by_label("排序").select_option(label="最新在前")
    expect(card_of(page, number)).to_be_visible()
    page.get_by_role("button", name="派遣对象").click()
    units = page.get_by_role("region", name="派遣对象")
    units.get_by_label("查找单位或人员").fill("U03")
    target = units.get_by_role("list").get_by_role("button")
    expect(target).to_have_count(1)
    card_of(page, number).drag_to(target)
    case_of(page, number)
    form = form_of(page, "派遣")
    form.get_by_role("button", name="提交：派遣").click()
    expect(page.get_by_text(f"{number} 已派遣")).to_be_attached()
    assert office.card(number)["owner"]["code"] == "U03"

    theirs = open_page("unit3", f"/desk/{number}")
    case_of(theirs, number)
    theirs.keyboard.press("r")
    form = form_of(theirs, "退回")
    form.get_by_role("button", name="提交：退回").click()
    expect(form.get_by_text("必填")).to_be_visible()
    form.get_by_label("退回理由").fill("不在我单位的清运范围内，请改派环卫。")
    form.get_by_role("button", name="提交：退回").click()
    expect(theirs.get_by_text(f"{number} 已退回")).to_be_attached()

    page.get_by_role("navigation", name="工作队列").get_by_role("button", name="退回").click()
    card_of(page, number).click()
    expect(case_of(page, number).get_by_text("不在我单位的清运范围内")).to_be_visible()


def test_the_supervisor_takes_the_most_overdue_case_under_supervision(open_page, office):
    page = open_page("supervisor", "/desk")
    live(page)
    tab = page.get_by_role("navigation", name="工作队列").get_by_role("button", name="已超时")
    expect(tab).to_contain_text(str(office.get("supervisor", "/cases/counts")["overdue"]))
    waiting = office.get("supervisor", "/cases", lamp="red", sort="due_at")["items"]
    number = next(row["number"] for row in waiting if not row["supervised"])
    card_of(page, number).click()
    case = case_of(page, number)
    case.get_by_role("button", name="督办", exact=True).click()
    form_of(page, "督办").get_by_role("button", name="提交：督办").click()
    expect(page.get_by_text(f"{number} 已督办")).to_be_attached()
    expect(card_of(page, number)).to_contain_text("督办")
    assert office.card(number)["supervised"]


def test_the_second_of_two_people_is_told_what_changed_and_keeps_the_draft(open_page, office):
    number = office.accepted(told("两个人同时看的垃圾箱"), None)
    page = open_page("leader", f"/desk/{number}")
    case = case_of(page, number)
    # What comes by the stream is late here, so that both believe to be the first.
    page.route("**/api/v1/stream", lambda route: route.abort())
    page.reload()
    case = case_of(page, number)
    case.get_by_role("button", name="不予立案", exact=True).click()
    form = form_of(page, "不予立案")
    form.get_by_label("不予立案的理由").fill("与另一件重复，已在清运。")
    office.act("leader", number, "file")
    form.get_by_role("button", name="提交：不予立案").click()
    expect(form.get_by_role("alert")).to_contain_text("案卷刚被他人办理过")
    expect(form.get_by_role("alert")).to_contain_text("待立案 → 待派遣")
    expect(form.get_by_label("不予立案的理由")).to_have_value("与另一件重复，已在清运。")
    expect(form.get_by_role("button", name="提交：不予立案")).to_be_disabled()
    assert office.card(number)["state"] == "to_dispatch"


def test_whoever_is_filling_in_a_form_is_told_when_somebody_else_acts(open_page, office):
    number = office.accepted(told("填表时有人先办了"), None)
    page = open_page("leader", f"/desk/{number}")
    live(page)
    case_of(page, number).get_by_role("button", name="不予立案", exact=True).click()
    form = form_of(page, "不予立案")
    form.get_by_label("不予立案的理由").fill("不属于市容问题。")
    office.act("supervisor", number, "supervise")
    expect(form.get_by_role("alert")).to_contain_text("督办")
    expect(form.get_by_label("不予立案的理由")).to_have_value("不属于市容问题。")
    form.get_by_role("button", name="提交：不予立案").click()
    expect(page.get_by_text(f"{number} 已不予立案")).to_be_attached()
    assert office.card(number)["state"] == "rejected"


def test_a_lost_line_is_told_and_what_was_missed_comes_afterwards(open_page, office):
    page = open_page("operator", "/desk")
    live(page)
    expect(queue(page).get_by_role("option").first).to_be_visible()
    page.context.set_offline(True)
    expect(page.get_by_text("连接中断，正在重试")).to_be_visible()
    number = office.report(told("断线时上报的一件"))
    page.context.set_offline(False)
    live(page)
    expect(card_of(page, number)).to_be_visible()
