"""SLA analyses over HTTP."""

from app.analysis.views import flows as flows
from app.analysis.views import report as report
from app.analysis.views import standing as standing
from app.analysis.views.blueprint import analysis

__all__ = ["analysis"]
