"""Tables of cases."""

from app.cases.models.case import (
    OPEN_BESIDE,
    SHARED_CASES,
    Case,
    CaseClock,
    CaseEvent,
    CasePhoto,
    CaseReport,
    CaseTask,
    EventDetails,
)
from app.cases.models.reminders import CaseReminder, ReminderRung

__all__ = [
    "OPEN_BESIDE",
    "SHARED_CASES",
    "Case",
    "CaseClock",
    "CaseEvent",
    "CasePhoto",
    "CaseReminder",
    "CaseReport",
    "CaseTask",
    "EventDetails",
    "ReminderRung",
]
