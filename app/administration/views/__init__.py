"""The administration over HTTP."""

from app.administration.views import changes as changes
from app.administration.views import reads as reads
from app.administration.views import tables as tables
from app.administration.views.blueprint import administration

__all__ = ["administration"]
