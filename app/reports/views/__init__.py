"""Reports over HTTP."""

from app.reports.views.reports import reports

__all__ = ["reports"]
