"""A figure to tell of, and statements of it."""

from __future__ import annotations

import pytest

from tests.factories.figures import IN_TIME, LATE, Played

SUMMARY = {
    "name": "各区月报",
    "what": "summary",
    "params": {"group_by": "district", "time": {"from": "2026-03-01", "to": "2026-03-31"}},
    "format": "csv",
}
DAILY = {"every": "day", "at": "08:00"}


@pytest.fixture
def march(session, city):
    """One case in time, one late, in March."""
    played = Played(session, city)
    played.case(IN_TIME), played.case(LATE)
    return played


@pytest.fixture
def keep(api):
    """Keep a statement."""

    def kept(who="evaluator", status=201, **changes):
        return api.post(who, "/statements", status, json={**SUMMARY, **changes})

    return kept
