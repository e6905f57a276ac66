"""A quarter is reviewed, published and revised over HTTP; what was published stays to the byte."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.accounts.rules import Role
from app.cases.rules import canonical
from app.core import clock
from app.evaluation.jobs import refresh_some, tell_stale
from app.evaluation.rules.freezing import unpacked
from app.evaluation.rules.indicators import Subject
from app.evaluation.rules.periods import Kind, named
from tests.factories.accounts import staff
from tests.factories.figures import IN_TIME, LATE, OPEN, QUARTER, Played

pytestmark = pytest.mark.slow

PATH = f"/evaluation/periods/{QUARTER}"
LATER = int(os.environ.get("FIELDGRID_LATER_EVENTS", "180"))
"""So many events follow what was published; a thousand take a minute."""
UNIT = {"subject": "unit", "period": QUARTER}


@pytest.fixture
def played(session, city):
    return Played(session, city)


def step(api, who, deed, status=200, period=QUARTER, version=None, **body):
    path = f"/evaluation/periods/{period}"
    version = version or api.call(who, "GET", path).headers["ETag"]
    return api.call(who, "POST", f"{path}/{deed}", status, json=body, headers={"If-Match": version}).get_json()


def published(api, **body):
    step(api, "evaluator", "review")
    return step(api, "admin", "revise" if body else "publish", **body)


def everything(api, revision):
    """Every answer that a revision gives, byte by byte."""
    answers = {}
    for subject in Subject:
        query = {"subject": subject.value, "period": QUARTER, "revision": revision}
        for path in ("indicators", "scores", "ranking"):
            answers[path, subject] = api.call("evaluator", "GET", f"/evaluation/{path}", query_string=query).data
        for item in json.loads(answers["indicators", subject])["items"]:
            code, name = item["subject"]["code"], item["indicator"]
            if not any(item[side] for side in ("numerator", "denominator", "exempt", "deferred")):
                continue
            for side in ("numerator", "denominator", "exempt", "deferred"):
                wanted = query | {"indicator": name, "subject_code": code, "side": side}
                found = api.call("evaluator", "GET", "/evaluation/indicators/cases", query_string=wanted)
                answers[code, name, side] = found.data
    shown = api.get("evaluator", PATH, revision=revision)["shown"]
    answers["shown"] = json.dumps(shown).encode()
    return answers


def live(api, subject):
    found = api.get("evaluator", "/evaluation/indicators", subject=subject.value, period=QUARTER)
    return found["items"]


def test_a_period_is_open_then_reviewed_then_published(api, played):
    played.case(IN_TIME)
    open_ = api.get("evaluator", PATH)
    assert (open_["state"], open_["version"], open_["revision"], open_["stale"]) == ("open", 0, None, None)
    reviewed = step(api, "evaluator", "review")
    assert (reviewed["state"], reviewed["version"], reviewed["revision"]) == ("review", 1, None)
    assert reviewed["review"]["by"]["id"] == str(api.city.people["evaluator"])
    assert reviewed["review"]["diff"] is None
    done = step(api, "admin", "publish")
    assert (done["state"], done["version"], done["revision"], done["review"]) == ("published", 2, 1, None)
    (revision,) = done["revisions"]
    assert (revision["as_of"], revision["reason"]) == (reviewed["review"]["as_of"], None)
    assert revision["published_by"]["id"] == str(api.city.people["admin"])
    assert done["shown"]["inputs"]["definitions"]["scores.unit"] == 1
    assert done["shown"]["inputs"]["calendars"]
    listed = {item["period"]: item for item in api.get("auditor", "/evaluation/periods", year=2026)["items"]}
    assert listed[QUARTER]["state"] == "published"
    assert listed[QUARTER]["stale"] == {"figures": 0, "cases": 0}
    assert listed["2026-03"]["state"] == "open"


def test_what_is_published_is_what_was_there_at_the_review(api, played):
    for hours in (IN_TIME, LATE, OPEN):
        played.case(hours)
    before = {subject: live(api, subject) for subject in Subject}
    ranking = api.get("evaluator", "/evaluation/ranking", **UNIT)
    behind = UNIT | {"indicator": "on_time_handled_rate", "subject_code": "U01", "side": "denominator"}
    cases = api.get("evaluator", "/evaluation/indicators/cases", **behind)
    step(api, "evaluator", "review")
    later = played.case(IN_TIME)
    assert len(api.get("evaluator", "/evaluation/indicators/cases", **behind)["items"]) == 4
    step(api, "admin", "publish")
    for subject in Subject:
        query = {"subject": subject.value, "period": QUARTER, "revision": 1}
        assert api.get("evaluator", "/evaluation/indicators", **query)["items"] == before[subject]
    frozen = api.get("evaluator", "/evaluation/ranking", revision=1, **UNIT)
    assert (frozen["items"], frozen["revision"]) == (ranking["items"], 1)
    kept = api.get("evaluator", "/evaluation/indicators/cases", revision=1, **behind)["items"]
    assert kept == cases["items"]
    assert later not in {item["number"] for item in kept}


def test_a_published_quarter_stays_equal_to_the_byte_whatever_happens_later(api, session, played):
    closed = [played.case(hours) for hours in (IN_TIME, LATE, IN_TIME)]
    going = [played.case(OPEN) for _ in range(6)]
    refresh_some()
    published(api)
    before = everything(api, 1)
    count = text("SELECT count(*) FROM case_events")
    events = session.execute(count).scalar_one()
    for number in closed[:2]:
        played.granted_appeal(number)
    for number, _ in zip(cycle(going), range(LATER), strict=False):
        played.act(number, "supervise", "supervisor")
    for number in going[:3]:
        played.act(number, "finish", "unit1", photos=1, text="已清理")
        played.act(number, "check", "inspector1", photos=1, verdict="passed")
        played.act(number, "close", "leader")
    for hours in (IN_TIME, LATE):
        played.case(hours)
    refresh_some()
    assert session.execute(count).scalar_one() - events >= LATER + 20
    assert live(api, Subject.UNIT) != json.loads(before["indicators", Subject.UNIT])["items"]
    assert everything(api, 1) == before
    published(api, reason="两件申诉成立")
    assert everything(api, 1) == before


def test_whoever_has_the_parts_can_check_the_hash(api, session, played):
    played.case(IN_TIME)
    shown = published(api)["shown"]
    manifest = {
        "period": QUARTER,
        "revision": 1,
        "as_of": shown["as_of"],
        "reason": None,
        "inputs": shown["inputs"],
        "parts": shown["parts"],
    }
    assert hashlib.sha256(canonical(manifest)).hexdigest() == shown["sha256"]
    rows = session.execute(text("SELECT part, chunk, body FROM evaluation_results")).all()
    assert sum(len(hashes) for hashes in shown["parts"].values()) == len(rows)
    for part, chunk, body in rows:
        content = unpacked(bytes(body))
        assert hashlib.sha256(content).hexdigest() == shown["parts"][part][chunk]
        assert canonical(json.loads(content)) == content
    assert session.execute(text("SELECT count(*) FROM evaluation_drafts")).scalar() == 0


@pytest.mark.parametrize("table", ["evaluation_revisions", "evaluation_results", "evaluation_definitions"])
@pytest.mark.parametrize("deed", ["DELETE FROM {}", "UPDATE {} SET sha256 = ''", "TRUNCATE {} CASCADE"])
def test_nobody_changes_what_was_published(api, session, played, table, deed):
    published(api)
    column = "name" if table == "evaluation_definitions" else "sha256"
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"), session.begin_nested():
        session.execute(text(deed.format(table).replace("sha256", column)))


def test_of_every_batch_of_granted_appeals_reviewers_are_told_once(api, session, played):
    """Reviewers of the whole city, not those of a district; a period in review is somebody's work already."""
    late, later = played.case(LATE), played.case(LATE)
    staff(session, Role.EVALUATOR, "310101", username="near", organization_id=api.city.units["city"])
    published(api)
    step(api, "evaluator", "review")
    played.granted_appeal(late)
    tell_stale(0)
    assert told(session) == []
    assert step(api, "admin", "revise", reason="复核")["stale"]["cases"] == 1
    for _ in range(2):
        tell_stale(0)
        assert told(session) == [("evaluator", QUARTER, {"count": 1})]
    played.granted_appeal(later)
    tell_stale(0)
    assert told(session) == [("evaluator", QUARTER, {"count": 1})] * 2
    assert api.get("evaluator", "/notices", limit=1)["items"][0]["text"].startswith(QUARTER)
    published(api, reason="申诉成立")
    tell_stale(0)
    assert len(told(session)) == 2


