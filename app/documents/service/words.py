"""What papers say: one file of messages per language, and instants, spans and places written as people read them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.documents.rules.spans import Span, span
from app.sla.rules import Unit

MESSAGES = Path(__file__).parent / "messages"
LANGUAGES = ("zh-CN", "en")


@cache
def messages(language: str) -> Mapping[str, Mapping[str, str]]:
    """A language's messages: group → name → text."""
    found: dict[str, dict[str, str]] = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Words:
    """One language in one city's time."""

    language: str
    zone: ZoneInfo

    def say(self, name: str, group: str = "labels", /, **values: Any) -> str:
        """A message with its values filled in."""
        return messages(self.language)[group][name].format(**values)

    def of(self, group: str, code: str | None) -> str:
        """The word for a code; a code that has none yet is written out."""
        if code is None:
            return self.say("none")
        return messages(self.language)[group].get(code, code.replace("_", " "))

    def instant(self, value: datetime | str | None) -> str:
        """A minute of the city's wall clock."""
        if value is None:
            return self.say("none")
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        local = moment.astimezone(self.zone)
        return f"{self.day(local.date())} {local:%H:%M}"

    def short(self, value: datetime | str) -> str:
        """The same in figures, for tables."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}"

    def day(self, value: date | str) -> str:
        """A day as it is written."""
        found = date.fromisoformat(value) if isinstance(value, str) else value
        return self.say("day", "forms", year=found.year, month=found.month, day=found.day, name=f"{found:%B}")

    def amount(self, limit: float, unit: str) -> str:
        """A limit: 2 working hours. A quarter of an hour is 15 minutes."""
        if unit == Unit.URGENT_HOUR and limit < 1:
            return self.say("minutes", "forms", count=f"{limit * 60:g}")
        return self.say(unit, "units", count=f"{limit:g}")

    def spent(self, seconds: float, unit: Unit | str) -> str:
        """A stretch of a unit's kind of time: 1 working hour 5 minutes."""
        kind = Unit(unit)
        long = span(seconds, kind)
        parts = [self._part(name, long, kind) for name in ("days", "hours", "minutes") if getattr(long, name)]
        return self.say("join", "forms").join(parts) or self.say("under_a_minute", "forms")

    def _part(self, name: str, long: Span, unit: Unit) -> str:
        working = "" if unit.runs_always or name != "hours" else "working_"
        return self.say(f"{working}{name}", "forms", count=getattr(long, name))
