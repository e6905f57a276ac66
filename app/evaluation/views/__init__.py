"""Figures over HTTP."""

from app.evaluation.views import definitions, periods, scores, summary
from app.evaluation.views.indicators import evaluation

__all__ = ["definitions", "evaluation", "periods", "scores", "summary"]