def told(session):
    rows = session.execute(
        text("""
        SELECT u.username, n.number, n.facts FROM notices n JOIN users u ON u.id = n.user_id
         WHERE n.occasion = 'period_stale' ORDER BY n.id""")
    )
    return [tuple(row) for row in rows]


def test_an_appeal_granted_later_proposes_a_revision_that_says_exactly_what_changed(api, played):
    in_time, late, other = played.case(IN_TIME), played.case(LATE), played.case(OPEN)
    published(api)
    played.granted_appeal(late)
    stale = api.get("evaluator", PATH)["stale"]
    assert stale["cases"] == 1
    reviewed = step(api, "evaluator", "review")
    proposed = reviewed["review"]["diff"]
    assert (reviewed["state"], reviewed["revision"]) == ("review", 1)
    reason = reviewed["review"]["proposed_reason"]
    assert reason == f"发布后有 1 件案卷申诉成立（{late}），相应处置不再计入。"
    revised = step(api, "admin", "revise", reason=reason)
    assert (revised["revision"], revised["stale"]) == (2, {"figures": 0, "cases": 0})
    diff = revised["shown"]["diff"]
    assert diff == proposed
    assert (diff["against"], diff["inputs"]) == (1, [])
    assert diff["cases"] == {"came": [], "went": [], "changed": [late]}
    assert len(diff["figures"]) == stale["figures"]
    rates = {change["indicator"]: change for change in diff["figures"] if change["kind"] == "unit"}
    assert set(rates) == {
        "on_time_handled_rate",
        "handled_rate",
        "overdue_open_rate",
        "closed_rate",
        "on_time_closed_rate",
        "rework_rate",
        "extension_rate",
        "hold_rate",
        "handling_median_s",
        "handling_p90_s",
    }
    changed = rates["on_time_handled_rate"]
    assert changed["subject"] == {"code": "U01", "name": "环卫作业中心"}
    assert changed["old"] == {"numerator": 1, "denominator": 3, "value": 1 / 3, "exempt": 0, "deferred": 0}
    assert changed["new"] == {"numerator": 1, "denominator": 2, "value": 1 / 2, "exempt": 1, "deferred": 0}
    assert (changed["came"], changed["went"]) == ({"exempt": [late]}, {"denominator": [late]})
    closed = rates["closed_rate"]
    assert closed["went"] == {"numerator": [late], "denominator": [late]}
    kinds = {change["kind"] for change in diff["figures"]}
    assert kinds == {"city", "district", "street", "community", "cell", "unit"}
    (score,) = [change for change in diff["scores"] if change["kind"] == "district"]
    # 0.35 × in time + 0.25 × closed + 0.15 × not done again + 0.1 × not repeated, of 0.85: nobody was asked.
    assert score["subject"]["code"] == "310101"
    assert (score["old"]["score"], score["new"]["score"]) == (62.75, 64.71)
    query = UNIT | {"indicator": "closed_rate", "subject_code": "U01", "side": "denominator"}
    for revision, numbers in ((1, {in_time, late, other}), (2, {in_time, other})):
        behind = api.get("evaluator", "/evaluation/indicators/cases", revision=revision, **query)["items"]
        assert {item["number"] for item in behind} == numbers
    first = api.get("evaluator", PATH, revision=1)["shown"]
    assert (first["revision"], first["diff"], first["reason"]) == (1, None, None)
    assert [one["reason"] for one in revised["revisions"]] == [None, reason]


