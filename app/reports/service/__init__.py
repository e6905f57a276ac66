"""What may be done with reports."""

from app.reports.service.acknowledging import acknowledge
from app.reports.service.answering import erase, join, rate, reopen
from app.reports.service.calling import forget_callers, show_caller
from app.reports.service.calling_back import attempt, call_backs_for, finish, follow_events, note_ends, remind
from app.reports.service.following import card, own_report, report_by_code, report_for, reports_for, track
from app.reports.service.submitting import submit_report

__all__ = [
    "acknowledge",
    "attempt",
    "call_backs_for",
    "card",
    "erase",
    "finish",
    "follow_events",
    "forget_callers",
    "join",
    "note_ends",
    "own_report",
    "rate",
    "remind",
    "reopen",
    "report_by_code",
    "report_for",
    "reports_for",
    "show_caller",
    "submit_report",
    "track",
]
