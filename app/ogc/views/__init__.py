"""OGC API - Features over HTTP, outside our own API and its description."""

from app.ogc.views.serving import ogc

__all__ = ["ogc"]
