"""Figures over HTTP."""

from app.evaluation.views import definitions, periods, public, scores, summary
from app.evaluation.views.indicators import evaluation

__all__ = ["definitions", "evaluation", "periods", "public", "scores", "summary"]
