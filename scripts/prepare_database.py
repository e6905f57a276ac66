# ruff: noqa: INP001 -- a program of `./fieldgrid`, not a package
"""Prepare a PostgreSQL server that is not ours for `./fieldgrid up`: check it, and see to the role fieldgrid_app.

Reads DATABASE_URL (the owner of the database), FIELDGRID_APP_DATABASE_URL (may be empty) and FIELDGRID_APP_PASSWORD.
Prints the address for the role fieldgrid_app; ends with what a database administrator must run where our rights end.
"""

from __future__ import annotations

import os
import sys

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

EXTENSIONS = ("postgis", "btree_gist", "pg_trgm")


def first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]


def missing_extensions(connection: Connection) -> list[str]:
    """Create what may be created; return the statements that only an administrator may run."""
    needed = []
    for name in EXTENSIONS:
        try:
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {name}"))
        except DBAPIError:
            needed.append(f"CREATE EXTENSION {name};")
    return needed


def missing_role(connection: Connection, url: URL, password: str) -> list[str]:
    """See to the application's role; return the statements that only an administrator may run."""
    exists = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = 'fieldgrid_app'")).scalar()
    quoted = password.replace("'", "''")
    try:
        if not exists:
            connection.execute(text(f"CREATE ROLE fieldgrid_app LOGIN PASSWORD '{quoted}'"))
        connection.execute(text(f'GRANT CONNECT ON DATABASE "{url.database}" TO fieldgrid_app'))
    except ProgrammingError:
        return [] if exists else [f"CREATE ROLE fieldgrid_app LOGIN PASSWORD '{quoted}';"]
    return []


def app_url(owner: URL, password: str) -> URL:
    given = os.environ.get("FIELDGRID_APP_DATABASE_URL")
    return make_url(given) if given else owner.set(username="fieldgrid_app", password=password)


def main() -> None:
    owner = make_url(os.environ["DATABASE_URL"])
    password = os.environ.get("FIELDGRID_APP_PASSWORD", "")
    engine = create_engine(
        owner, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 10}
    )
    try:
        with engine.connect() as connection:
            version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
            if version < 150000:
                sys.exit(f"fieldgrid: the server of DATABASE_URL is PostgreSQL {version // 10000}; 15 is the oldest.")
            needed = missing_role(connection, owner, password) + missing_extensions(connection)
    except OperationalError as error:
        sys.exit(
            f"fieldgrid: DATABASE_URL cannot be reached: {first_line(error)}\n"
            "  Check host, port, user, password and database name; the database must exist and belong to that user."
        )
    if needed:
        statements = "\n".join(f"    {statement}" for statement in needed)
        sys.exit(
            f"fieldgrid: the user {owner.username} of DATABASE_URL may not do everything that is needed.\n"
            f"  Let an administrator run this in the database {owner.database} and run the command again:\n{statements}"
        )
    url = app_url(owner, password)
    try:
        with create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 10}).connect():
            sys.stdout.write(url.render_as_string(hide_password=False) + "\n")
    except OperationalError as error:
        sys.exit(
            f"fieldgrid: the role fieldgrid_app cannot sign in: {first_line(error)}\n"
            "  Set FIELDGRID_APP_DATABASE_URL with its password, or let an administrator run:\n"
            f"    ALTER ROLE fieldgrid_app LOGIN PASSWORD '{password}';"
        )


if __name__ == "__main__":
    main()
