"""What people keep in the console: filters by name, and how they like it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FILTERS_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody likes the console; these are what it is like before they say anything."""

    language: Literal["zh-CN", "en"] = "zh-CN"
    theme: Literal["auto", "light", "dark"] = "auto"
    sound: bool = False
    density: Literal["comfortable", "compact"] = "compact"
