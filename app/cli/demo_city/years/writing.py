"""The database while years are written into it: without the indexes that cost more to keep than to build anew."""

from __future__ import annotations

import os
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import psycopg2
from sqlalchemy import make_url

from app.cases.jobs import make_room
from app.cli.demo_city.load import Say, told
from app.cli.demo_city.progress import Progress
from app.cli.demo_city.years.town import Town
from app.core.config import config

TABLES = ("cases", "reports", "case_reports", "case_clocks", "case_tasks")
MONTH = timedelta(days=28)
# What is neither unique nor behind a constraint; whatever stands beside them is kept.
_PLAIN_INDEXES = """
    SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = ANY (%s::regclass[]) AND NOT i.indisunique
     ORDER BY c.relname"""
BUILDERS = 2


def dsn_of(url: str) -> str:
    """A URL as the driver reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Writing:
    """The database that is written to. `DATABASE_URL` names the role that owns the tables; without it indexes stay."""

    def __init__(self, say: Say, tables: Sequence[str] = TABLES) -> None:
        self._tables = list(tables)
        self.dsn = dsn_of(config().database_url)
        owner = os.environ.get("DATABASE_URL")
        self._owner = dsn_of(owner) if owner else None
        self._say = say

    def cases(self) -> int:
        """How many cases there are."""
        with closing(psycopg2.connect(self.dsn)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases")
            row = cursor.fetchone()
            return int(row[0]) if row else 0

    def make_room(self, since: datetime, until: datetime) -> None:
        """The partitions of the events of all these months."""
        at = since
        while at < until + MONTH:
            make_room(int(at.timestamp()))
            at += 3 * MONTH
        make_room(int(until.timestamp()))

    @contextmanager
    def left_with(self, town: Town) -> Iterator[str]:
        """The town in a file, for processes to read."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "town"
            path.write_bytes(pickle.dumps(town))
            yield str(path)

    @contextmanager
    def without_indexes(self, wanted: bool = True) -> Iterator[None]:
        """Plain indexes of the tables are dropped, and built again whatever happens."""
        if self._owner is None or not wanted:
            yield
            return
        with closing(psycopg2.connect(self._owner)) as connection, connection.cursor() as cursor:
            cursor.execute(_PLAIN_INDEXES, (self._tables,))
            found = cursor.fetchall()
            for name, _ in found:
                cursor.execute(f'DROP INDEX "{name}"')
            connection.commit()
        try:
            yield
        finally:
            self._build([definition for _, definition in found])

    def _build(self, definitions: list[str]) -> None:
        progress = Progress("indexes built", len(definitions), self._say)
        with ThreadPoolExecutor(BUILDERS) as pool:
            for _ in pool.map(self._execute, definitions):
                progress.add(1)
        progress.done()

    def _execute(self, statement: str) -> None:
        assert self._owner is not None
        with closing(psycopg2.connect(self._owner)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SET statement_timeout = 0; SET maintenance_work_mem = '256MB'")
                cursor.execute(statement)

    def go_on_from(self, serial: int) -> None:
        """The next case that is reported has this serial number or a later one."""
        with closing(psycopg2.connect(self.dsn)) as connection, connection.cursor() as cursor:
            # The application may take numbers, not set them.
            cursor.execute("SELECT max(nextval('case_numbers')) FROM generate_series(1, %s)", (serial,))
            connection.commit()

    def analyze(self) -> None:
        """Statistics, so that statements are planned for what is there now."""
        if self._owner is not None:
            with told(self._say, "statistics"):
                for table in self._tables:
                    self._execute(f"VACUUM (ANALYZE) {table}")
