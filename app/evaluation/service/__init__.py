"""What the rest of the house may do with figures."""

from app.evaluation.service.counting import count_cases, forget_waiting, keep, newest_waiting, pages_of_cases, refresh
from app.evaluation.service.figures import (
    Asked,
    cases_behind,
    indicators_of,
    overlay_at,
    wanted_indicators,
    window_of,
)
from app.evaluation.service.rolling import roll_one
from app.evaluation.service.summing import Summary, summarize

__all__ = [
    "Asked",
    "Summary",
    "cases_behind",
    "count_cases",
    "forget_waiting",
    "indicators_of",
    "keep",
    "newest_waiting",
    "overlay_at",
    "pages_of_cases",
    "refresh",
    "roll_one",
    "summarize",
    "wanted_indicators",
    "window_of",
]
