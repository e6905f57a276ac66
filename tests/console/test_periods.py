"""A month goes from open to published and revised, by two people; everybody sees it where the city says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.console.acting import Office, _now
from tests.console.words import words

pytestmark = pytest.mark.slow
MONTH = re.compile(r"\d{4}-\d{2}")
DEFINITION = "/evaluation/definitions/publishing"


def open_month(office: Office) -> str:
    """The last month that may be reviewed."""
    listed = office.get("evaluator", "/evaluation/periods")["items"]
    ready = (one for one in listed if one["state"] == "open" and one["ready_at"] <= _now())
    return next(str(one["period"]) for one in ready if MONTH.fullmatch(one["period"]))


def late_case(office: Office, period: str) -> tuple[str, str]:
    """A case that a unit's figure counts as late, and the unit's manager."""
    asked = {"subject": "unit", "period": period, "indicator": "on_time_handled_rate"}
    for place in range(1, 7):
        code = f"U0{place}"
        numerator, denominator = (
            {one["number"] for one in office.get("admin", "/evaluation/indicators/cases", **query)["items"]}
            for query in ({**asked, "subject_code": code, "side": side} for side in ("numerator", "denominator"))
        )
        if late := denominator - numerator:
            return min(late), f"unit{place}"
    raise AssertionError("no unit was late")


def _cases_of_both(page: Page, changed: Locator) -> None:
    """The figure that changed opens its cases as they were, and as they are."""
    row = changed.get_by_role("row").filter(has_text=words("evaluation.indicator.on_time_handled_rate")).first
    counts = row.get_by_role("cell").filter(has=page.get_by_role("button")).get_by_role("button")
    for place in (1, 3):
        count = counts.nth(place).inner_text()
        counts.nth(place).click()
        expect(page.get_by_role("dialog")).to_contain_text(words("figures.behind.count", n=count))
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


def button(page: Page, key: str) -> Any:
    return page.get_by_role("button", name=words(f"periods.{key}"), exact=True)


def seen_by_everybody(open_page: Callable[..., Page], office: Office, period: str) -> None:
    """The city makes rankings of districts public; the first page leads there."""
    body = {"earliest_days": 3, "public": {"subjects": ["district"]}}
    office.call("evaluator", "PUT", DEFINITION, json=body, headers={"If-Match": "*"})
    public = open_page(None, "/sign-in")
    public.goto(f"{office.base}/")
    public.get_by_role("link", name="打开 Open").and_(public.locator('[href="/rankings"]')).click()
    expect(public.get_by_text("一件案卷申诉成立")).to_be_visible()
    sealed = office.get("auditor", f"/evaluation/periods/{period}")["shown"]["sha256"]
    expect(public.get_by_text(sealed)).to_be_visible()
    expect(public.get_by_role("row")).not_to_have_count(0)


def test_a_month_is_reviewed_by_one_published_by_another_and_revised_with_its_reason(open_page, office):
    period = open_month(office)
    path = f"/figures/periods?period={period}"
    evaluator, admin = open_page("evaluator", path), open_page("admin", path)

    expect(admin.get_by_text(words("periods.blocked.notReviewer"))).to_be_visible()
    expect(button(admin, "review")).to_be_disabled()
    button(evaluator, "review").click()
    expect(evaluator.get_by_text(words("periods.doneReview"))).to_be_visible(timeout=30_000)
    expect(button(evaluator, "publish")).to_be_disabled()
    expect(evaluator.get_by_text(words("periods.blocked.sameReviewer"))).to_be_visible()
    admin.reload()
    button(evaluator, "reviewAgain").click()
    expect(button(admin, "publish")).to_be_enabled()
    expect(evaluator.get_by_text(words("periods.doneReview"))).to_be_visible(timeout=30_000)
    # Somebody reviewed again meanwhile: what stands now is shown, and published at the second press.
    button(admin, "publish").click()
    expect(admin.get_by_role("alert").filter(has_text=words("periods.conflict"))).to_be_visible()
    button(admin, "publish").click()
    expect(admin.get_by_text(words("periods.donePublish", n=1))).to_be_visible()
    shown = office.get("auditor", f"/evaluation/periods/{period}")["shown"]
    expect(admin.get_by_text(shown["sha256"])).to_be_visible()

    number, unit = late_case(office, period)
    office.act(unit, number, "appeal", reason="责任认定有误")
    office.act("leader", number, "decide_appeal", granted=True, reason="申诉成立")
    evaluator.reload()
    expect(evaluator.get_by_role("note")).to_contain_text("1 件案卷的申诉成立")
    button(evaluator, "reviewForRevision").click()
    proposed = evaluator.get_by_role("region", name=words("periods.diffProposed", n=1))
    expect(proposed.get_by_role("link", name=number).first).to_be_visible(timeout=30_000)
    admin.reload()
    # What the product proposes stands there already.
    reason = admin.get_by_label(words("periods.reason"))
    expect(reason).to_have_value(re.compile(number))
    reason.fill("")
    button(admin, "revise").click()
    expect(admin.get_by_role("alert")).to_have_text(words("periods.reasonNeeded"))
    reason.fill("一件案卷申诉成立")
    button(admin, "revise").click()
    expect(admin.get_by_text(words("periods.donePublish", n=2))).to_be_visible()
    changed = admin.get_by_role("region", name=words("periods.diffOf", n=2, against=1))
    expect(
        changed.get_by_role("row").filter(has_text=words("evaluation.indicator.on_time_handled_rate")).first
    ).to_contain_text(number)
    _cases_of_both(admin, changed)

    seen_by_everybody(open_page, office, period)
