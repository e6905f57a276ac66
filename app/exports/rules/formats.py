"""The formats of an export and what each can hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo


class Format(StrEnum):
    """How an export is written; the ending of its file."""

    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    GPKG = "gpkg"


MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        Format.CSV: "text/csv; charset=utf-8; header=present",
        Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format.GEOJSON: "application/geo+json",
        Format.GPKG: "application/geopackage+sqlite3",
        "json": "application/json",
        "pdf": "application/pdf",
    }
)

DIRECT_ROWS = 10_000
"""So many cases are answered at once; more are a job. Source: docs/api.md."""

MOST_ROWS: Mapping[Format, int] = MappingProxyType(
    {
        Format.CSV: 5_000_000,
        # A sheet has 1 048 576 rows, one of them is the head. Source: ECMA-376, as Excel keeps it.
        Format.XLSX: 1_048_575,
        Format.GEOJSON: 5_000_000,
        Format.GPKG: 5_000_000,
    }
)


def file_name(ending: str, at: datetime, zone: ZoneInfo, what: str = "cases") -> str:
    """What a file is called that was asked for at an instant: by the city's clock.

    Example:
        >>> from datetime import UTC
        >>> file_name(Format.CSV, datetime(2026, 3, 10, 2, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
        'cases-20260310-1000.csv'
    """
    return f"{what.replace('_', '-')}-{at.astimezone(zone):%Y%m%d-%H%M}.{ending}"
