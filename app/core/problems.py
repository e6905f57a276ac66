"""Every error as ``application/problem+json`` (RFC 9457): one dictionary of statuses, one handler."""

from __future__ import annotations

import json
import traceback
from typing import Any

import structlog
from flask import Flask, Response, g, request
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from app.core import errors
from app.core.errors import DomainError, Fault, Invalid
from app.core.http import Replay

log = structlog.get_logger()

STATUS: dict[type[DomainError], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.Stale: 412,
    errors.TooLarge: 413,
    errors.WrongType: 415,
    errors.Invalid: 422,
    errors.VersionMissing: 428,
    errors.TooMany: 429,
    errors.Damaged: 460,
    errors.Unavailable: 503,
}

# What the framework itself can say, under our names.
FRAMEWORK: dict[int, tuple[str, str]] = {
    400: ("bad-request", "The request cannot be read"),
    404: ("not-found", "Not found, or not visible to you"),
    405: ("method-not-allowed", "This address does not take this method"),
    413: ("too-large", "Too large"),
    415: ("wrong-type", "Wrong content type"),
}

# In place of the framework's own words, which say nothing about ids.
FRAMEWORK_DETAIL = {
    404: "There is nothing at this address: check its path, and that each id in it is one that an answer gave you.",
    405: "This address does not take {method}; it takes {allowed}.",
}

# pydantic's words where they do not say what to do.
PYDANTIC_PREFIX = "Value error, "
PYDANTIC_WORDS = {"extra_forbidden": "not known here: check its spelling or leave it out"}

# The database cannot hold such a value: out of range, no such instant, not text. Never seen where schemas are tight.
UNSTORABLE = {"22003", "22007", "22008", "22021", "22P02", "22P05"}
# A row that we wrote lacks something or breaks a rule of its own table: no caller can mend that.
OUR_FAULT = {"23502", "23514"}
BUSY = {"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "53300"}


def status_of(error: DomainError) -> int:
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)


def problem(status: int, slug: str, title: str, detail: str, **members: Any) -> Response:
    """A problem document."""
    body = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": g.get("request_id"),
        **members,
    }
    return Response(json.dumps(body, ensure_ascii=False, default=str), status, content_type="application/problem+json")


def _from_domain(error: DomainError) -> Response:
    members = dict(error.facts)
    if error.faults:
        members["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]
    status = status_of(error)
    response = problem(status, error.slug, error.title, error.detail, **members)
    if isinstance(error, errors.TooMany | errors.Unavailable):
        response.headers["Retry-After"] = str(error.retry_after_s)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="fieldgrid"'
    return response


def pointer_of(location: tuple[int | str, ...]) -> str:
    """A pydantic location as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def invalid_from(error: ValidationError) -> Invalid:
    """pydantic's findings as one of our errors. The input itself is not repeated: it may be personal."""
    faults = [
        Fault(pointer_of(item["loc"]), PYDANTIC_WORDS.get(item["type"], item["msg"].removeprefix(PYDANTIC_PREFIX)))
        for item in error.errors(include_input=False, include_url=False)
    ]
    first = f"{faults[0].pointer or 'the input'}: {faults[0].detail}" if faults else "see errors"
    return Invalid(f"The input is not valid: {first}.", faults=faults)


def on_validation_error(error: ValidationError) -> Response:
    """What flask-openapi3 answers when a request does not fit its model."""
    return _from_domain(invalid_from(error))


def _from_database(error: DBAPIError | PoolTimeout) -> Response:
    code = getattr(getattr(error, "orig", None), "pgcode", None)
    if (
        isinstance(error, PoolTimeout | OperationalError)
        or code in BUSY
        or getattr(error, "connection_invalidated", False)
    ):
        log.warning("database.unavailable", error=str(getattr(error, "orig", error)).strip(), pgcode=code)
        return _from_domain(errors.Unavailable("The database does not answer: try again shortly.", retry_after_s=2))
    constraint = _constraint_of(error)
    if code in OUR_FAULT:
        # Not the error itself: PostgreSQL repeats the whole row in it, which may be personal.
        stack = "".join(traceback.format_tb(error.__traceback__))
        log.error("database.wrong_row", constraint=constraint, pgcode=code, stack=stack)
        return _internal()
    if isinstance(error, IntegrityError):
        log.warning("database.conflict", constraint=constraint)
        return _from_domain(
            errors.Conflict("It conflicts with something that is already stored.", constraint=constraint)
        )
    if code in UNSTORABLE:
        log.warning("database.unstorable", pgcode=code)
        return _from_domain(
            Invalid("A value is out of the range that can be stored: check numbers, dates and cursors.")
        )
    return _unknown(error)


def _constraint_of(error: DBAPIError | PoolTimeout) -> str | None:
    """The constraint that was broken; of a column that may not be empty, which has none with a name, `table.column`."""
    diag = getattr(getattr(error, "orig", None), "diag", None)
    name: str | None = getattr(diag, "constraint_name", None)
    column = getattr(diag, "column_name", None)
    return name or (f"{diag.table_name}.{column}" if diag is not None and column else None)


def _from_framework(error: HTTPException) -> Response:
    if error.response is not None:
        return error.response  # type: ignore[return-value]
    status = error.code or 500
    slug, title = FRAMEWORK.get(status, ("bad-request" if status < 500 else "internal", error.name))
    allowed = ", ".join(sorted(getattr(error, "valid_methods", None) or ()))
    words = FRAMEWORK_DETAIL.get(status, error.description or title)
    response = problem(status, slug, title, words.format(method=request.method, allowed=allowed or "others"))
    if allowed:
        response.headers["Allow"] = allowed
    return response


def _unknown(error: BaseException) -> Response:
    log.error("request.failed", exc_info=error)
    return _internal()


def _internal() -> Response:
    detail = "This is our fault, not yours. Tell the administrator the request_id."
    return problem(500, "internal", "Something went wrong here", detail)


def handle(error: Exception) -> Response:
    """Any exception of a request as a response."""
    match error:
        case Replay():
            return error.response
        case DomainError():
            return _from_domain(error)
        case ValidationError():
            return _from_domain(invalid_from(error))
        case HTTPException():
            return _from_framework(error)
        case DBAPIError() | PoolTimeout():
            return _from_database(error)
        case _:
            return _unknown(error)


def register(app: Flask) -> None:
    """Install the one handler."""
    app.register_error_handler(Exception, handle)
