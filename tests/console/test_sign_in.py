"""Signing in, staying signed in, and leaving, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.console.look import PASSWORD, PHONE, Look, violations

pytestmark = pytest.mark.slow


def enter(page, username, password=PASSWORD):
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录").click()


def test_somebody_signs_in_by_hand_and_stays_signed_in(open_page):
    page = open_page(None)
    expect(page).to_have_url(re.compile("/console/sign-in"))
    enter(page, "dispatcher")
    expect(page).to_have_url(re.compile("/console/desk"))
    page.reload()
    expect(page).to_have_url(re.compile("/console/desk"))
    expect(page.get_by_role("navigation", name="主导航")).to_be_visible()


def test_a_wrong_password_is_told_and_the_name_is_kept(open_page):
    page = open_page(None)
    enter(page, "dispatcher", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    expect(page.get_by_label("用户名")).to_have_value("dispatcher")


def test_the_page_that_was_asked_for_comes_after_the_sign_in(open_page):
    page = open_page(None, "/cases?state=handling")
    enter(page, "operator")
    expect(page).to_have_url(re.compile(r"/console/cases\?state=handling"))


def test_leaving_ends_the_sign_in_in_every_tab(open_page):
    page = open_page("operator", "/cases")
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_role("button", name=re.compile("我的账户")).click()
    page.get_by_role("menuitem", name="退出登录").click()
    expect(page).to_have_url(re.compile("/console/sign-in"))
    expect(other).to_have_url(re.compile("/console/sign-in"))


def test_pages_of_other_posts_do_not_exist(open_page):
    page = open_page("handler1", "/admin")
    expect(page.get_by_text("没有这个页面", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="管理")).to_have_count(0)


@pytest.mark.parametrize("look", [Look(), Look(theme="dark"), Look(PHONE, language="en")], ids=lambda look: look.name)
def test_the_sign_in_is_accessible(open_page, look):
    page = open_page(None, "/sign-in", look)
    page.get_by_role("button", name=re.compile("登录|Sign in")).wait_for()
    assert violations(page) == []
