"""Bring the database to this program's schema; runs as the owning role, which the API never uses."""

from __future__ import annotations

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from app.core.config import ROOT

HEAD = ROOT / "migrations" / ".current-head"


def alembic_config(url: str) -> AlembicConfig:
    """Alembic's settings for this database. ``url`` is SQLAlchemy's, of the owning role."""
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(ROOT / "migrations"))
    settings.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return settings


def current(url: str) -> str | None:
    """The revision the database is at, None for an empty one."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str:
    """The revision this program needs."""
    return HEAD.read_text(encoding="utf-8").strip()


def upgrade(url: str, revision: str = "head") -> None:
    """Run every missing migration, each in a transaction of its own."""
    command.upgrade(alembic_config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Undo migrations down to a revision (``base``: all)."""
    command.downgrade(alembic_config(url), revision)
