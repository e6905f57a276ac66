"""Cases of one day in March, played through the services so that they come to figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core import clock
from tests.factories.cases import RUBBISH_CODES, City, act
from tests.factories.reports import a_report

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
QUARTER = "2026-Q1"
STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("accept", "operator", {}),
    ("file", "leader", {}),
    ("dispatch", "dispatcher", {}),
    ("finish", "unit1", {"photos": 1, "text": "已清理"}),
    ("check", "inspector1", {"photos": 1, "verdict": "passed"}),
    ("close", "leader", {}),
)
IN_TIME = (0, 0.1, 0.2, 0.3, 1, 1.2, 1.3)
LATE = (0, 0.1, 0.2, 0.3, 9, 9.2, 9.3)
OPEN = (0, 0.1, 0.2, 0.3)


def after_noon(hours: float) -> datetime:
    """So many hours after noon of the day on which everything happens."""
    return NOON + timedelta(hours=hours)


class Played:
    """Rubbish cases (4 working hours, due at 18:00), one step after the other."""

    def __init__(self, session: Session, city: City) -> None:
        self.session, self.city = session, city

    def case(self, hours: tuple[float, ...], who: str = "citizen", cell: str = "310101001001001") -> str:
        """The number of a case whose steps were done at these hours after noon."""
        reported = a_report(self.session, self.city, after_noon(hours[0]), who=who, cell=cell)
        number: str = reported["case"]["number"]
        for hour, (action, doer, inputs) in zip(hours[1:], STEPS, strict=False):
            self.act(number, action, doer, after_noon(hour), **inputs)
        return number

    def act(self, number: str, action: str, who: str, at: datetime | None = None, **inputs: Any) -> None:
        """Somebody does something to a case, now where no instant is given."""
        given = dict(inputs)
        if action == "accept":
            given |= {"type": RUBBISH_CODES, "condition_id": self.city.condition()}
        if action == "check":
            given["position"] = self.city.position()
        act(self.session, self.city, number, action, who, at or clock.now(), **given)

    def granted_appeal(self, number: str) -> None:
        """The unit disputes how the case counts, and is right."""
        self.act(number, "appeal", "unit1", reason="责任认定有误")
        self.act(number, "decide_appeal", "leader", granted=True, reason="申诉成立")