def test_nothing_happened_nothing_changed(api, played):
    played.case(IN_TIME)
    published(api)
    diff = published(api, reason="核对")["shown"]["diff"]
    assert (diff["figures"], diff["scores"], diff["inputs"]) == ([], [], [])
    assert diff["cases"] == {"came": [], "went": [], "changed": []}


def test_a_revision_says_which_definitions_it_was_made_by(api, played):
    played.case(IN_TIME)
    published(api)
    grades = api.get("admin", "/evaluation/definitions/grades")["grades"]
    api.call(
        "admin",
        "PUT",
        "/evaluation/definitions/grades",
        json={"grades": [grades[0] | {"at_least": 80}, *grades[1:]]},
        headers={"If-Match": "*"},
    )
    query = {"subject": "district", "period": QUARTER}
    assert api.get("evaluator", "/evaluation/definitions/grades", version=1)["grades"][0]["at_least"] == 90
    old = api.get("evaluator", "/evaluation/scores", revision=1, **query)
    diff = published(api, reason="等级标准调整")["shown"]["diff"]
    assert diff["inputs"] == [{"name": "grades", "old": 1, "new": 2}]
    assert api.get("evaluator", "/evaluation/scores", revision=1, **query) == old


def test_published_figures_are_compared_with_what_was_published_then(api, played):
    played.case(IN_TIME)
    step(api, "evaluator", "review", period="2025-Q4")
    step(api, "admin", "publish", period="2025-Q4")
    published(api)
    query = UNIT | {"revision": 1, "compare": "previous"}
    before = {path: api.get("evaluator", f"/evaluation/{path}", **query) for path in ("indicators", "ranking")}
    unit = {item["indicator"]: item for item in before["indicators"]["items"] if item["subject"]["code"] == "U01"}
    assert unit["dispatched"]["compared"] == {"period": "2025-Q4", "value": 0, "change": 1}
    assert unit["closed_rate"]["compared"] == {"period": "2025-Q4", "value": None, "change": None}
    step(api, "evaluator", "review", period="2025-Q4")
    step(api, "admin", "revise", period="2025-Q4", reason="核对")
    after = {path: api.get("evaluator", f"/evaluation/{path}", **query) for path in ("indicators", "ranking")}
    assert after == before
    never = api.get("evaluator", "/evaluation/scores", **UNIT | {"revision": 1, "compare": "year_before"})
    assert {item["compared"]["score"] for item in never["items"]} == {None}


