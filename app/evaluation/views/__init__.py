"""Figures over HTTP."""

from app.evaluation.views import definitions as definitions
from app.evaluation.views import periods as periods
from app.evaluation.views import scores as scores
from app.evaluation.views.indicators import evaluation

__all__ = ["evaluation"]
