"""Cases over HTTP."""

from app.cases.views import originals as originals
from app.cases.views.cases import cases
from app.cases.views import reminders as reminders

__all__ = ["cases"]
