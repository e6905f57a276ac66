"""What may be done with reports."""

from app.reports.service.acknowledging import acknowledge
from app.reports.service.answering import erase, join, rate, reopen
from app.reports.service.following import card, own_report, report_by_code, report_for, reports_for, track
from app.reports.service.submitting import submit_report

__all__ = [
    "acknowledge",
    "card",
    "erase",
    "join",
    "own_report",
    "rate",
    "reopen",
    "report_by_code",
    "report_for",
    "reports_for",
    "submit_report",
    "track",
]
