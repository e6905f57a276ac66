"""Reviews of large cities: made by the worker, seen while they are made, begun again when it died."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import text

from app.cases.rules import canonical
from app.core import clock
from app.evaluation import jobs, service
from app.evaluation.rules.freezing import canonical_members
from tests.factories.figures import IN_TIME, LATE, QUARTER, Played

pytestmark = pytest.mark.slow

PATH = f"/evaluation/periods/{QUARTER}"


@pytest.fixture
def large(session, city, monkeypatch):
    """A city whose reviews are too large to be waited for."""
    monkeypatch.setattr("app.evaluation.rules.reviewing.WAITED_S", 0.0)
    played = Played(session, city)
    played.case(IN_TIME), played.case(LATE)
    return played


def ask(api, status=202, version='"0"'):
    return api.call("evaluator", "POST", f"{PATH}/review", status, json={}, headers={"If-Match": version}).get_json()


def queued(session):
    query = "SELECT args ->> 'review_id' FROM procrastinate_jobs WHERE task_name = 'evaluation.review' ORDER BY id"
    return session.execute(text(query)).scalars().all()


def drafts(session):
    return session.execute(text("SELECT count(DISTINCT draft_id) FROM evaluation_drafts")).scalar_one()


def hashes(api, version):
    """What is published of a review, part by part."""
    api.call("admin", "POST", f"{PATH}/publish", 200, json={}, headers={"If-Match": version})
    parts = api.get("evaluator", PATH)["shown"]["parts"]
    return {part: found for part, found in parts.items() if part != "inputs"}


def test_the_worker_reviews_and_the_period_shows_how_far_it_is(api, session, large, monkeypatch):
    seen = []
    noted = service.note_progress

    def looks(session, review_id, parts, *, now):
        found = noted(session, review_id, parts, now=now)
        seen.append(session.execute(text("SELECT progress FROM evaluation_reviews")).scalar_one())
        return found

    monkeypatch.setattr("app.evaluation.jobs.service.note_progress", looks)
    asked = ask(api)
    assert (asked["state"], asked["review"], asked["version"]) == ("review", None, 0)
    assert {name: asked["reckoning"][name] for name in ("state", "progress", "again", "problem")} == {
        "state": "waiting",
        "progress": 0,
        "again": False,
        "problem": None,
    }
    assert ask(api)["reckoning"] == asked["reckoning"]
    (review_id,) = queued(session)
    api.call("admin", "POST", f"{PATH}/publish", 409, json={}, headers={"If-Match": "*"})
    jobs.review(review_id)
    jobs.review(review_id)
    done = api.get("evaluator", PATH)
    assert (done["state"], done["version"], done["reckoning"]) == ("review", 1, None)
    assert done["review"]["by"]["id"] == str(large.city.people["evaluator"])
    assert seen == sorted(seen)
    assert len(set(seen)) > 20
    assert seen[-1] < 100
    assert hashes(api, '"1"').keys() >= {"figures.cell", "entries.handling", "cases", "exempt"}


def test_it_freezes_what_a_review_in_the_request_freezes(api, session, large, monkeypatch):
    ask(api)
    jobs.review(queued(session)[0])
    by_worker = hashes(api, '"1"')
    monkeypatch.setattr("app.evaluation.rules.reviewing.WAITED_S", 60.0)
    again = ask(api, 200, '"2"')
    assert again["review"]["diff"]["figures"] == again["review"]["diff"]["scores"] == []
    api.call(
        "admin", "POST", f"{PATH}/revise", 200, json={"reason": "核对"}, headers={"If-Match": f'"{again["version"]}"'}
    )
    in_request = api.get("evaluator", PATH)["shown"]["parts"]
    assert {part: in_request[part] for part in by_worker} == by_worker


def test_a_review_whose_worker_died_is_begun_again_and_the_dead_one_does_nothing(api, session, large, monkeypatch):
    ask(api)
    (dead,) = queued(session)
    steps = itertools.count()
    noted = service.note_progress

    def dies(*given, **named):
        if next(steps) == 5:
            raise KeyboardInterrupt
        return noted(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr("app.evaluation.jobs.service.note_progress", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.review(dead)
    assert ask(api)["reckoning"]["state"] == "running"
    session.execute(text("UPDATE evaluation_reviews SET heard_at = heard_at - interval '6 minutes'"))
    session.commit()
    stopped = api.get("evaluator", PATH)
    assert (stopped["state"], stopped["reckoning"]["again"]) == ("open", True)
    assert ask(api)["reckoning"]["state"] == "waiting"
    _, alive = queued(session)
    jobs.review(dead)
    assert api.get("evaluator", PATH)["version"] == 0
    jobs.review(alive)
    assert api.get("evaluator", PATH)["version"] == 1
    assert drafts(session) == 1


def test_what_cannot_be_reviewed_is_said_and_may_be_asked_again(api, session, large, city):
    api.call("evaluator", "POST", f"{PATH}/review", 412, json={}, headers={"If-Match": '"4"'})
    this_year = f"/evaluation/periods/{clock.now().year}/review"
    api.call("evaluator", "POST", this_year, 409, json={}, headers={"If-Match": '"0"'})
    ask(api)
    session.execute(text("UPDATE grants SET valid_to = now() WHERE user_id = :who"), {"who": city.people["evaluator"]})
    session.commit()
    jobs.review(queued(session)[0])
    failed = api.get("admin", PATH)
    assert (failed["state"], failed["reckoning"]["state"], failed["reckoning"]["again"]) == ("open", "failed", True)
    assert "may not review" in failed["reckoning"]["problem"]["detail"]
    session.execute(text("UPDATE grants SET valid_to = NULL WHERE user_id = :who"), {"who": city.people["evaluator"]})
    session.commit()
    assert ask(api)["reckoning"]["state"] == "waiting"


def test_what_fails_for_our_reasons_is_tried_again_and_given_up(api, session, large, monkeypatch):
    ask(api)
    (review_id,) = queued(session)

    def breaks(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("app.evaluation.jobs.service.frozen_now", breaks)
    for _ in range(jobs.ATTEMPTS - 1):
        with pytest.raises(RuntimeError):
            jobs.review(review_id)
    jobs.review(review_id)
    assert api.get("evaluator", PATH)["reckoning"]["problem"]["detail"].startswith("It failed")
    assert drafts(session) == 0


def test_members_are_written_as_canonical_json():
    rows = {"U2": {"b": 1.5, "a": None}, "": {}, "310101": ["城"], "𝄞": 1, "\uffee": 2}
    assert canonical_members(rows, lambda row: row) == canonical(rows)
