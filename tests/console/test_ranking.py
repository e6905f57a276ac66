"""From a rank to the cases behind it, over the city's map, and to what the score is made of."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.console.words import words

pytestmark = pytest.mark.slow


def test_a_rank_opens_on_what_it_is_made_of_down_to_the_cases(open_page):
    page = open_page("evaluator", "/figures/ranking?subject=unit&revision=live")
    first = page.get_by_role("row").filter(has=page.get_by_role("rowheader")).first
    name = first.get_by_role("rowheader").inner_text().split()[0]
    page.get_by_role("button", name=words("ranking.open", name=name)).click()
    parts = page.get_by_role("region", name=words("ranking.parts", name=name))
    rate = parts.get_by_role("row").filter(has_text=words("evaluation.indicator.on_time_handled_rate"))
    expect(rate).to_be_visible()
    behind = rate.get_by_role("button").last
    count = int(behind.inner_text())
    behind.click()
    title = words(
        "ranking.cases",
        name=name,
        indicator=words("evaluation.indicator.on_time_handled_rate"),
        side=words("evaluation.side.denominator"),
    )
    drawer = page.get_by_role("dialog", name=title)
    expect(drawer.get_by_text(re.compile(rf"\b{count}\b")).first).to_be_visible()
    expect(drawer.get_by_role("listitem").first).to_have_attribute("aria-setsize", str(count))

    # To a case and back: the same cases, behind the same row.
    case = drawer.get_by_role("listitem").first.get_by_role("link")
    number = case.inner_text()
    case.click()
    expect(page).to_have_url(re.compile(f"/cases/{number}$"))
    page.go_back()
    expect(drawer.get_by_role("link", name=number)).to_be_visible()
    expect(rate).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(rate).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("button", name=words("ranking.download")).click()
    text = Path(saved.value.path()).read_text(encoding="utf-8")
    assert text.startswith("\ufeff")
    head, *rows = csv.reader(text.removeprefix("\ufeff").splitlines())
    assert head[:3] == [words("ranking.rank"), words("ranking.code"), words("ranking.name")]
    assert rows[0][2] == name
    assert all(len(row) == len(head) for row in rows)

    # What cannot be read is said, and can be read again.
    page.route("**/evaluation/periods/*", lambda route: route.fulfill(status=503))
    page.get_by_role("button", name=words("evaluation.earlier")).click()
    expect(page.get_by_text(words("ranking.failed"))).to_be_visible()
    page.unroute("**/evaluation/periods/*")
    page.get_by_role("button", name=words("shell.again")).click()
    expect(page.get_by_role("row").first).to_be_visible()


def test_the_map_leads_from_a_district_to_its_streets_and_their_cases(open_page, office):
    page = open_page("supervisor", "/figures/map?level=district&what=closed_rate&revision=live")
    table = page.get_by_role("region", name=re.compile(words("choropleth.table")))
    expect(table.get_by_role("row")).not_to_have_count(0)
    chosen = table.get_by_role("button").first
    name = chosen.inner_text()
    chosen.click()
    card = page.get_by_role("region", name=words("choropleth.chosen"))
    expect(card.get_by_role("heading")).to_contain_text(name)
    card.get_by_role("button", name=words("choropleth.next", level=words("evaluation.subject.street"))).click()
    expect(page.get_by_text(words("choropleth.inside", name=name))).to_be_visible()
    district = re.search(r"area=(\d+)", page.url)
    assert district is not None
    expect(table.get_by_role("button").first).to_be_visible()
    streets = office.get("supervisor", "/grid/areas", level="street", parent=district[1], limit=100)["items"]
    listed = [one.inner_text() for one in table.get_by_role("button").all()]
    assert set(listed) <= {street["name"] for street in streets}
    table.get_by_role("button").first.click()
    card.get_by_role("button", name=re.compile(words("evaluation.side.denominator"))).click()
    expect(page.get_by_role("dialog").get_by_role("listitem").first).to_be_visible()


def test_weights_are_added_up_while_one_types_and_somebody_elses_change_is_not_overwritten(open_page, office):
    page = open_page("evaluator", "/figures/definitions?name=scores.dispatcher")
    page.get_by_role("button", name=words("definitions.edit"), exact=True).click()
    weights = page.get_by_role("spinbutton", name=words("definitions.weight"))
    weights.nth(0).fill("0.3")
    weights.nth(0).press("Tab")
    expect(page.get_by_text("多出 10.00%")).to_be_visible()
    save = page.get_by_role("button", name=words("definitions.save"))
    expect(save).to_be_disabled()
    weights.nth(1).fill("0.3")
    weights.nth(1).press("Tab")
    expect(page.get_by_text(words("definitions.sumRight"))).to_be_visible()
    path = "/evaluation/definitions/scores/dispatcher"
    now = office.get("admin", path)
    other = {"parts": now["parts"], "minimum_sample": now["minimum_sample"] + 1}
    office.call("admin", "PUT", path, json=other, headers={"If-Match": "*"})
    save.click()
    expect(page.get_by_role("alert").filter(has_text=words("definitions.stale"))).to_be_visible()
    page.get_by_role("button", name=words("definitions.keepMine")).click()
    expect(page.get_by_text(words("definitions.saved", n=now["version"] + 2))).to_be_visible()
    assert [part["weight"] for part in office.get("admin", path)["parts"]] == [0.3, 0.3, 0.4]
