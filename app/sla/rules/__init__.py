"""Working time: calendars, deadlines as the exact inverse of elapsed time, lamps; rules of sources.

Source: domain.md §5, §6.
"""

from app.catalog.rules import Limit, Unit
from app.sla.rules.calendar import CLOSED, Calendar, DayKind, Hours, Interval, hours_on, is_provisional, local_day
from app.sla.rules.clocks import STAGES, Deadline, Lamp, Stage, deadline, lamp
from app.sla.rules.notation import hours_of, hours_text, week_of, week_text
from app.sla.rules.sources import ENTERING_ROLES, NEVER_VERIFIED, Reply, Source, SourceRule, capped, check_source
from app.sla.rules.working_time import budget, due, due_in, elapsed

__all__ = [
    "CLOSED",
    "ENTERING_ROLES",
    "NEVER_VERIFIED",
    "STAGES",
    "Calendar",
    "DayKind",
    "Deadline",
    "Hours",
    "Interval",
    "Lamp",
    "Limit",
    "Reply",
    "Source",
    "SourceRule",
    "Stage",
    "Unit",
    "budget",
    "capped",
    "check_source",
    "deadline",
    "due",
    "due_in",
    "elapsed",
    "hours_of",
    "hours_on",
    "hours_text",
    "is_provisional",
    "lamp",
    "local_day",
    "week_of",
    "week_text",
]
