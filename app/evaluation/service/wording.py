"""What files of figures call things: heads of columns, words for codes, names of sheets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.core.config import config
from app.core.languages import Language
from app.documents.service.words import Words

MESSAGES = Path(__file__).parent / "messages"
PAPERS: Mapping[str, str] = {"state": "states", "stage": "stages", "lamp": "lamps", "source": "sources"}
"""Columns whose codes have words on papers."""
WORDED = frozenset({"weekday", "kind", "group", "unranked", "grade_colour"})
"""Columns whose codes have words of this feature."""
FIGURES = frozenset({"figure", "indicator_name"})
"""Columns that hold what a figure is."""
CODED = PAPERS.keys() | WORDED | FIGURES | {"hour"}
HOLD = "hold"
"""What stands among stages without being one."""


@cache
def messages(language: Language) -> Mapping[str, Mapping[str, str]]:
    """A language's messages: group → name → text."""
    found: dict[str, dict[str, str]] = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Wording:
    """One language in the city's time; `sources` are called what this city calls them, where it is known."""

    language: Language
    sources: Mapping[str, str] = field(default_factory=dict)

    def say(self, group: str, name: str, /, **values: Any) -> str:
        """A message with its values filled in; a name that has none is written out."""
        return messages(self.language)[group].get(name, name.replace("_", " ")).format(**values)

    def head(self, name: str) -> str:
        """What a column is called."""
        return self.say("columns", name)

    def word(self, column: str, value: Any) -> Any:
        """A value of a column as people read it; codes that have no word stay."""
        if value is None:
            named = column.removesuffix("_name") if column.endswith(("_name", "reason")) else ""
            return messages(self.language)["none"].get(named)
        if isinstance(value, bool):
            return self.say("flags", str(value).lower())
        return self._coded(column, str(value)) if column in CODED else value

    def _coded(self, column: str, code: str) -> str:
        """The word for a code of ours."""
        match column:
            case "hour":
                return f"{int(code):02}:00"
            case _ if column in FIGURES:
                return self.head(code)
            case _ if column in WORDED:
                return messages(self.language)[column].get(code, code)
            case "source" if code in self.sources:
                return self.sources[code]
            case "stage" if code == HOLD:
                return self.head(code)
            case _:
                return Words(self.language, self.zone).of(PAPERS[column], code)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(config().city_tz)

    def local(self, value: datetime | str) -> datetime:
        """An instant on the city's wall clock, to the second."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def minute(self, value: datetime | str) -> str:
        """An instant as it is read: 2026-10-05 08:30."""
        return f"{self.local(value):%Y-%m-%d %H:%M}"

    def span(self, start: datetime | str, end: datetime | str) -> str:
        """A stretch of time, half-open: its first and last day where it has whole ones."""
        first, after = self.local(start), self.local(end)
        if first.time() == after.time() == time():
            return self.say("facts", "until", first=f"{first:%Y-%m-%d}", last=f"{after - timedelta(days=1):%Y-%m-%d}")
        return self.say("facts", "until", first=f"{first:%Y-%m-%d %H:%M}", last=f"{after:%Y-%m-%d %H:%M}")
