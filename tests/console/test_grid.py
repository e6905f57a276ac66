"""The city's grid in a browser: boundary files with faults, duty zones by table and by map, who answers for a cell."""

from __future__ import annotations

import csv
import io
import json
import re
from copy import deepcopy
from math import cos, pi, sin
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.console.look import PHONE, Look

pytestmark = pytest.mark.slow

COMMUNITY = "990101001001"


def cells_of(office, community):
    query = {"parent": community, "level": "cell", "geometry": True, "limit": 500}
    return office.get("admin", "/grid/areas", **query)["items"]


def zones_of(office):
    return office.get("admin", "/grid/duty-zones", limit=500)["items"]


def map_at_rest(page):
    expect(page.locator("section.map[data-idle=true]")).to_be_visible(timeout=15_000)


def faulty_file(cells):
    """The community as it is, but one cell lies on its neighbour as well and one has a code of another length."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": cell["code"], "name": cell["name"], "parent": COMMUNITY},
            "geometry": deepcopy(cell["geometry"]),
        }
        for cell in cells
    ]
    features[0]["geometry"] = deepcopy(features[1]["geometry"])
    features[2]["properties"]["code"] = "99010100100100"
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_a_faulty_boundary_file_is_checked_and_each_fault_has_words_and_a_place(open_page, office):
    cells = cells_of(office, COMMUNITY)
    page = open_page("admin", "/grid?tab=imports")
    map_at_rest(page)
    upload = {"name": "柳荫.geojson", "mimeType": "application/geo+json", "buffer": faulty_file(cells)}
    page.get_by_label("文件", exact=True).set_input_files(upload)
    expect(page.get_by_role("status").filter(has_text=f"读到 {len(cells)} 个要素")).to_be_visible()
    expect(page.get_by_role("checkbox", name="只检查，不采用")).to_be_checked()
    page.get_by_role("button", name="检查", exact=True).click()

    done = page.get_by_role("button", name=re.compile("柳荫.geojson"))
    expect(done).to_contain_text("未通过", timeout=20_000)
    expect(done).to_contain_text("只检查")
    faults = page.get_by_role("list", name="文件中的问题").get_by_role("listitem")
    expect(faults.filter(has_text="重叠").first).to_be_visible()
    expect(faults.filter(has_text="编码有误").first).to_be_visible()

    before = page.get_by_role("contentinfo").or_(page.locator("section.map")).last.inner_text()
    fault = faults.filter(has_text="重叠").first.get_by_role("button")
    fault.press("Enter")
    expect(fault).to_have_attribute("aria-pressed", "true")
    expect(page.locator("section.map")).not_to_have_text(before)

    with page.expect_download() as kept:
        page.get_by_role("button", name="下载 CSV").click()
    text = Path(kept.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {"重叠", "编码有误"} <= {row["问题类型"] for row in rows}
    assert all(row["说明"] for row in rows)
    assert len(cells_of(office, COMMUNITY)) == len(cells), "nothing was taken"


def test_a_cell_goes_from_one_duty_zone_to_a_new_one_with_its_people(open_page, office):
    old = next(zone for zone in zones_of(office) if zone["code"].startswith("990101002"))
    cell, rest = old["cells"][0], len(old["cells"]) - 1
    page = open_page("admin", "/grid?tab=zones")
    page.get_by_role("button", name="新建责任网格").click()
    page.get_by_label("编码", exact=True).fill("XQ-01")
    page.get_by_label("名称", exact=True).fill("河滨试点责任网格")
    page.get_by_label("15 位网格编码，可多个").fill(cell)
    page.get_by_label("15 位网格编码，可多个").press("Enter")
    expect(page.get_by_role("status").filter(has_text=f"{cell} 现属“{old['name']}”")).to_be_visible()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("不能这样划分")
    page.get_by_role("button", name="取消", exact=True).click()

    search = page.get_by_label("按名称、编码、责任人或网格编码查找")
    search.fill(old["code"])
    page.get_by_role("button", name=f"修改 {old['name']}").click()
    page.get_by_role("button", name=f"移出 {cell}").click()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()

    page.get_by_role("button", name="新建责任网格").click()
    page.get_by_label("编码", exact=True).fill("XQ-01")
    page.get_by_label("名称", exact=True).fill("河滨试点责任网格")
    page.get_by_label("15 位网格编码，可多个").fill(cell)
    page.get_by_role("button", name="加入").click()
    page.get_by_role("combobox", name="责任人").fill("许佳")
    page.get_by_role("option", name="许佳").click()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()

    search.fill("XQ-01")
    row = page.get_by_role("row").filter(has_text="XQ-01")
    expect(row).to_contain_text("许佳")
    zones = {zone["code"]: zone for zone in zones_of(office)}
    assert zones["XQ-01"]["cells"] == [cell]
    assert len(zones[old["code"]]["cells"]) == rest

    page.goto(f"{page.url.split('?')[0]}?tab=areas&area={cell}")
    chosen = page.get_by_role("region", name="所选区域")
    expect(chosen).to_contain_text("河滨试点责任网格")
    expect(chosen).to_contain_text("许佳")


def test_cells_are_put_in_and_taken_out_by_clicking_them_on_the_map(open_page, office):
    zone = next(zone for zone in zones_of(office) if zone["code"].startswith("990101003"))
    page = open_page("admin", "/grid?tab=zones")
    map_at_rest(page)
    page.get_by_label("按名称、编码、责任人或网格编码查找").fill(zone["code"])
    page.get_by_role("button", name=f"修改 {zone['name']}").click()
    count = len(zone["cells"])
    expect(page.get_by_role("heading", name=f"单元网格（{count}）")).to_be_visible()
    map_at_rest(page)
    canvas = page.locator("section.map canvas")
    canvas.click()
    expect(page.get_by_role("heading", name=re.compile(rf"单元网格（({count - 1}|{count + 1})）"))).to_be_visible()
    canvas.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"单元网格（{count}）")).to_be_visible()
    page.get_by_role("button", name="取消", exact=True).click()
    assert len(next(one for one in zones_of(office) if one["code"] == zone["code"])["cells"]) == count


def test_a_zone_is_drawn_around_its_cells_and_given_to_somebody(open_page, office):
    old = next(zone for zone in zones_of(office) if zone["code"].startswith("990101004"))
    page = open_page("admin", "/grid?tab=zones")
    map_at_rest(page)
    page.get_by_label("按名称、编码、责任人或网格编码查找").fill(old["code"])
    # Its ground is looked at, then free: what is drawn next lies on it.
    page.get_by_role("button", name=f"修改 {old['name']}").click()
    expect(page.get_by_role("heading", name=f"单元网格（{len(old['cells'])}）")).to_be_visible()
    map_at_rest(page)
    page.get_by_role("button", name="撤销责任网格").click()
    page.get_by_role("tooltip").get_by_role("button", name="撤销责任网格").click()
    expect(page.get_by_text("已保存。")).to_be_visible()

    page.get_by_role("button", name="新建责任网格").click()
    page.get_by_label("编码", exact=True).fill("LQ-01")
    page.get_by_label("名称", exact=True).fill("圈画试点责任网格")
    page.get_by_role("button", name="在地图上圈选").click()
    expect(page.get_by_role("button", name="按住并画一圈")).to_have_attribute("aria-pressed", "true")
    draw_around(page)
    expect(page.get_by_role("button", name="在地图上圈选")).to_have_attribute("aria-pressed", "false")
    cells = page.get_by_role("list", name=re.compile("^单元网格")).get_by_role("listitem")
    expect(cells.first).to_be_visible()
    for other in cells.filter(has_not_text=re.compile("|".join(old["cells"]))).all()[::-1]:
        other.get_by_role("button").click()
    kept = cells.count()
    assert kept, "the line went around cells of the zone"
    page.get_by_role("combobox", name="责任人").fill("许佳")
    page.get_by_role("option", name="许佳").click()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()
    made = next(zone for zone in zones_of(office) if zone["code"] == "LQ-01")
    assert len(made["cells"]) == kept
    assert set(made["cells"]) <= set(old["cells"])
    assert [person["name"] for person in made["people"]] == ["许佳"]


def draw_around(page):
    """Press, go around the middle of the map, and let go."""
    box = page.locator("section.map canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    radius = min(box["width"], box["height"]) * 0.4
    ring = [(middle[0] + radius * cos(at * pi / 12), middle[1] + radius * sin(at * pi / 12)) for at in range(25)]
    page.mouse.move(*ring[0])
    page.mouse.down()
    for x, y in ring[1:]:
        page.mouse.move(x, y, steps=2)
    page.mouse.up()


def test_who_answers_for_a_cell_is_found_from_the_tree_without_a_mouse(open_page):
    page = open_page("leader", "/grid", Look(PHONE))
    tree = page.get_by_role("tree")
    # It opens on the city with its districts.
    expect(tree.get_by_role("treeitem").nth(1)).to_be_visible()
    page.get_by_role("tab", name="区域").focus()
    page.keyboard.press("Tab")
    expect(tree.get_by_role("treeitem").first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(tree.get_by_role("treeitem").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    chosen = page.get_by_role("region", name="所选区域")
    expect(chosen).to_contain_text("谁负责这里")
    expect(chosen.get_by_role("link", name="查看这里的案卷")).to_be_visible()


def test_only_administrators_change_the_grid(open_page):
    page = open_page("leader", "/grid?tab=imports")
    expect(page.get_by_text("导入边界由管理员办理。")).to_be_visible()
    page.get_by_role("tab", name="责任网格").click()
    expect(page.get_by_role("table").get_by_role("row").nth(1)).to_be_visible()
    expect(page.get_by_role("button", name="新建责任网格")).to_have_count(0)
