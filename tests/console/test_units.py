"""A day at a responsible unit, in a browser: its manager and its handlers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.acting import photo, told
from tests.console.look import PHONE, Look

pytestmark = pytest.mark.slow


def case_of(page, number):
    """The open case with its actions."""
    case = page.get_by_role("article").filter(has=page.get_by_role("link", name=number, exact=True))
    expect(case.get_by_role("region", name="可办操作")).to_be_visible()
    return case


def form_of(page, action):
    return page.get_by_role("region", name=action, exact=True)


def newest_first(page):
    page.get_by_label("排序").select_option(label="最新在前")


def handler_of(office, unit):
    name = unit.replace("unit", "handler")
    return name, office.get(name, "/me")["name"]


def test_the_manager_gives_a_case_to_a_handler_by_name(open_page, office):
    number, unit = office.handled(told("路口垃圾箱满了"))
    handler, name = handler_of(office, unit)
    page = open_page(unit, f"/desk/{number}")
    case_of(page, number).get_by_role("button", name="指派", exact=True).click()
    form = form_of(page, "指派")
    form.get_by_role("combobox", name="处置人员").click()
    page.get_by_role("option", name=name).click()
    form.get_by_role("button", name="提交：指派").click()
    expect(page.get_by_text(f"{number} 已指派")).to_be_attached()
    assert office.card(number)["handler"]["name"] == name

    theirs = open_page(handler, "/desk")
    newest_first(theirs)
    expect(theirs.locator(f"#queue-{number}")).to_be_visible()


def test_the_manager_asks_for_more_time_and_hears_the_answer(open_page, office):
    number, unit = office.handled(told("垃圾箱坏了，要等配件"))
    page = open_page(unit, f"/cases/{number}")
    case = case_of(page, number)
    case.get_by_role("button", name="申请延期", exact=True).click()
    form = form_of(page, "申请延期")
    form.get_by_role("button", name="提交：申请延期").click()
    expect(form.get_by_text("必填").first).to_be_visible()
    assert office.card(number)["pending"] is None
    form.get_by_label("理由").fill("配件明天到货。")
    form.get_by_label("延长多少").fill("1")
    form.get_by_role("button", name="提交：申请延期").click()
    expect(case.get_by_text("申请延期，待审批")).to_be_visible()
    assert office.card(number)["pending"]["kind"] == "extension"
    due = office.card(number)["due_at"]

    office.act("leader", number, "decide_extension", granted=True, reason="同意")
    expect(case.get_by_text("申请延期，待审批")).to_have_count(0)
    assert office.card(number)["due_at"] > due


def test_a_handler_finishes_on_the_phone_with_a_photo_of_the_place_afterwards(open_page, office):
    number, unit = office.handled(told("小区门口垃圾箱满了"))
    handler, name = handler_of(office, unit)
    person = next(one for one in office.get(unit, "/users", role="handler")["items"] if one["name"] == name)
    office.act(unit, number, "assign", handler_id=person["id"])
    page = open_page(handler, "/desk", Look(PHONE))
    newest_first(page)
    page.locator(f"#queue-{number}").click()
    case_of(page, number).get_by_role("button", name="处置完成", exact=True).click()
    form = form_of(page, "处置完成")
    form.get_by_label("处置情况").fill("已清空并冲洗。")
    form.get_by_role("button", name="提交：处置完成").click()
    expect(form.get_by_text(re.compile("照片|必填")).first).to_be_visible()
    assert office.card(number)["state"] == "handling"
    form.get_by_label(re.compile("添加照片")).set_input_files(
        {"name": "后.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    expect(form.get_by_role("img", name="照片 1")).to_be_visible()
    form.get_by_role("button", name="提交：处置完成").click()
    expect(page.get_by_text(f"{number} 已处置完成")).to_be_attached()
    done = office.card(number)
    assert done["state"] == "to_check"
    assert "after" in [one["role"] for one in done["photos"]]


def test_who_may_not_act_is_told_why_and_sees_no_button(open_page, office):
    number, unit = office.handled(told("看看谁能办"))
    page = open_page(unit, f"/cases/{number}")
    case = case_of(page, number)
    expect(case.get_by_role("button", name="结案", exact=True)).to_have_count(0)
    case.get_by_role("button", name=re.compile("为什么不能做其他")).click()
    expect(case.get_by_text("由值班长办理").first).to_be_visible()


def test_a_case_of_another_unit_is_not_there(open_page, office):
    number, unit = office.handled(told("别的单位看不到"))
    other = next(one for one in ("unit1", "unit2", "unit3") if one != unit)
    page = open_page(other, f"/cases/{number}")
    expect(page.get_by_role("alert")).to_contain_text(f"没有案卷 {number}")