def test_whoever_reviewed_does_not_publish(api, played):
    step(api, "evaluator", "review")
    assert step(api, "evaluator", "publish", 403)["type"] == "/problems/same-reviewer"
    assert step(api, "admin", "publish")["revision"] == 1
    step(api, "evaluator", "review")
    assert step(api, "evaluator", "revise", 403, reason="核对")["type"] == "/problems/same-reviewer"


def test_steps_have_an_order_and_a_version(api):
    assert step(api, "admin", "publish", 409)["type"] == "/problems/period-not-ready"
    step(api, "evaluator", "review")
    assert step(api, "admin", "revise", 409, reason="核对")["type"] == "/problems/period-not-ready"
    assert step(api, "admin", "publish", 412, version='"0"')["type"] == "/problems/stale-version"
    assert step(api, "evaluator", "review", 412, version='"0"')["type"] == "/problems/stale-version"
    step(api, "evaluator", "review")
    assert step(api, "admin", "publish", version='"2"')["version"] == 3
    assert step(api, "admin", "revise", 409, reason="核对")["state"] == "published"
    step(api, "evaluator", "review")
    assert step(api, "admin", "publish", 409)["type"] == "/problems/period-not-ready"
    api.call("evaluator", "POST", f"{PATH}/review", 428, json={})


def test_a_period_is_not_reviewed_before_its_end_and_some_days(api):
    today = clock.now().astimezone(ZoneInfo("Asia/Shanghai")).date()
    for day in (today, today - timedelta(days=2)):
        refused = step(api, "evaluator", "review", 409, period=named(Kind.DAY, day).name)
        assert refused["type"] == "/problems/period-not-over"
        assert refused["ready_at"]
    name = named(Kind.DAY, today - timedelta(days=4)).name
    assert step(api, "evaluator", "review", period=name)["state"] == "review"
    listed = api.get("evaluator", "/evaluation/periods")["items"]
    assert name in {item["period"] for item in listed}
    assert named(Kind.YEAR, today).name in {item["period"] for item in listed}


