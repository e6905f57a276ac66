"""Figures over HTTP."""

from app.evaluation.views.indicators import evaluation

__all__ = ["evaluation"]
