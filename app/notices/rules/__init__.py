"""What is decided about notices without asking anybody."""

from app.notices.rules.addresses import networks_of, permitted
from app.notices.rules.contacts import ADVICE, Channel, masked, normal_address
from app.notices.rules.frames import frame, greeting, heartbeat, passing
from app.notices.rules.hooks import (
    EVENTS,
    KEPT_DAYS,
    RETRIES,
    Status,
    envelope,
    fault_of_url,
    in_scope,
    secret_text,
    status_after,
)
from app.notices.rules.inbox import (
    RECIPIENTS,
    URGENT,
    WORK,
    Happening,
    Occasion,
    Recipients,
    audiences,
    may_ring_at,
    occasion_of,
)
from app.notices.rules.reminding import (
    ONE_BY_ONE,
    OPEN_FOR,
    Reminder,
    by_person,
    facts_of,
    is_late,
    occasion_for,
    together,
)
from app.notices.rules.templates import LONGEST_TEXT, LONGEST_TITLE, faults_of, filled
from app.notices.rules.words import PLACEHOLDERS, words

__all__ = [
    "ADVICE",
    "EVENTS",
    "KEPT_DAYS",
    "LONGEST_TEXT",
    "LONGEST_TITLE",
    "ONE_BY_ONE",
    "OPEN_FOR",
    "PLACEHOLDERS",
    "RECIPIENTS",
    "RETRIES",
    "URGENT",
    "WORK",
    "Channel",
    "Happening",
    "Occasion",
    "Recipients",
    "Reminder",
    "Status",
    "audiences",
    "by_person",
    "envelope",
    "facts_of",
    "fault_of_url",
    "faults_of",
    "filled",
    "frame",
    "greeting",
    "heartbeat",
    "in_scope",
    "is_late",
    "masked",
    "may_ring_at",
    "networks_of",
    "normal_address",
    "occasion_for",
    "occasion_of",
    "passing",
    "permitted",
    "secret_text",
    "status_after",
    "together",
    "words",
]
