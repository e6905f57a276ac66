"""Headers that every answer carries: a browser shall neither guess, frame, tell on nor keep what it should not."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request

# What an answer may load when a browser shows it: data nothing, our own pages their style, the API reference itself.
DATA = "default-src 'none'"
PAGE = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
REFERENCE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; base-uri 'none'"
)
UNFRAMED = "frame-ancestors 'none'"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    # The name of the program is no secret; its server's and their versions are nobody's business.
    "Server": "FieldGrid",
}
# The API reference works without internet: no validator of somebody else's is asked.
REFERENCE_SETTINGS: dict[str, Any] = {"SWAGGER_CONFIG": {"validatorUrl": None}}


def _protect(response: Response) -> Response:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    policy = response.headers.get("Content-Security-Policy") or _policy(response)
    if "frame-ancestors" not in policy:
        policy = f"{policy}; {UNFRAMED}"
    response.headers["Content-Security-Policy"] = policy
    if response.mimetype in {"application/json", "application/problem+json"}:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def _policy(response: Response) -> str:
    if request.path.startswith("/docs"):
        return REFERENCE
    return PAGE if response.mimetype == "text/html" else DATA


def register(app: Flask) -> None:
    """Protect every answer of this app."""
    app.config.update(REFERENCE_SETTINGS)
    app.after_request(_protect)
