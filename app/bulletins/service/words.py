"""What bulletins are written with: a language's words, and the texts that came with the product."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.bulletins.rules.phrases import Phrases

HERE = Path(__file__).parent


@cache
def messages(language: str) -> Mapping[str, Any]:
    """A language's words."""
    return _read("messages", language)


@cache
def shipped(language: str) -> Mapping[str, Any]:
    """The texts of a bulletin as they came with the product: version 0."""
    return _read("templates", language)


def _read(folder: str, language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((HERE / folder / f"{language}.json").read_text(encoding="utf-8"))
    return found


def phrases(language: str, zone: ZoneInfo) -> Phrases:
    """How a language says things in the city's time."""
    return Phrases(messages(language), zone)