def test_who_may_do_what(api, played):
    for who, deed, status in (
        ("admin", "review", 403),
        ("auditor", "review", 403),
        ("supervisor", "publish", 403),
        ("unit1", "publish", 403),
        (None, "publish", 401),
    ):
        api.call(who, "POST", f"{PATH}/{deed}", status, json={}, headers={"If-Match": "*"})
    played.case(IN_TIME)
    published(api)
    published(api, reason="核对")
    mine = api.get("unit1", "/evaluation/indicators", revision=1, **UNIT)
    assert {item["subject"]["code"] for item in mine["items"]} == {"U01"}
    behind = UNIT | {"revision": 1, "indicator": "closed_rate"}
    assert len(api.get("unit1", "/evaluation/indicators/cases", subject_code="U01", **behind)["items"]) == 1
    refused = api.get("unit1", "/evaluation/indicators/cases", 404, subject_code="U02", **behind)
    assert refused["type"] == "/problems/subject-not-found"
    assert api.get("unit1", PATH)["shown"]["diff"] is None
    assert api.get("operator2", PATH)["shown"]["diff"] is None
    far = api.get("operator2", "/evaluation/indicators", revision=1, subject="district", period=QUARTER)
    assert {item["subject"]["code"] for item in far["items"]} == {"310102"}


@pytest.mark.parametrize("path", ["indicators", "scores", "ranking"])
def test_what_was_never_published_is_not_found(api, path):
    query = UNIT | {"revision": 1}
    assert api.get("evaluator", f"/evaluation/{path}", 404, **query)["type"] == "/problems/revision-not-found"


@pytest.mark.parametrize(
    ("deed", "period", "body", "pointer"),
    [
        ("review", "2026-13", {}, "/period"),
        ("review", "yesterday", {}, "/period"),
        ("revise", QUARTER, {}, "/reason"),
        ("revise", QUARTER, {"reason": ""}, "/reason"),
        ("publish", QUARTER, {"reason": "so"}, "/reason"),
        ("review", QUARTER, {"at": "2026-04-01T00:00:00Z"}, "/at"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_place(api, deed, period, body, pointer):
    who = "evaluator" if deed == "review" else "admin"
    refused = step(api, who, deed, 422, period=period, version="*", **body)
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


def test_a_step_sent_again_has_one_effect(api, played):
    played.case(IN_TIME)
    headers = {"If-Match": '"0"', "Idempotency-Key": "review-once"}
    first = api.call("evaluator", "POST", f"{PATH}/review", json={}, headers=headers)
    again = api.call("evaluator", "POST", f"{PATH}/review", json={}, headers=headers)
    assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")
    assert api.get("evaluator", PATH)["version"] == 1


def test_deeds_are_written_down(api, session):
    published(api)
    published(api, reason="核对")
    written = session.execute(
        text("SELECT action, subject FROM admin_changes WHERE subject LIKE 'evaluation_period:%' ORDER BY id")
    ).all()
    assert [tuple(row) for row in written] == [
        (f"evaluation.{deed}", f"evaluation_period:{QUARTER}") for deed in ("review", "publish", "review", "publish")
    ]


def test_however_many_periods_are_published_a_list_costs_the_same_statements(api, played, statements):
    counts = []
    late = played.case(LATE)
    published(api)
    played.granted_appeal(late)
    for period in ("2026-03", "2026-02", "2026-03-10"):
        with statements() as sent:
            api.get("evaluator", "/evaluation/periods", year=2026)
        counts.append(len(sent))
        step(api, "evaluator", "review", period=period)
        step(api, "admin", "publish", period=period)
    assert len(set(counts)) == 1
    listed = {item["period"]: item["stale"] for item in api.get("evaluator", "/evaluation/periods", year=2026)["items"]}
    assert (listed[QUARTER]["cases"], listed["2026-03"]) == (1, {"figures": 0, "cases": 0})
