"""Cases over HTTP."""

from app.cases.views import originals as originals
from app.cases.views.cases import cases

__all__ = ["cases"]
