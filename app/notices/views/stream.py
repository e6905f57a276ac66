"""The live stream: server-sent events of what the caller may see, resumable without loss.

A stream occupies a thread as long as it lasts, so there are fewer streams than threads. It holds no database connection
while it waits.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar

import structlog
from flask import Response, stream_with_context
from prometheus_client import Gauge
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.core import clock
from app.core.auth import Principal, authenticate_again, current_principal, needs
from app.core.bell import bell
from app.core.config import config
from app.core.db import read_unit
from app.core.errors import DomainError
from app.core.feed import Cursor, Kind
from app.core.http import last_event_id
from app.core.schemas import problems
from app.notices import service
from app.notices.errors import StreamsFull
from app.notices.rules import frame, greeting, heartbeat, passing
from app.notices.service import positions
from app.notices.views.blueprint import notices

log = structlog.get_logger()
HEARTBEAT_S = 15.0
CHECK_S = 60.0
LOOK_S = 3.0
"""How often, at most, a stream tells its desk where people on shift are."""
RETRY_AFTER_S = 10
EVENTS: dict[str | int, Any] = {
    200: {
        "description": "Events, until either side ends it",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


OPEN = Gauge("fieldgrid_streams_open", "Live streams open", multiprocess_mode="livesum")


def _full(detail: str) -> StreamsFull:
    return StreamsFull(detail, retry_after_s=RETRY_AFTER_S)


class Place:
    """A taken place among the streams of this process; given back once, however the stream ends."""

    _taken: ClassVar[Counter[str]] = Counter()
    # Python may clear away a place of another stream while this thread holds the lock.
    _lock = threading.RLock()

    def __init__(self, who: str, *, most: int, each: int) -> None:
        """Take a place for somebody.

        Raises: StreamsFull where all are taken, or as many as one user may have.
        """
        self._held, self._who = False, who
        with Place._lock:
            if Place._taken.total() >= most:
                raise _full(f"All {most} live streams of this server process are in use: try again shortly.")
            if Place._taken[who] >= each:
                raise _full(
                    f"You have {each} live streams open, as many as one user may: end one of them, or share it."
                )
            Place._taken[who] += 1
            self._held = True
        OPEN.inc()

    def give_back(self) -> None:
        with Place._lock:
            held, self._held = self._held, False
            if held:
                Place._taken[self._who] -= 1
                if not Place._taken[self._who]:
                    del Place._taken[self._who]
        if held:
            OPEN.dec()

    __del__ = give_back


@notices.get("/stream", operation_id="stream_events", responses={**EVENTS, **problems(401, 403, 410, 503)})
@needs("stream.read")
def stream_events() -> Response:
    """What happens to the cases I may see, as server-sent events: read it with fetch, resume with Last-Event-ID.

    Events are `case.created`, `case.changed`, `case.lamp` and `task.assigned`, each with `{number, state, version}`.
    Desks also hear where the people on shift on their ground are: `position`, with `{user_id, name, lon, lat, at,
    zone_code}`, at most every 3 seconds; these have no id and are not repeated, the newest position is all there is.
    The stream ends when the access token does: come back with a fresh one and the id of the last event.
    """
    settings = config()
    place = Place(current_principal().key, most=settings.streams, each=settings.streams_per_user)
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
    sight, listeners = Sight(), service.listeners(bell())
    yield greeting(cursor.text)
    while True:
        rings = bell().rings
        with read_unit() as session:
            heard = listeners.hear(session, cursor, principal, rings)
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
            yield from _wait(rings, spoken + HEARTBEAT_S, sight, principal)


class Sight:
    """What a stream has told of positions, and when it may look again on the machine's steady clock."""

    def __init__(self) -> None:
        self.watch = positions.Watch()
        self.again = time.monotonic()

    def look(self, principal: Principal) -> list[dict[str, Any]]:
        """Positions that are new since the last look; none before it is time for the next."""
        if time.monotonic() < self.again:
            return []
        self.again = time.monotonic() + LOOK_S
        with read_unit() as session:
            return positions.look(session, principal, self.watch, now=clock.now())


def _wait(rings: int, until: float, sight: Sight, principal: Principal) -> Iterator[bytes]:
    """Wait for the bell, or until it is time for a sign of life; whose desk it is hears of positions meanwhile."""
    if not principal.may("position.read"):
        bell().wait(rings, max(0.0, until - time.monotonic()))
        return
    while True:
        for data in sight.look(principal):
            yield passing(Kind.POSITION, data)
        rung = bell().wait(rings, max(0.0, min(until, sight.again) - time.monotonic()))
        if rung or time.monotonic() >= until:
            return
