"""Words inside messages that depend on facts: stages, spans of time, decisions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.notices.rules.inbox import Occasion

STAGES: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {
        "accept": "受理",
        "verify": "核实",
        "file": "立案",
        "dispatch": "派遣",
        "handling": "处置",
        "check": "核查",
        "close": "结案",
    },
    "en": {
        "accept": "acceptance",
        "verify": "verification",
        "file": "filing",
        "dispatch": "dispatch",
        "handling": "handling",
        "check": "check",
        "close": "closing",
    },
}
DECISIONS = {"zh-CN": ("不同意", "同意"), "en": ("refused", "granted")}
_UNITS = ((86_400, "天", "day"), (3_600, "小时", "hour"), (60, "分钟", "minute"))


def span(length: timedelta, language: str) -> str:
    """A span of time as one says it: its two largest units, rounded down.

    Example:
        >>> span(timedelta(days=2, hours=3, minutes=59), "zh-CN"), span(timedelta(minutes=61), "en")
        ('2 天 3 小时', '1 hour 1 minute')
        >>> span(timedelta(seconds=5), "en"), span(timedelta(days=1, minutes=5), "en")
        ('less than a minute', '1 day')
    """
    left, said = int(length.total_seconds()), []
    counts = []
    for seconds, chinese, english in _UNITS:
        counts.append((left // seconds, chinese, english))
        left %= seconds
    first = next((at for at, (count, _, _) in enumerate(counts) if count), None)
    if first is None:
        return "不到 1 分钟" if language == "zh-CN" else "less than a minute"
    for count, chinese, english in counts[first : first + 2]:
        if count:
            said.append(f"{count} {chinese}" if language == "zh-CN" else f"{count} {english}{'s' * (count != 1)}")
    return " ".join(said)


def timing(late: timedelta, language: str) -> str:
    """How it stands with a deadline.

    Example:
        >>> timing(timedelta(hours=3), "zh-CN"), timing(-timedelta(minutes=20), "en")
        ('已超期 3 小时', '20 minutes left')
    """
    if language == "zh-CN":
        return f"已超期 {span(late, language)}" if late >= timedelta(0) else f"还剩 {span(-late, language)}"
    return f"{span(late, language)} late" if late >= timedelta(0) else f"{span(-late, language)} left"


def _stage(facts: Mapping[str, Any], language: str) -> str:
    return STAGES[language].get(facts["stage"], facts["stage"])


def _late(facts: Mapping[str, Any], language: str) -> str:
    return span(abs(timedelta(seconds=facts["late_s"])), language)


def _timing(facts: Mapping[str, Any], language: str) -> str:
    return timing(timedelta(seconds=facts["late_s"]), language)


_Word = Callable[[Mapping[str, Any], str], str]
_WORDS: Mapping[str, _Word] = {
    "stage": _stage,
    "late": _late,
    "left": _late,
    "timing": _timing,
    "count": lambda facts, _: str(facts["count"]),
    "late_count": lambda facts, _: str(facts["late"]),
    "decision": lambda facts, language: DECISIONS[language][bool(facts["granted"])],
    "other": lambda facts, _: str(facts["other"]),
}
_REMINDED = ("number", "stage", "late", "timing")
_DECIDED = ("number", "decision")
PLACEHOLDERS: Mapping[Occasion, tuple[str, ...]] = {
    **dict.fromkeys(Occasion, ("number",)),
    Occasion.CASE_MERGED: ("number", "other"),
    Occasion.CASE_SPLIT: ("number", "other"),
    Occasion.EXTENSION_DECIDED: _DECIDED,
    Occasion.HOLD_DECIDED: _DECIDED,
    Occasion.APPEAL_DECIDED: _DECIDED,
    Occasion.PERIOD_STALE: ("number", "count"),
    Occasion.REMINDER_YELLOW: ("number", "stage", "left", "timing"),
    Occasion.REMINDER_RED: _REMINDED,
    Occasion.REMINDER_SUPERVISION: _REMINDED,
    Occasion.ESCALATED_UNIT_MANAGER: _REMINDED,
    Occasion.ESCALATED_SHIFT_LEADER: _REMINDED,
    Occasion.ESCALATED_DISTRICT: _REMINDED,
    Occasion.ESCALATED_SUPERVISOR: _REMINDED,
    Occasion.REMINDER_DIGEST: ("number", "stage", "timing", "count", "late_count"),
}
"""What the messages of each occasion may name between braces."""


def words(occasion: Occasion, number: str, facts: Mapping[str, Any] | None, language: str) -> dict[str, str]:
    """What stands for each placeholder of an occasion.

    Example:
        >>> words(Occasion.HOLD_DECIDED, "N1", {"granted": False}, "en")
        {'number': 'N1', 'decision': 'refused'}
    """
    named = {name: _WORDS[name](facts or {}, language) for name in PLACEHOLDERS[occasion] if name != "number"}
    return {"number": number, **named}
