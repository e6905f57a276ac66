"""The console's words as its people read them, from the same files as the pages."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from tests.console.look import ROOT

MESSAGES = ROOT / "web" / "console" / "src" / "messages"


@cache
def _area(language: str, area: str) -> Any:
    return json.loads((MESSAGES / language / f"{area}.json").read_text(encoding="utf-8"))


def words(key: str, language: str = "zh-CN", **named: object) -> str:
    """The words of a key like `shell.skip`, with what stands in braces filled in."""
    area, *path = key.split(".")
    found = _area(language, area)
    for step in path:
        found = found[step]
    return re.sub(r"\{(\w+)\}", lambda name: str(named[name[1]]), found)
