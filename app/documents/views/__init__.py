"""Papers over HTTP."""

from app.documents.views import case_files as case_files
from app.documents.views import register as register
from app.documents.views.blueprint import documents

__all__ = ["documents"]
