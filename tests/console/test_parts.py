"""A day with the register of parts, in a browser: looked up, corrected from the field, kept up by files."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import expect

from tests.console.acting import LAT, LON, told

pytestmark = pytest.mark.slow


def some_part(office, at=0):
    """A part of the middle of the city that stands at a point, with its place; `at` tells different ones apart."""
    box = f"{LON - 0.01},{LAT - 0.01},{LON + 0.01},{LAT + 0.01}"
    items = office.get("operator", "/parts", bbox=box, limit=100)["items"]
    part = [one for one in items if one["geometry"]["type"] == "Point"][at]
    lon, lat = part["geometry"]["coordinates"]
    return part, lon, lat


def proposed(office, kind, reason, **what):
    return office.call("inspector1", "POST", "/parts/proposals", json={"kind": kind, "reason": reason, **what}).json()


def proposal_of(page, reason):
    return page.get_by_role("article").filter(has_text=reason)


def exported(office, *codes):
    """Rows of the register as its own export writes them."""
    text = office.call("admin", "GET", "/parts/export.csv", params={"q": codes[0][:6]}).content.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["code"].strip("'") in codes]
    assert len(rows) == len(codes)
    return rows


def as_file(name, rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return {"name": name, "mimeType": "text/csv", "buffer": out.getvalue().encode("utf-8-sig")}


def test_a_part_is_found_by_its_code_with_its_place_and_its_cases(open_page, office):
    part, lon, lat = some_part(office)
    place = {"lon": lon, "lat": lat}
    number = office.report(told("设施损坏"), position=place, part_code=part["code"])
    page = open_page("operator", "/parts")
    page.get_by_role("textbox", name="部件编码开头或名称").fill(part["code"])
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(1)
    with page.expect_response(re.compile(r"/tiles/parts/1[5-8]/"), timeout=20_000):
        rows.get_by_role("button", name=part["code"]).press("Enter")

    one = page.get_by_role("complementary", name="部件")
    expect(one.get_by_role("heading", name=part["code"])).to_be_visible()
    expect(one).to_contain_text(part["type"]["name"])
    expect(one.get_by_role("region", name="附近部件（100 米内）")).to_be_visible()
    history = one.get_by_role("region", name="案卷历史")
    expect(history.get_by_role("link", name=number)).to_be_visible()
    expect(page).to_have_url(re.compile(f"/parts/{part['code']}"))

    history.get_by_role("link", name=number).click()
    expect(page).to_have_url(re.compile(f"/cases/{number}"))
    expect(page.get_by_role("article").get_by_role("region", name="部件")).to_contain_text(part["code"])


def test_what_the_field_proposes_is_decided_with_the_difference_in_sight(open_page, office):
    moved, lon, lat = some_part(office, 1)
    gone, *_ = some_part(office, 2)
    new, missing, moving = told("新装的一个"), told("已经没有了"), told("挪到路口了")
    # A few steps towards a neighbour of the same cell, so that it stays in its district.
    nearby = office.get(
        "operator", "/parts", bbox=f"{lon - 0.003},{lat - 0.003},{lon + 0.003},{lat + 0.003}", limit=200
    )
    same = (one for one in nearby["items"] if one["cell_code"] == moved["cell_code"] and one["code"] != moved["code"])
    corner = next(one for one in same if one["geometry"]["type"] == "Point")["geometry"]["coordinates"]
    to = {"lon": lon + (corner[0] - lon) / 4, "lat": lat + (corner[1] - lat) / 4}
    kind = {name: moved["type"][name] for name in ("scheme", "kind", "code")}
    proposed(office, "new", new, type=kind, position=to)
    proposed(office, "missing", missing, part_code=gone["code"])
    proposed(office, "moved", moving, part_code=moved["code"], position=to)

    page = open_page("operator", "/parts?tab=proposals")
    one = proposal_of(page, moving)
    expect(one).to_contain_text(re.compile(r"移动 \d+ 米"))
    one.get_by_role("button", name="采纳", exact=True).click()
    expect(page.get_by_text(f"已采纳：{moved['code']}")).to_be_attached()
    expect(one).to_have_count(0)
    there = office.get("operator", f"/parts/{moved['code']}")["geometry"]["coordinates"]
    assert there == pytest.approx([to["lon"], to["lat"]], abs=1e-6)

    proposal_of(page, new).get_by_role("button", name="采纳", exact=True).click()
    expect(page.get_by_text(f"已采纳：{moved['type']['name']}")).to_be_attached()
    near = office.get("operator", "/parts/nearest", **to, within_m=5, limit=20)["items"]
    assert [round(part["distance_m"]) for part in near][:2] == [0, 0]

    one = proposal_of(page, missing)
    one.get_by_role("button", name="不采纳", exact=True).click()
    expect(one.get_by_role("button", name="确认不采纳")).to_be_disabled()
    one.get_by_label("不采纳的理由（提议人可见）").fill("还在，被围挡遮住了。")
    one.get_by_role("button", name="确认不采纳").click()
    expect(page.get_by_text(f"未采纳：{gone['code']}")).to_be_attached()
    page.get_by_role("radiogroup", name="提议状态").get_by_text("未采纳", exact=True).click()
    expect(proposal_of(page, missing)).to_contain_text("还在，被围挡遮住了。")
    assert office.get("operator", f"/parts/{gone['code']}")["state"] == gone["state"]


def test_a_file_with_faults_changes_nothing_and_a_clean_one_is_taken(open_page, office):
    first, second = (some_part(office, at)[0]["code"] for at in (3, 4))
    rows = exported(office, first, second)
    named = told("沿街")
    good = [{**row, "name": named} for row in rows]
    bad = [{**good[0], "state": "飞走了"}, {**good[1], "lon": "12.5", "lat": "7.5", "wkt": ""}]
    page = open_page("admin", "/parts?tab=imports")
    page.get_by_label("部件文件").set_input_files(as_file("坏.csv", bad))
    page.get_by_role("button", name="检查文件").click()
    result = page.get_by_role("status", name="导入结果")
    expect(result).to_contain_text("未导入，文件有误", timeout=20_000)
    expect(result).to_contain_text("状态不存在")
    expect(result).to_contain_text("不在本市范围")
    with page.expect_download() as kept:
        result.get_by_role("button", name="下载错误清单（CSV）").click()
    assert kept.value.suggested_filename == "坏.csv.faults.csv"

    page.get_by_label("部件文件").set_input_files(as_file("好.csv", good))
    page.get_by_text("只检查，不写入").click()
    page.get_by_role("button", name="导入文件").click()
    expect(result).to_contain_text("好.csv: 已导入", timeout=20_000)
    expect(page.get_by_role("listitem").filter(has_text="好.csv")).to_contain_text("已导入")
    assert office.get("admin", f"/parts/{first}")["name"] == named
    assert office.get("admin", f"/parts/{second}")["name"] == named
