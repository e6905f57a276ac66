"""A city words its messages itself: checked, versioned, on record, and given back."""

import doctest

import pytest
from sqlalchemy import text

from app.core.errors import Fault
from app.notices import queries, service
from app.notices.errors import BadTemplate
from app.notices.rules import PLACEHOLDERS, Occasion, audiences, faults_of, filled, templates, words
from app.notices.rules.words import words as worded
from app.notices.service.wording import LANGUAGES, Message
from tests.notices.test_inbox import a_notice

pytestmark = pytest.mark.slow

PATH = "/notices/templates/case_closed/zh-CN/citizen"
OWN = {"title": "办结通知", "text": "尊敬的市民：案卷 {number} 已办结。"}


def put(http, path=PATH, status=200, version="0", **body):
    headers = {"If-Match": f'"{version}"'}
    return http.call("admin", "PUT", path, status, json={**OWN, **body}, headers=headers)


def test_examples():
    assert doctest.testmod(templates).failed == 0


def listed(http, **wanted):
    items = http.get("admin", "/notices/templates")["items"]
    return [one for one in items if all(one[name] == value for name, value in wanted.items())]


def test_every_message_is_listed_with_its_placeholders(http):
    items = listed(http)
    assert len(items) == len(LANGUAGES) * sum(len(audiences(occasion)) for occasion in Occasion)
    assert all((one["version"], one["title"]) == (0, one["shipped"]["title"]) for one in items)
    (red,) = listed(http, event="reminder_red", language="en")
    assert set(red["placeholders"]) == {"number", "stage", "late", "timing"}


def test_a_changed_message_is_said_from_then_on_and_given_back(http, session, town, now):
    a_notice(session, town.people["citizen"], now, occasion="case_closed", audience="citizen")
    session.commit()
    answer = put(http)
    assert (answer.headers["ETag"], answer.get_json()["version"]) == ('"1"', 1)
    (notice,) = http.get("citizen", "/notices")["items"]
    assert (notice["title"], notice["text"]) == ("办结通知", "尊敬的市民：案卷 20260310-000001 已办结。")
    # The other language and the other audience are as they were.
    assert http.get("citizen", "/notices", lang="en")["items"][0]["title"] == "Your report was dealt with"
    assert [one["language"] for one in listed(http, version=1)] == ["zh-CN"]
    stale = {"headers": {"If-Match": '"0"'}}
    put(http, status=412)
    http.call("admin", "DELETE", PATH, 412, **stale)
    http.call("admin", "DELETE", PATH, 428)
    for _ in range(2):
        http.call("admin", "DELETE", PATH, 204, headers={"If-Match": "*"})
    assert http.get("citizen", "/notices")["items"][0]["title"] == "您的上报已办结"
    (given_back,) = listed(http, event="case_closed", language="zh-CN", audience="citizen")
    assert (given_back["version"], given_back["title"]) == (2, given_back["shipped"]["title"])
    assert put(http, version="2").get_json()["version"] == 3


def test_every_change_is_on_record(http, session, town):
    put(http)
    http.call("admin", "DELETE", PATH, 204, headers={"If-Match": '"1"'})
    query = text(
        "SELECT action, actor_id, subject, detail FROM admin_changes WHERE action LIKE 'message%' ORDER BY at, id"
    )
    changed, dropped = session.execute(query).all()
    assert (changed.action, changed.actor_id) == ("message_template.put", town.people["admin"])
    assert changed.subject == "message_template:case_closed/zh-CN/citizen"
    assert changed.detail == {"before": None, "after": OWN, "version": 1}
    assert (dropped.action, dropped.detail["before"], dropped.detail["after"]) == ("message_template.drop", OWN, None)
    with pytest.raises(Exception, match="permission denied"), session.begin_nested():
        session.execute(text("UPDATE message_templates SET title = 'x'"))


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({"text": "案卷 {nummer}"}, "/text", "{nummer} is not known here; known are {number}"),
        ({"title": "{late}"}, "/title", "known are {number}"),
        ({"text": "案卷 {number"}, "/text", "partner"),
        ({"text": "案卷 {number:>99999999}"}, "/text", "without anything beside its name"),
        ({"text": "{number.__class__}"}, "/text", "is not known"),
        ({"text": "{}{number}"}, "/text", "is not known"),
        ({"text": "您的案卷已办结"}, "/text", "must hold {number}"),
        ({"title": "办结\n通知"}, "/title", "one line"),
        ({"title": "办结\u2028通知"}, "/title", "one line"),
    ],
)
def test_what_cannot_be_filled_in_is_refused(http, body, pointer, says):
    problem = put(http, status=422, **body).get_json()
    assert problem["type"] == "/problems/bad-template"
    assert [fault["pointer"] for fault in problem["errors"]] == [pointer]
    assert says in problem["errors"][0]["detail"]
    assert "{number}" in problem["detail"]
    assert listed(http, version=1) == []


def test_who_may_word_messages_and_which(http):
    for who in ("operator", "auditor", "unit1"):
        http.get(who, "/notices/templates", 403)
        http.call(who, "PUT", PATH, 403, json=OWN, headers={"If-Match": "*"})
    put(http, "/notices/templates/case_returned/zh-CN/citizen", 404)
    for path in ("/notices/templates/x/zh-CN/staff", "/notices/templates/case_closed/de/staff"):
        put(http, path, 422)
    put(http, status=422, title="x" * 101)
    put(http, status=422, signature="x")


FACTS = {"stage": "handling", "late_s": 3600, "count": 21, "late": 3, "granted": True, "other": "N2"}


@pytest.mark.parametrize("occasion", list(Occasion))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_has_its_words(occasion, language):
    said = worded(occasion, "N1", FACTS, language)
    assert set(said) == set(PLACEHOLDERS[occasion])
    for audience in audiences(occasion):
        pattern = service.Wording({}).pattern(occasion, audience, language)
        whole = filled(pattern.title + pattern.text, said)
        assert "{" not in whole
        assert "N1" in whole


def test_what_is_filled_in_is_not_read_again():
    assert filled("{number}", {"number": "{late}"}) == "{late}"
    assert faults_of("x", "{number} {{late}}", ("number",)) == []


def test_spans_and_stages_are_words():
    assert doctest.testmod(__import__("app.notices.rules.words", fromlist=["x"])).failed == 0
    assert words is worded


def test_a_fault_names_all_that_is_known(session, town, now):
    which = service.Which(Occasion.REMINDER_RED, "en", "staff")
    new = Message("{who}", "{number} {when}")
    with pytest.raises(BadTemplate) as caught:
        service.put_template(session, which, new, expected=None, actor_id=town.people["admin"], now=now)
    known = "{number}, {stage}, {late}, {timing}"
    assert caught.value.faults == (
        Fault("/title", "{who} is not known here; known are " + known),
        Fault("/text", "{when} is not known here; known are " + known),
    )
    assert queries.newest_template(session, *which.key) is None
