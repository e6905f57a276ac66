"""The shift leader and the people in the field, in a browser: who is on duty, where they are and where they were."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.console.acting import LAT, LON, told

pytestmark = pytest.mark.slow


def on_duty(office, who, zone, points):
    """Somebody goes on duty and walks so many points; the person's name."""
    shift = office.call(who, "POST", "/field/shifts", json={"zone_code": zone["code"]}).json()
    began = datetime.fromisoformat(shift["started_at"])
    walked = [
        {"lon": LON + at * 0.0005, "lat": LAT, "at": (began + timedelta(milliseconds=1 + at)).isoformat()}
        for at in range(points)
    ]
    done = office.call(who, "POST", "/field/positions", json={"points": walked}).json()
    assert done["accepted"] == points, done
    return office.get(who, "/me")["name"]


def card_of(page, name):
    return page.get_by_role("region", name="巡查").get_by_role("article").filter(has_text=name)


def test_the_shift_leader_sees_who_is_on_duty_their_work_and_where_they_were(open_page, office):
    zone = office.get("admin", "/grid/duty-zones", limit=500)["items"][0]
    page = open_page("leader", "/field")
    expect(page.get_by_text("实时", exact=True)).to_be_visible(timeout=15_000)
    name = on_duty(office, "inspector3", zone, 6)
    # Whoever begins while the page is open comes onto it by themselves.
    card = card_of(page, name)
    expect(card).to_contain_text(zone["name"], timeout=20_000)
    expect(card).to_contain_text("报告位置")

    number = office.report(told("请去看一眼"), None)
    person = office.get("inspector3", "/me")["id"]
    office.act("operator", number, "request_verify", inspector_id=person)
    expect(card).to_contain_text(re.compile(r"待办 \d+ 件"), timeout=20_000)
    card.get_by_text(re.compile(r"待办 \d+ 件")).click()
    expect(card.get_by_role("link", name=number)).to_be_visible(timeout=20_000)

    card.get_by_role("button", name="查看轨迹").click()
    show = card.get_by_role("button", name="查看", exact=True)
    expect(show).to_be_disabled()
    card.get_by_label(f"查看 {name} 的轨迹，原因是").fill(f"核实案卷 {number} 的到场情况")
    show.click()
    expect(card.get_by_role("status")).to_contain_text("6 个位置")
