"""What is decided about statements without asking anybody."""

from app.statements.rules.kinds import (
    FORMATS,
    MEDIA_TYPES,
    TAKES,
    Form,
    Takes,
    What,
    file_name,
)
from app.statements.rules.recipients import domain_of, fault_of_domain, permitted
from app.statements.rules.schedule import Every, Schedule, latest_due, next_due
from app.statements.rules.states import ATTEMPTS, KEPT, MOST_ATTACHED, OVER, DeliveryState
from app.statements.rules.times import SPANS, Span, Time, of_days, period_name, span_of

__all__ = [
    "ATTEMPTS",
    "FORMATS",
    "KEPT",
    "MEDIA_TYPES",
    "MOST_ATTACHED",
    "OVER",
    "SPANS",
    "TAKES",
    "DeliveryState",
    "Every",
    "Form",
    "Schedule",
    "Span",
    "Takes",
    "Time",
    "What",
    "domain_of",
    "fault_of_domain",
    "file_name",
    "latest_due",
    "next_due",
    "of_days",
    "period_name",
    "permitted",
    "span_of",
]
