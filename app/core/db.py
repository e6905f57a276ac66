"""The database: engine, sessions and the one commit.

A service never commits: it takes a session out of the unit of work that its caller opened, and the whole unit is
kept or none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker

from app.core.config import Config


class Database:
    """A source of units of work."""

    def __init__(self, bind: Engine | Connection) -> None:
        self.bind = bind
        joined = "create_savepoint" if isinstance(bind, Connection) else "conditional_savepoint"
        self._sessions = sessionmaker(bind, expire_on_commit=False, join_transaction_mode=joined)

    @classmethod
    def connect(cls, config: Config) -> Database:
        """A database with its own connection pool.

        A connection that died (server restarted) is replaced before use; a transaction that idles over a minute is
        ended by the server, so that no forgotten one holds back the change feed.
        """
        options = "-c idle_in_transaction_session_timeout=60000 -c statement_timeout=60000 -c timezone=UTC"
        engine = create_engine(
            config.database_url,
            pool_size=config.pool_size,
            max_overflow=config.pool_size,
            pool_timeout=10,
            pool_pre_ping=True,
            # What people wrote must not turn up in a log beside the statement that failed.
            hide_parameters=True,
            connect_args={"options": options, "application_name": "fieldgrid", "connect_timeout": 5},
        )
        return cls(engine)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends well and rolled back when it raises."""
        with self._sessions() as session:
            yield session
            session.commit()


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
