"""Working calendars, stage limits and rules of sources for the rest of the house."""

from app.sla.service.calendars import (
    CITY,
    Correction,
    Definition,
    Timing,
    calendar,
    calendar_at,
    drop_correction,
    ensure_calendar,
    refresh_calendars,
    set_calendar,
    set_correction,
    set_stage_limit,
    stage_limits,
    timing,
)
from app.sla.service.holidays import PublishedDays, published_days
from app.sla.service.sources import set_source, source_rules

__all__ = [
    "CITY",
    "Correction",
    "Definition",
    "PublishedDays",
    "Timing",
    "calendar",
    "calendar_at",
    "drop_correction",
    "ensure_calendar",
    "published_days",
    "refresh_calendars",
    "set_calendar",
    "set_correction",
    "set_source",
    "set_stage_limit",
    "source_rules",
    "stage_limits",
    "timing",
]
