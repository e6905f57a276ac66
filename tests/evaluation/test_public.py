"""What everybody may see of published rankings: areas and units where the city says so, never people."""

from __future__ import annotations

import re

import pytest

from app.evaluation.rules.indicators import INDICATORS
from app.evaluation.rules.periods import Kind
from app.evaluation.rules.publicity import SHOWABLE
from app.evaluation.views.wording import FOLDER, LANGUAGES, messages
from tests.factories.figures import IN_TIME, LATE, QUARTER, Played

pytestmark = pytest.mark.slow

ASKED = {"period": QUARTER, "subject": "unit"}
DATA = "/public/rankings"


@pytest.fixture
def played(session, city):
    return Played(session, city)


def published(api, period=QUARTER, **body):
    path = f"/evaluation/periods/{period}"
    for who, deed in (("evaluator", "review"), ("admin", "revise" if body else "publish")):
        version = api.call(who, "GET", path).headers["ETag"]
        sent = body if deed == "revise" else {}
        found = api.call(who, "POST", f"{path}/{deed}", json=sent, headers={"If-Match": version}).get_json()
    return found


def show(api, *subjects, since=None):
    body = {"earliest_days": 3, "public": {"subjects": list(subjects), "since": since}}
    path = "/evaluation/definitions/publishing"
    return api.call("evaluator", "PUT", path, json=body, headers={"If-Match": "*"}).get_json()


def page(api, path="/rankings", status=200, **headers):
    answer = api.client.get(path, headers=headers)
    assert answer.status_code == status
    return answer


def test_nothing_is_public_until_the_city_says_so(api, played):
    played.case(IN_TIME)
    published(api)
    assert api.get(None, "/public/periods") == {"subjects": [], "items": []}
    assert api.get(None, DATA, 404, **ASKED)["type"] == "/problems/not-public"
    assert "尚未公开" in page(api).text
    assert api.get("evaluator", "/evaluation/definitions/publishing")["public"] == {"subjects": [], "since": None}


def test_what_the_city_shows_is_what_was_published(api, played):
    for hours in (IN_TIME, LATE):
        played.case(hours)
    shown = published(api)["shown"]
    assert show(api, "unit", "district")["public"] == {"subjects": ["unit", "district"], "since": None}
    listed = api.get(None, "/public/periods")
    assert listed["subjects"] == ["district", "unit"]
    assert [(one["period"], one["sha256"]) for one in listed["items"]] == [(QUARTER, shown["sha256"])]
    found = api.get(None, DATA, **ASKED)
    ranking = api.get("evaluator", "/evaluation/ranking", revision=1, **ASKED)["items"]
    assert found["items"] == [item | {"compared": None} for item in ranking]
    assert (found["sha256"], found["revision"], found["reason"]) == (shown["sha256"], 1, None)
    assert sum(part["weight"] for part in found["parts"]) == pytest.approx(1)
    played.case(LATE)
    assert api.get(None, DATA, **ASKED) == found
    revised = published(api, reason="两件申诉成立")["shown"]
    again = api.get(None, DATA, **ASKED)
    assert (again["revision"], again["reason"], again["sha256"]) == (2, "两件申诉成立", revised["sha256"])


def test_what_is_not_shown_is_not_found(api, played):
    played.case(IN_TIME)
    published(api)
    show(api, "unit", since="2026-01-01")
    assert api.get(None, DATA, **ASKED)["items"]
    for asked in (ASKED | {"subject": "street"}, ASKED | {"period": "2026-02"}):
        assert api.get(None, DATA, 404, **asked)["type"] == "/problems/not-public"
    for subject in ("city", "cell", "inspector", "dispatcher"):
        assert api.get(None, DATA, 422, period=QUARTER, subject=subject)["errors"][0]["pointer"] == "/subject"
    show(api, "unit", since="2026-01-02")
    assert api.get(None, DATA, 404, **ASKED)["type"] == "/problems/not-public"
    assert api.get(None, "/public/periods")["items"] == []
    show(api)
    assert api.get(None, DATA, 404, **ASKED)["type"] == "/problems/not-public"


@pytest.mark.parametrize("subjects", [["inspector"], ["cell"], ["unit", "unit"]])
def test_people_and_yards_are_never_public(api, subjects):
    body = {"earliest_days": 3, "public": {"subjects": subjects}}
    refused = api.call("admin", "PUT", "/evaluation/definitions/publishing", 422, json=body, headers={"If-Match": "*"})
    assert refused.get_json()["errors"][0]["pointer"].startswith("/public/subjects")


def test_changes_are_shown_against_what_was_public_as_well(api, played):
    played.case(IN_TIME)
    published(api, "2025-Q4")
    published(api)
    show(api, "unit")
    assert {one["compared"]["period"] for one in api.get(None, DATA, **ASKED)["items"]} == {"2025-Q4"}
    show(api, "unit", since="2026-01-01")
    assert {one["compared"] for one in api.get(None, DATA, **ASKED)["items"]} == {None}


def test_who_has_an_answer_is_told_so(api, played):
    played.case(IN_TIME)
    published(api)
    show(api, "unit")
    for path in ("/api/v1/public/periods", f"/api/v1/public/rankings?period={QUARTER}&subject=unit", "/rankings"):
        first = api.client.get(path)
        assert first.headers["Cache-Control"] == "public, max-age=60"
        again = api.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        show(api, "unit", "district")


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", ("考评排名公示", "样本不足", "2026年第1季度")), ("en", ("Published rankings", "fewer than", "Q1 2026"))],
)
def test_the_page_says_it_in_words_and_needs_no_script(api, played, language, words):
    played.case(IN_TIME)
    sealed = published(api)["shown"]["sha256"]
    show(api, "unit", "district")
    found = page(api, "/rankings?subject=unit", **{"Accept-Language": language})
    for word in (*words, "环卫作业中心", sealed):
        assert word in found.text
    assert "<script" not in found.text
    assert found.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", found.text)
    for path in re.findall(r'href="(/[^"]*)"', found.text):
        assert api.client.get(path.replace("&amp;", "&")).status_code == 200, path
    assert "公开" in page(api, "/rankings?subject=inspector", 404, **{"Accept-Language": "zh"}).text
    assert page(api, "/rankings?period=yesterday", 404)
    assert '<html lang="en">' in page(api, "/rankings?lang=en", **{"Accept-Language": "zh"}).text


def test_the_first_page_leads_there(api):
    assert "/rankings" in api.client.get("/").text
    assert "/api/v1/public/periods" in api.client.get("/landing.js").text


def test_the_page_has_a_word_for_everything_it_may_show_in_both_languages():
    zh, en = (messages(language) for language in LANGUAGES)
    assert {group: set(words) for group, words in zh.items()} == {group: set(words) for group, words in en.items()}
    assert set(zh["indicator"]) == set(INDICATORS)
    assert set(zh["subject"]) == {subject.value for subject in SHOWABLE}
    assert set(zh["period"]) == {kind.value for kind in Kind}
    used = "".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.html"))
    assert set(zh["page"]) - set(re.findall(r'"([a-z_]+)"', used)) == set()
