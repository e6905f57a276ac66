# ruff: noqa: INP001 -- a program of `./fieldgrid`, not a package
"""Print the SQL that the migrations run on an empty database, for squawk to read; made by running them on one.

Reads FIELDGRID_TESTDB_URL, the superuser's address on the throw-away cluster. The statements of the queue's own schema,
which its package ships, go around SQLAlchemy and are left out.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url, text
from sqlalchemy.pool import NullPool

from app import migrate

SCRATCH = f"fg_migration_sql_{os.getpid()}"


def run(url: URL, *statements: str) -> None:
    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def scratch_database(admin: URL) -> Iterator[URL]:
    run(admin, f"CREATE DATABASE {SCRATCH} OWNER fieldgrid_owner")
    try:
        own = admin.set(database=SCRATCH)
        run(own, "CREATE EXTENSION postgis", "ALTER SCHEMA public OWNER TO fieldgrid_owner")
        yield own.set(username="fieldgrid_owner")
    finally:
        run(admin, f"DROP DATABASE {SCRATCH} WITH (FORCE)")


def main() -> None:
    said: list[str] = []

    def note(*args: Any) -> None:
        statement, parameters = args[2], args[3]
        # Reads of Alembic's own and rows of data carry parameters; what changes the schema does not.
        if not parameters and not statement.lstrip().upper().startswith(("SELECT", "SHOW")):
            said.append(statement.strip().rstrip(";") + ";")

    with scratch_database(make_url(os.environ["FIELDGRID_TESTDB_URL"])) as url:
        event.listen(Engine, "before_cursor_execute", note)
        migrate.upgrade(url.render_as_string(hide_password=False))
        event.remove(Engine, "before_cursor_execute", note)
    sys.stdout.write("\n\n".join(said) + "\n")


if __name__ == "__main__":
    main()
