"""Statements over HTTP."""

from app.statements.views import deliveries as deliveries
from app.statements.views import recipients as recipients
from app.statements.views.register import statements

__all__ = ["statements"]
