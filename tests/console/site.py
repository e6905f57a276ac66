"""The demo city as people find it after `./fieldgrid up`: loaded once, copied for whoever looks at its pages."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from app.core.config import Config
from tests.conftest import TEMPLATE_LOCK, _clone, _drop, make_settings
from tests.factories.programs import Programs

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (ROOT / "app", ROOT / "migrations", ROOT / "grid_data")
# Every open page listens to the stream, which takes a thread.
THREADS = 48


def _mark() -> str:
    """Changes whenever what the demo city is made from does."""
    files = (path for folder in SOURCES for path in folder.rglob("*") if path.suffix in {".py", ".csv", ".geojson"})
    return f"{max(path.stat().st_mtime_ns for path in files) % 10**15}"


def _load(settings: Config) -> None:
    env = {
        **os.environ,
        "FIELDGRID_APP_DATABASE_URL": settings.database_url,
        "DATABASE_URL": settings.owner_database_url,
        "FIELDGRID_SECRET_KEY": settings.secret_key,
        "FIELDGRID_DATA_KEY": settings.data_key,
        "FIELDGRID_STORAGE_URL": settings.storage_url,
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run([sys.executable, "-m", "app.cli", "demo-city"], cwd=ROOT, env=env, check=True, capture_output=True)


def demo_template(admin: Engine, template: str, superuser_url: str) -> tuple[str, Path]:
    """A database with the demo city and the folder of its photos; made once per state of the sources."""
    mark = _mark()
    name, photos = f"fg_demo_{mark}", Path(tempfile.gettempdir()) / f"fieldgrid-demo-{mark}"
    with admin.connect() as connection:
        # Another lock than that of clones, which wait for each other while this one is held.
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": TEMPLATE_LOCK + 1})
        known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}).scalar()
        if not known or not photos.is_dir():
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            making = _clone(admin, template)
            photos.mkdir(exist_ok=True)
            _load(make_settings(superuser_url, making, photos))
            connection.execute(text(f'ALTER DATABASE "{making}" RENAME TO "{name}"'))
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": TEMPLATE_LOCK + 1})
    return name, photos


@contextmanager
def demo_site(admin: Engine, template: str, superuser_url: str) -> Iterator[Programs]:
    """API and worker on a copy of the demo city; what is done there is gone afterwards."""
    prepared, photos = demo_template(admin, template, superuser_url)
    name = _clone(admin, prepared)
    programs = Programs(make_settings(superuser_url, name, photos), threads=THREADS)
    try:
        programs.start()
        yield programs
    finally:
        programs.kill()
        _drop(admin, name)
