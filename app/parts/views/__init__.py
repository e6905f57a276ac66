"""The register of parts over HTTP."""

from app.parts.views import files, imports, proposals, register
from app.parts.views.blueprint import parts

__all__ = ["files", "imports", "parts", "proposals", "register"]
