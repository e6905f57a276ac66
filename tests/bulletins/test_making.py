"""A published quarter becomes a bulletin over HTTP, and the bulletin says what the API says."""

from __future__ import annotations

import hashlib

import pytest

from app.bulletins import jobs
from tests.factories.figures import IN_TIME, LATE, OPEN, QUARTER, Played

PATH = f"/evaluation/periods/{QUARTER}"


@pytest.fixture
def played(session, city):
    return Played(session, city)


def step(api, who, deed, **body):
    version = api.call(who, "GET", PATH).headers["ETag"]
    return api.call(who, "POST", f"{PATH}/{deed}", 200, json=body, headers={"If-Match": version}).get_json()


def published(api):
    step(api, "evaluator", "review")
    step(api, "admin", "publish")


def made(api, who="evaluator", **wanted):
    asked = api.call(who, "POST", f"{PATH}/bulletins", 202, json={"format": "pdf", **wanted})
    jobs.make_file(asked.get_json()["id"])
    found = api.get(who, f"{PATH}/bulletins/{asked.get_json()['id']}")
    assert found["problem"] is None
    return found, api.client.get(found["file"], headers=api.headers(who)).data


@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_a_published_period_becomes_a_bulletin(api, played, ending):
    for hours in (IN_TIME, LATE, OPEN):
        played.case(hours)
    published(api)
    found, data = made(api, format=ending)
    assert (found["state"], found["progress"], found["bytes"]) == ("ready", 100, len(data))
    assert found["sha256"] == hashlib.sha256(data).hexdigest()
