"""What a statement can be of, what it takes for its time, and in which forms it comes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class What(StrEnum):
    """Which operation a statement asks."""

    SUMMARY = "summary"
    INDICATORS = "indicators"
    RANKING = "ranking"
    OPEN = "open"
    OVERDUE = "overdue"
    TURNING_RED = "turning_red"
    BOTTLENECK = "bottleneck"
    DETOURS = "detours"
    REPORT = "report"


class Takes(StrEnum):
    """How an operation is told of which time it is."""

    SPAN = "span"
    PERIOD = "period"
    NOW = "now"


class Form(StrEnum):
    """The form of a statement's file."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


TAKES: Mapping[What, Takes] = MappingProxyType(
    {
        What.SUMMARY: Takes.SPAN,
        What.INDICATORS: Takes.PERIOD,
        What.RANKING: Takes.PERIOD,
        What.OPEN: Takes.NOW,
        What.OVERDUE: Takes.NOW,
        What.TURNING_RED: Takes.NOW,
        What.BOTTLENECK: Takes.SPAN,
        What.DETOURS: Takes.SPAN,
        What.REPORT: Takes.SPAN,
    }
)
_TABLE = frozenset({Form.JSON, Form.CSV, Form.XLSX})
FORMATS: Mapping[What, frozenset[Form]] = MappingProxyType(
    {**dict.fromkeys(What, _TABLE), What.REPORT: frozenset({Form.JSON, Form.XLSX, Form.PDF})}
)
MEDIA_TYPES: Mapping[Form, str] = MappingProxyType(
    {
        Form.JSON: "application/json",
        Form.CSV: "text/csv; charset=utf-8",
        Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Form.PDF: "application/pdf",
    }
)
_UNSAFE = re.compile(r"[^\w.-]+")


def file_name(what: What, period: str, form: Form) -> str:
    """What a file is called wherever it is kept.

    Example:
        >>> file_name(What.SUMMARY, "2026-11-15/2026-11-21", Form.CSV)
        'summary-2026-11-15_2026-11-21.csv'
    """
    return f"{what}-{_UNSAFE.sub('_', period)}.{form}"
