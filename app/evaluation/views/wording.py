"""The public pages in words: templates of one folder, one file of messages for each language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core.config import config
from app.evaluation.rules.periods import Period, period_of

FOLDER = Path(__file__).parent / "pages"
LANGUAGES = ("zh-CN", "en")


@cache
def messages(language: str) -> Mapping[str, Mapping[str, str]]:
    """A language's messages: group → name → text."""
    found: dict[str, dict[str, str]] = json.loads((FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return found


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def language_of(asked: Request) -> str:
    """The language that the address names, else the one that the reader's browser likes most, else Chinese."""
    named = asked.args.get("lang", "") or asked.accept_languages.best_match(("zh-CN", "zh", "en"), default="zh-CN")
    return "en" if named.lower().startswith("en") else LANGUAGES[0]


def render(template: str, language: str, **values: Any) -> str:
    """A page. In it `w` says a message, `of` the word for a code, `span` the name of a period, `at` an instant."""
    zone = ZoneInfo(config().city_tz)

    def say(name: str, /, **filled: Any) -> str:
        return messages(language)["page"][name].format(**filled)

    def word(group: str, code: str) -> str:
        return messages(language)[group].get(code, code.replace("_", " "))

    page = _templates().get_template(template)
    return page.render(
        w=say,
        of=word,
        span=lambda name: spoken(period_of(name), language),
        at=lambda instant: f"{instant.astimezone(zone):%Y-%m-%d %H:%M}",
        signed=signed,
        language=language,
        zone=zone.key,
        **values,
    )


def spoken(period: Period, language: str) -> str:
    """The name of a period as people say it.

    Example:
        >>> spoken(period_of("2026-Q4"), "en"), spoken(period_of("2026-10"), "zh-CN")
        ('Q4 2026', '2026年10月')
    """
    last = period.name.rpartition("-")[2].lstrip("QW0")
    values = {"year": period.name[:4], "last": last, "name": period.name, "month": f"{period.first:%B}"}
    return messages(language)["period"][period.kind.value].format(**values)


def signed(value: float) -> str:
    """A change with its sign, a true minus.

    Example:
        >>> signed(7.68), signed(-0.5), signed(0)
        ('+7.68', '−0.50', '±0.00')
    """
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{abs(value):.2f}"
