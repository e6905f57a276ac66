"""How Alembic reaches the database: as the owning role, one migrator at a time, giving way to running traffic."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from app.core.models import Base
from app.models import TABLES  # noqa: F401 -- importing it fills Base.metadata with every feature's tables

LOCK = 7_216_001


def include_name(name: str | None, kind: str, parents: object) -> bool:
    """Leave what PostGIS and the queue own alone, and the partitions that the database makes itself."""
    del parents
    if kind != "table" or name is None:
        return True
    return name in Base.metadata.tables


def include_object(thing: object, name: str | None, kind: str, *, reflected: bool, compare_to: object) -> bool:
    del thing, compare_to
    return not (kind == "table" and reflected and name not in Base.metadata.tables)


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    given = context.config.attributes.get("connection")
    engine = create_engine(url, poolclass=pool.NullPool) if given is None else None
    with given.connect() if engine is None else engine.connect() as connection:
        # A second migrator waits here; a migration that cannot get its lock gives up instead of stopping all traffic.
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=include_name,
            transaction_per_migration=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
        connection.commit()


run()
