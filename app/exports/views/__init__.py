"""Exports over HTTP."""

from app.exports.views import cases as cases
from app.exports.views import jobs as jobs
from app.exports.views.blueprint import exports

__all__ = ["exports"]
