"""The page at the server's root: what is here, for somebody who just started it."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, render_template_string

from app.core.auth import public
from app.core.config import config
from app.core.version import VERSION

landing = Blueprint("landing", __name__)
PAGES = Path(__file__).parent / "pages"

# The page asks this server a few things by a script of its own; nothing else may run or be asked.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)
# What the description's own front page shows: the reference itself, without a choice to make first.
REFERENCE = '<!doctype html><meta http-equiv="refresh" content="0; url=swagger"><a href="swagger">API reference</a>'


@landing.get("/")
@public
def index() -> Response:
    """What is here."""
    source = (PAGES / "landing.html").read_text(encoding="utf-8")
    page = render_template_string(source, version=VERSION, zone=config().city_tz)
    return Response(page, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": POLICY})


@landing.get("/landing.js")
@public
def script() -> Response:
    """What makes the page's two answers live."""
    source = (PAGES / "landing.js").read_text(encoding="utf-8")
    return Response(source, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})
