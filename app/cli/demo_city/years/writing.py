"""The database while years are written into it: without the indexes that cost more to keep than to build anew."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import make_url, text

from app.cases.jobs import make_room
from app.cli.demo_city.load import Say, told
from app.cli.demo_city.progress import Progress
from app.cli.demo_city.years.town import Town
from app.core.config import config
from app.core.db import Database, unit_of_work

TABLES = ("cases", "reports", "case_reports", "case_clocks", "case_tasks")
MONTH = timedelta(days=28)
# What is neither unique nor behind a constraint; whatever stands beside them is kept.
_PLAIN_INDEXES = text("""
    SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = ANY (CAST(:tables AS regclass[])) AND NOT i.indisunique
     ORDER BY c.relname""")
_CASES = text("SELECT count(*) FROM cases")
# The application may take numbers, not set them.
_TAKE_NUMBERS = text("SELECT max(nextval('case_numbers')) FROM generate_series(1, :serial)")
BUILDERS = 2


def _owners() -> Database | None:
    """The database as the role that owns the tables, where the settings name it."""
    if not config().owner_database_url:
        return None
    url = make_url(config().owner_database_url).set(drivername="postgresql+psycopg2")
    return Database.connect(replace(config(), database_url=url.render_as_string(hide_password=False)))


class Writing:
    """The database that is written to. `DATABASE_URL` names the role that owns the tables; without it indexes stay."""

    def __init__(self, say: Say, tables: Sequence[str] = TABLES) -> None:
        self._tables = list(tables)
        self._owner = _owners()
        self._say = say

    def cases(self) -> int:
        """How many cases there are."""
        with unit_of_work() as session:
            return int(session.execute(_CASES).scalar_one())

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
        with self._owner.unit_of_work() as session:
            found = session.execute(_PLAIN_INDEXES, {"tables": self._tables}).all()
            for name, _ in found:
                session.execute(text(f'DROP INDEX "{name}"'))
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
        """As the owner and by itself: VACUUM cannot be part of a transaction."""
        assert self._owner is not None
        with self._owner.read_unit() as session:
            session.execute(text("SET statement_timeout = 0; SET maintenance_work_mem = '256MB'"))
            session.connection().exec_driver_sql(statement)

    def go_on_from(self, serial: int) -> None:
        """The next case that is reported has this serial number or a later one."""
        with unit_of_work() as session:
            session.execute(_TAKE_NUMBERS, {"serial": serial})

    def analyze(self) -> None:
        """Statistics, so that statements are planned for what is there now."""
        if self._owner is not None:
            with told(self._say, "statistics"):
                for table in self._tables:
                    self._execute(f"VACUUM (ANALYZE) {table}")
