"""The live stream: server-sent events of what the caller may see, resumable without loss.

A stream occupies a thread as long as it lasts, so there are fewer streams than threads. It holds no database connection
while it waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import structlog
from flask import Response, stream_with_context
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core.auth import authenticate_again, current_principal, needs
from app.core.bell import bell
from app.core.config import config
from app.core.db import read_unit
from app.core.errors import DomainError
from app.core.feed import Cursor
from app.core.http import last_event_id
from app.core.schemas import problems
from app.notices import service
from app.notices.errors import StreamsFull
from app.notices.rules import frame, greeting, heartbeat
from app.notices.views.blueprint import notices

log = structlog.get_logger()
HEARTBEAT_S = 15.0
CHECK_S = 60.0
RETRY_AFTER_S = 10
EVENTS: dict[str | int, Any] = {
    200: {
        "description": "Events, until either side ends it",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


class Place:
    """A taken place among the streams of this process; given back once, however the stream ends."""

    _taken = 0
    _lock = threading.Lock()

    def __init__(self, most: int) -> None:
        """Take a place.

        Raises: StreamsFull.
        """
        self._held = False
        with Place._lock:
            if Place._taken >= most:
                raise StreamsFull(
                    f"All {most} live streams of this server process are in use: try again shortly.",
                    retry_after_s=RETRY_AFTER_S,
                )
            Place._taken += 1
            self._held = True

    def give_back(self) -> None:
        with Place._lock:
            Place._taken -= self._held
            self._held = False

    __del__ = give_back


@notices.get("/stream", operation_id="stream_events", responses={**EVENTS, **problems(401, 403, 410)})
@needs("stream.read")
def stream_events() -> Response:
    """What happens to the cases I may see, as server-sent events: read it with fetch, resume with Last-Event-ID.

    Events are `case.created`, `case.changed`, `case.lamp` and `task.assigned`, each with `{number, state, version}`.
    The stream ends when the access token does: come back with a fresh one and the id of the last event.
    """
    place = Place(config().streams)
    try:
        with read_unit() as session:
            cursor = service.begin(session, last_event_id())
    except BaseException:
        place.give_back()
        raise
    body = stream_with_context(_frames(place, cursor))
    response = Response(body, content_type="text/event-stream; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    # A proxy that collects a whole answer before it passes it on would never pass on this one.
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(place.give_back)
    return response


def _frames(place: Place, cursor: Cursor) -> Iterator[bytes]:
    try:
        with bell().attended():
            yield from _follow(cursor)
    except (DBAPIError, PoolTimeout) as error:
        # The client comes back with the id of the last event and misses nothing.
        log.warning("stream.ended", error=str(getattr(error, "orig", error)).strip())
    except DomainError as ended:
        log.info("stream.ended", slug=ended.slug)
    finally:
        place.give_back()


def _follow(cursor: Cursor) -> Iterator[bytes]:
    """The stream itself, until the sign-in ends. Visibility is asked of the database each time."""
    principal, checked, spoken = current_principal(), time.monotonic(), time.monotonic()
    yield greeting(cursor.text)
    while True:
        rings = bell().rings
        with read_unit() as session:
            heard = service.hear(session, cursor, principal)
        cursor = heard.cursor
        for event in heard.events:
            yield frame(event.kind, event.data, event.cursor.text)
            spoken = time.monotonic()
        if time.monotonic() - checked >= CHECK_S:
            principal, checked = authenticate_again(), time.monotonic()
        if time.monotonic() - spoken >= HEARTBEAT_S:
            yield heartbeat(cursor.text)
            spoken = time.monotonic()
        if not heard.more:
            bell().wait(rings, max(0.0, spoken + HEARTBEAT_S - time.monotonic()))
