"""What tests share: a database (one template made by real migrations, a clone per worker, a savepoint per test), the
small city in it, and counting statements.
"""

from __future__ import annotations

import gc
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app import migrate
from app.core import storage
from app.core.config import Config, config
from app.core.db import Database, use_database

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE_LOCK = 7_216_002
AS_FILES = "STRATEGY = FILE_COPY"
"""Page by page through the log, as is usual, takes three times as long."""


def pytest_configure(config: pytest.Config) -> None:
    """Who only hands tests out to workers does not wait for the product to be read."""
    if not config.getoption("numprocesses", None):
        config.pluginmanager.import_plugin("tests.product")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What shares something dear is done by one worker; what is quick comes last, so that none waits for the other."""
    for item in items:
        if group := _done_together(item):
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: (_done_together(item) != "console", not item.get_closest_marker("slow")))


def _done_together(item: pytest.Item) -> str:
    """What a test has to be with: the pages' site, what its file shares, or with quick ones their file."""
    file = item.nodeid.partition("::")[0]
    if file.startswith("tests/console/"):
        return "console"
    shared = any(found[-1].scope == "module" for found in item._fixtureinfo.name2fixturedefs.values())
    return file if shared or not item.get_closest_marker("slow") else ""


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported stays to the end: looking through it for garbage again and again takes a fifth of the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session")
def superuser_url() -> str:
    """The test cluster, started when it does not run yet."""
    found = os.environ.get("FIELDGRID_TESTDB_URL")
    if found:
        return found
    done = subprocess.run([str(ROOT / "fieldgrid"), "testdb"], check=True, capture_output=True, text=True)
    return done.stdout.strip().splitlines()[-1]


def _url(superuser_url: str, *, user: str, database: str) -> str:
    url = make_url(superuser_url).set(username=user, database=database)
    return url.render_as_string(hide_password=False)


def schema_mark() -> str:
    """Changes whenever a migration does, so that a stale template is never used."""
    newest = max(path.stat().st_mtime_ns for path in (ROOT / "migrations").rglob("*.py"))
    return f"fg_template_{newest % 10**15}"


def create_empty(admin: Engine, name: str) -> None:
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}" OWNER fieldgrid_owner'))
    engine = create_engine(admin.url.set(database=name), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for extension in ("postgis", "btree_gist", "pg_trgm"):
            connection.execute(text(f"CREATE EXTENSION {extension}"))
        connection.execute(text("ALTER SCHEMA public OWNER TO fieldgrid_owner"))


@pytest.fixture(scope="session")
def admin(superuser_url: str) -> Iterator[Engine]:
    engine = create_engine(superuser_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template(admin: Engine, superuser_url: str) -> str:
    return prepared_template(admin, superuser_url)


def prepared_template(admin: Engine, superuser_url: str) -> str:
    """A migrated database to clone; made once per state of the migrations."""
    name = schema_mark()
    with admin.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": TEMPLATE_LOCK})
        known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).scalar()
        if not known:
            making = f"{name}_making"
            connection.execute(text(f'DROP DATABASE IF EXISTS "{making}" WITH (FORCE)'))
            create_empty(admin, making)
            migrate.upgrade(_url(superuser_url, user="fieldgrid_owner", database=making))
            connection.execute(text(f'ALTER DATABASE "{making}" RENAME TO "{name}"'))
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": TEMPLATE_LOCK})
    return name


def _clone(admin: Engine, template: str) -> str:
    name = f"fg_test_{uuid4().hex[:12]}"
    with admin.connect() as connection:
        # Cloning needs a template nobody is connected to, and one cloner at a time.
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": TEMPLATE_LOCK})
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER fieldgrid_owner {AS_FILES}'))
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": TEMPLATE_LOCK})
    return name


def _drop(admin: Engine, name: str) -> None:
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def database_name(admin: Engine, template: str) -> Iterator[str]:
    name = _clone(admin, template)
    yield name
    _drop(admin, name)


@pytest.fixture(scope="session")
def settings(superuser_url: str, database_name: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    return make_settings(superuser_url, database_name, tmp_path_factory.mktemp("photos"))


def make_settings(superuser_url: str, database_name: str, photos: Path) -> Config:
    return Config.from_env(
        {
            "FIELDGRID_APP_DATABASE_URL": _url(superuser_url, user="fieldgrid_app", database=database_name),
            "DATABASE_URL": _url(superuser_url, user="fieldgrid_owner", database=database_name),
            "FIELDGRID_SECRET_KEY": "a secret for tests, long enough to be one",
            "FIELDGRID_DATA_KEY": "a data key for tests, long enough to be one",
            "FIELDGRID_STORAGE_URL": f"file://{photos}",
            "FIELDGRID_LOG_LEVEL": "WARNING",
        }
    )


@pytest.fixture(autouse=True)
def _settings_of_this_test(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give code that asks ``config()`` the test's settings; tests without a database never start one."""
    wants = {"settings", "session", "client", "app", "committed"} & set(request.fixturenames)
    if not wants:
        return
    found: Config = request.getfixturevalue("committed" if "committed" in wants else "settings")
    for name, value in {
        "FIELDGRID_APP_DATABASE_URL": found.database_url,
        "DATABASE_URL": found.owner_database_url,
        "FIELDGRID_SECRET_KEY": found.secret_key,
        "FIELDGRID_DATA_KEY": found.data_key,
        "FIELDGRID_STORAGE_URL": found.storage_url,
        "FIELDGRID_LOG_LEVEL": found.log_level,
    }.items():
        monkeypatch.setenv(name, value)
    config.cache_clear()
    storage.store.cache_clear()


@pytest.fixture(scope="session")
def bare_engine(settings: Config) -> Iterator[Engine]:
    engine = create_engine(settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def city_engine(admin: Engine, template: str, superuser_url: str) -> Iterator[Engine]:
    """A database of its own for the tests that begin with the small city."""
    name = _clone(admin, template)
    engine = create_engine(_url(superuser_url, user="fieldgrid_app", database=name))
    yield engine
    engine.dispose()
    _drop(admin, name)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    """Where this test's database is: with the small city, or as the migrations leave it."""
    found: Engine = request.getfixturevalue("city_engine" if "made_city" in request.fixturenames else "bare_engine")
    return found


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    """A database whose commits are savepoints of one transaction that is rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        found = Database(connection)
        use_database(found)
        yield found
        outer.rollback()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database._sessions() as session:
        yield session


@pytest.fixture
def now() -> datetime:
    """Tuesday 2026-03-10, ten in the morning in Shanghai."""
    return datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def statements(engine: Engine) -> Callable[[], AbstractContextManager[list[str]]]:
    """A context manager that lists the SQL statements sent inside it, without savepoints."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if "SAVEPOINT" not in statement:
                sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def committed(admin: Engine, template: str, superuser_url: str, tmp_path: Path) -> Iterator[Config]:
    """Settings of a database of the test's own, where commits are real (locks, workers, races)."""
    name = _clone(admin, template)
    settings = make_settings(superuser_url, name, tmp_path)
    database = Database.connect(settings)
    use_database(database)
    yield settings
    database.bind.dispose()  # type: ignore[union-attr]
    _drop(admin, name)
