"""Keyset pages: a cursor names the last row that was given, so that pages stay right while rows arrive."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from pydantic import Field

from app.core.errors import Fault, Invalid
from app.core.schemas import Query

MOST = 500


class BadCursor(Invalid):
    slug = "bad-cursor"
    title = "The cursor is not one of ours"


class PageQuery(Query):
    limit: int = Field(50, ge=1, le=MOST, description="How many items, at most 500")
    cursor: str | None = Field(None, description="next_cursor of the page before", max_length=2000)


def encode_cursor(*values: Any) -> str:
    """An opaque cursor holding the sort values of the last row (JSON values, datetimes, UUIDs)."""
    return base64.urlsafe_b64encode(orjson.dumps(values, option=orjson.OPT_UTC_Z)).decode().rstrip("=")


def decode_cursor(cursor: str, size: int) -> list[Any]:
    """The values of a cursor.

    Raises: BadCursor when it was not made by ``encode_cursor`` with ``size`` values.
    """
    try:
        values = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or len(values) != size or not all(map(_sortable, values)):
        fault = Fault("/cursor", "use next_cursor of an earlier answer, or leave it out")
        raise BadCursor("This cursor was not made here: start again without one.", faults=[fault])
    return values


def _sortable(value: Any) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and "\x00" not in value)


def page(rows: Sequence[Any], limit: int, key: Any) -> tuple[Sequence[Any], str | None]:
    """Split ``limit + 1`` fetched rows into the page and the next cursor (None on the last page).

    ``key(row)`` gives the tuple of sort values of a row.
    """
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], encode_cursor(*key(rows[limit - 1]))


def cursor_instant(value: Any) -> datetime:
    """An instant out of a cursor.

    Raises: BadCursor.
    """
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _forged() from error
    if found.tzinfo is None:
        raise _forged()
    return found


def cursor_id(value: Any) -> UUID:
    """A UUID out of a cursor.

    Raises: BadCursor.
    """
    try:
        return UUID(value)
    except (TypeError, ValueError, AttributeError) as error:
        raise _forged() from error


def edge_of(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The last row of the page before, in a list by an instant and an id; None on the first page.

    Raises: BadCursor.
    """
    if cursor is None:
        return None
    at, row_id = decode_cursor(cursor, 2)
    return cursor_instant(at), cursor_id(row_id)


def _forged() -> BadCursor:
    fault = Fault("/cursor", "use next_cursor of an earlier answer, or leave it out")
    return BadCursor("This cursor was not made here: start again without one.", faults=[fault])
