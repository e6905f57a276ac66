"""Reports over HTTP."""

from app.reports.views import call_backs as call_backs
from app.reports.views import sources as sources
from app.reports.views.reports import reports

__all__ = ["reports"]
