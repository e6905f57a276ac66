"""Working calendars and stage limits for the rest of the house."""

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
    "set_stage_limit",
    "stage_limits",
    "timing",
]
