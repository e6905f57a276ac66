"""Waking those who wait for changes: one listening connection per process, only while somebody waits.

The feed itself is durable; a ring only says that it is worth looking now. Waiting holds no database connection.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

import psycopg2
import structlog
from psycopg2.extensions import connection as Connection  # noqa: N812 -- a class in spite of its name

from app.core.config import config
from app.core.feed import CHANNEL, RUNNING

log = structlog.get_logger()
LOOK_AGAIN_S = 0.1
"""While an older transaction hides what was just committed, the server is asked this often."""
BETWEEN_RINGS_S = 0.25
"""Under load, many changes make one ring: each ring lets every stream ask the database once."""
IDLE_S = 5.0
OPTIONS: dict[str, Any] = {"connect_timeout": 5, "application_name": "fieldgrid bell"}

# What can be read now, and whether something is committed or under way beyond it.
_LOOK = f"""
    SELECT horizon, EXISTS (SELECT 1 FROM changes WHERE xid >= horizon)
      FROM (SELECT {RUNNING} AS horizon OFFSET 0) now"""  # noqa: S608 -- a constant


class Bell:
    """Rings in every waiting thread of this process when the feed has more to read."""

    def __init__(self, database_url: str) -> None:
        self._dsn = database_url.replace("postgresql+psycopg2://", "postgresql://", 1)
        self._changed = threading.Condition()
        self._rings = 0
        self._attending = 0
        self._listening = False

    @contextmanager
    def attended(self) -> Iterator[None]:
        """Somebody waits inside this block; the first one starts the listening thread, it ends after the last."""
        with self._changed:
            self._attending += 1
            if not self._listening:
                self._listening = True
                threading.Thread(target=self._listen, name="feed-bell", daemon=True).start()
        try:
            yield
        finally:
            with self._changed:
                self._attending -= 1

    @property
    def rings(self) -> int:
        """How often it rang; take the number before reading the feed, then wait for another one."""
        return self._rings

    def wait(self, rings: int, timeout_s: float) -> bool:
        """Wait until it has rung since `rings` was read; False when the time ran out first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._rings != rings, timeout_s)

    def _ring(self) -> None:
        with self._changed:
            self._rings += 1
            self._changed.notify_all()

    def _still_needed(self) -> bool:
        with self._changed:
            self._listening = self._attending > 0
            return self._listening

    def _listen(self) -> None:
        while self._still_needed():
            try:
                with closing(
                    psycopg2.connect(self._dsn, connect_timeout=5, application_name="fieldgrid bell")
                ) as found:
                    self._hear(found)
            except psycopg2.Error as error:
                log.warning("feed.deaf", error=str(error).strip())
                time.sleep(1)

    def _hear(self, connection: Connection) -> None:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
            heard, behind, horizon = True, False, 0
            while self._attending:
                if heard or behind:
                    cursor.execute(_LOOK)
                    now, behind = cursor.fetchone() or (0, False)
                    connection.notifies.clear()
                    if now != horizon:
                        # After LISTEN as after a lost connection: what was missed meanwhile is read now.
                        horizon = now
                        self._ring()
                        time.sleep(BETWEEN_RINGS_S)
                if select.select([connection], [], [], LOOK_AGAIN_S if behind else IDLE_S)[0]:
                    connection.poll()
                heard = bool(connection.notifies)


@cache
def _bell(database_url: str) -> Bell:
    return Bell(database_url)


def bell() -> Bell:
    """The process's bell."""
    return _bell(config().database_url)
