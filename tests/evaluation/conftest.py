"""Cases that are played at instants of one day, for every test of figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.evaluation.service import figures
from tests.factories.cases import RUBBISH_CODES, act
from tests.factories.reports import a_report

NEAR, FAR = "310101001001001", "310102001001001"
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)


def at(hours):
    """So many hours after noon of the day, in UTC."""
    return NOON + timedelta(hours=hours)


STEPS = (
    ("accept", "operator", {}),
    ("file", "leader", {}),
    ("dispatch", "dispatcher", {}),
    ("finish", "unit1", {"photos": 1, "text": "已清理"}),
    ("check", "inspector1", {"photos": 1, "verdict": "passed"}),
    ("close", "leader", {}),
)


class Played:
    """Cases of the first district, played through the services at instants of one day."""

    def __init__(self, session, city):
        self.session, self.city = session, city

    def case(self, *hours, who="citizen", cell=NEAR):
        """A rubbish case (4 working hours), one step after the other at these hours after noon."""
        number = a_report(self.session, self.city, at(hours[0]), who=who, cell=cell)["case"]["number"]
        for hour, (action, doer, inputs) in zip(hours[1:], STEPS, strict=False):
            self.act(number, action, doer, hour, **inputs)
        return number

    def act(self, number, action, who, hour, **inputs):
        given = dict(inputs)
        if action == "accept":
            given |= {"type": RUBBISH_CODES, "condition_id": self.city.condition()}
        if action == "check":
            given["position"] = self.city.position()
        act(self.session, self.city, number, action, who, at(hour), **given)


@pytest.fixture
def played(session, city):
    return Played(session, city)


@pytest.fixture
def asked_once(monkeypatch):
    """What is counted anew for an instant, and what lies behind a figure, is asked once for all questions about it."""

    def keep(place: Any, name: str, key: Any) -> None:
        original, kept = getattr(place, name), {}

        def asked(*given: Any, **named: Any) -> Any:
            if (found := key(*given)) not in kept:
                kept[found] = original(*given, **named)
            return kept[found]

        monkeypatch.setattr(place, name, asked)

    keep(figures, "overlay_at", lambda _, at: at)
    keep(
        figures.queries,
        "entries_behind",
        lambda _, subject, key, kind, window: (subject, key, kind, window.start, window.end, window.at),
    )
