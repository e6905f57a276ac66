"""Figures over HTTP."""

from app.evaluation.views import summary
from app.evaluation.views.indicators import evaluation

__all__ = ["evaluation", "summary"]
