"""What the rest of the house may do with cases."""

from app.cases.queries import forget_reporter, like_cases
from app.cases.service import asking
from app.cases.service.acting import Erasure, act, act_as_reporter, act_on, choices_of, redact
from app.cases.service.chains import verify_chain
from app.cases.service.opening import Opening, open_case
from app.cases.service.originals import check_photo
from app.cases.service.reading import case_after, case_card, case_row, cases_for, events_for
from app.cases.service.reminded import reminders_for
from app.cases.service.telling import tell_lamps
from app.cases.service.types import find_type
from app.cases.service.work import Command

__all__ = [
    "Command",
    "Erasure",
    "Opening",
    "act",
    "act_as_reporter",
    "act_on",
    "asking",
    "case_after",
    "case_card",
    "case_row",
    "cases_for",
    "check_photo",
    "choices_of",
    "events_for",
    "find_type",
    "forget_reporter",
    "like_cases",
    "open_case",
    "redact",
    "reminders_for",
    "tell_lamps",
    "verify_chain",
]
