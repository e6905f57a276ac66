"""The database: engine, sessions and the one commit.

A service never commits: it takes a session out of the unit of work that its caller opened, and the whole unit is
kept or none of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import psycopg2
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from app.core.config import Config


class Database:
    """A source of units of work."""

    def __init__(self, bind: Engine | Connection) -> None:
        self.bind = bind
        joined = "create_savepoint" if isinstance(bind, Connection) else "conditional_savepoint"
        self._sessions = sessionmaker(bind, expire_on_commit=False, join_transaction_mode=joined)
        self._reads = sessionmaker(_reading(bind), expire_on_commit=False, join_transaction_mode=joined)
        self._snapshots = sessionmaker(_snapshot(bind), expire_on_commit=False, join_transaction_mode=joined)

    @classmethod
    def connect(cls, config: Config) -> Database:
        """A database with its own connection pool.

        A connection that died while it rested (server restarted) is replaced before use; a transaction that idles
        over a minute is ended by the server, so that no forgotten one holds back the change feed.
        """
        options = "-c idle_in_transaction_session_timeout=60000 -c statement_timeout=60000 -c timezone=UTC"
        engine = create_engine(
            config.database_url,
            pool_size=config.pool_size,
            max_overflow=config.pool_size,
            pool_timeout=10,
            # What people wrote must not turn up in a log beside the statement that failed.
            hide_parameters=True,
            connect_args={"options": options, "application_name": "fieldgrid", "connect_timeout": 5},
        )
        event.listen(engine, "checkout", _replace_if_dead)
        event.listen(engine, "checkin", _note_rest)
        return cls(engine)

    def unit_of_work(self) -> AbstractContextManager[Session]:
        """A session whose work is committed when the block ends well and rolled back when it raises."""
        return _unit(self._sessions)

    def read_unit(self) -> AbstractContextManager[Session]:
        """A session that only reads: two round trips to the server less than a unit of work."""
        return _unit(self._reads)

    def snapshot_unit(self) -> AbstractContextManager[Session]:
        """A session that only reads, and whose statements all see the database as it was at the first one."""
        return _unit(self._snapshots)


def _snapshot(bind: Engine | Connection) -> Engine | Connection:
    return bind if isinstance(bind, Connection) else bind.execution_options(isolation_level="REPEATABLE READ")


def _reading(bind: Engine | Connection) -> Engine | Connection:
    """The same connections without BEGIN and COMMIT: under READ COMMITTED each statement has its own snapshot anyway.

    The driver's switch is thrown by hand, which asks nothing of the server; an isolation level set through SQLAlchemy
    costs a round trip per unit to set it back. `_note_rest` throws it back.
    """
    if isinstance(bind, Connection):
        return bind
    reads = bind.execution_options()
    event.listen(reads, "engine_connect", _without_transaction)
    return reads


def _without_transaction(connection: Connection) -> None:
    connection.connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]


@contextmanager
def _unit(sessions: sessionmaker[Session]) -> Iterator[Session]:
    try:
        with sessions() as session:
            yield session
            session.commit()
    except psycopg2.OperationalError as error:
        # A connection that breaks on its way back to the pool raises the driver's own error, past SQLAlchemy.
        raise OperationalError(None, None, error) from error


RESTED_S = 5.0


def _note_rest(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["rests_since"] = time.monotonic()
    if connection is not None and not connection.closed:
        connection.autocommit = False


def _replace_if_dead(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Ask a connection that rested whether it still lives; the pool replaces a dead one and all of its age.

    One that was used a moment ago is not asked: that would be a round trip for every unit of work. Where the server
    went away in this moment, one request is answered with 503 and Retry-After.
    """
    if time.monotonic() - record.info.get("rests_since", time.monotonic()) < RESTED_S:
        return
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute("SELECT 1")
        connection.rollback()
    except Exception as dead:
        raise DisconnectionError("the server closed this connection while it rested") from dead


_current: list[Database] = []


def use_database(database: Database) -> None:
    """Make this the process's database (at start, and in tests)."""
    _current[:] = [database]


def database() -> Database:
    """The process's database.

    Raises: RuntimeError when none was set: call ``use_database`` at start.
    """
    if not _current:
        message = "no database: call use_database(...) at start"
        raise RuntimeError(message)
    return _current[0]


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One unit of work on the process's database: everything in the block is kept, or nothing."""
    with database().unit_of_work() as session:
        yield session


@contextmanager
def read_unit() -> Iterator[Session]:
    """A session of the process's database for reading only."""
    with database().read_unit() as session:
        yield session


@contextmanager
def snapshot_unit() -> Iterator[Session]:
    """A session of the process's database for reading only, whose statements all see one and the same state."""
    with database().snapshot_unit() as session:
        yield session
