"""Administration in a browser: tables as files, checked first; who may what, and the record of changes."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow


def test_a_table_goes_out_and_comes_in_again_checked_first(open_page, office):
    page = open_page("admin", "/admin?tab=tables")
    row = page.get_by_role("row").filter(has_text="organizations")
    with page.expect_download() as kept:
        row.get_by_role("button", name=re.compile("CSV$")).click()
    text = Path(kept.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    changed = next(one for one in rows if one["code"] == "U06")
    name = f"{changed['name']}（{uuid4().hex[:4]}）"

    row.get_by_role("button", name=re.compile("^上传")).click()
    dialog = page.get_by_role("dialog", name=re.compile("^上传"))
    faulty = as_file("坏.csv", [{**changed, "code": "U06", "name": ""}])
    dialog.get_by_label("CSV 或 XLSX 文件").set_input_files(faulty)
    take = dialog.get_by_role("button", name="导入", exact=True)
    expect(take).to_be_disabled()
    dialog.get_by_role("button", name="检查", exact=True).click()
    expect(dialog.get_by_role("region", name="问题").get_by_role("row").nth(1)).to_be_visible()
    expect(take).to_be_disabled()

    dialog.get_by_label("CSV 或 XLSX 文件").set_input_files(as_file("好.csv", [{**changed, "name": name}]))
    dialog.get_by_role("button", name="检查", exact=True).click()
    expect(dialog.get_by_role("region", name="将要改动")).to_contain_text(name)
    take.click()
    expect(dialog.get_by_text("已导入。")).to_be_visible()
    items = office.get("admin", "/organizations", limit=500)["items"]
    assert next(one["name"] for one in items if one["code"] == "U06") == name


def as_file(name, rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return {"name": name, "mimeType": "text/csv", "buffer": out.getvalue().encode("utf-8-sig")}


def test_the_auditor_reads_who_may_what_and_what_was_changed_and_changes_nothing(open_page, office):
    closed = office.get("auditor", "/cases", state="closed", limit=1)["items"][0]["number"]
    page = open_page("auditor", "/admin")
    expect(page.get_by_text("您可以查看，不能修改。")).to_be_visible()
    expect(page.get_by_role("button", name="新增人员")).to_have_count(0)
    page.get_by_label("姓名或用户名").fill("dispatcher")
    page.get_by_role("region", name="人员").get_by_role("button").first.click()
    person = page.get_by_role("dialog")
    expect(person.get_by_role("listitem").filter(has_text="派遣员").first).to_be_visible()
    expect(person.get_by_role("button", name="授予岗位")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="变更记录").click()
    expect(page.get_by_role("region", name="变更记录").locator("tbody tr").first).to_be_visible()

    page.goto(f"{page.url.split('/admin')[0]}/cases/{closed}")
    history = page.get_by_role("article").get_by_role("region", name="经过")
    history.get_by_role("button", name="验证链条").click()
    expect(history.get_by_role("status")).to_contain_text("链条完整")
    expect(page.get_by_role("region", name="可办操作")).to_contain_text("现在没有您可办的操作。")
