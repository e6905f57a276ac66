"""The schema goes up, down and up again, and is what the models say."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from app import migrate
from app.models import TABLES, Base
from tests.conftest import _drop, _url, create_empty

pytestmark = pytest.mark.slow


@pytest.fixture
def empty_url(admin: Engine, superuser_url: str) -> Iterator[str]:
    name = f"fg_empty_{uuid4().hex[:10]}"
    create_empty(admin, name)
    yield _url(superuser_url, user="fieldgrid_owner", database=name)
    _drop(admin, name)


def _drift(url: str) -> list[object]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        known = set(TABLES)

        def ours(name: str | None, kind: str, _: object) -> bool:
            return kind != "table" or name in known

        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": ours})
        return list(compare_metadata(context, Base.metadata))


def test_there_is_one_head_and_the_program_knows_it():
    script = ScriptDirectory.from_config(migrate.alembic_config("postgresql+psycopg2://nowhere"))
    assert script.get_heads() == [migrate.head()]


def test_models_and_migrations_agree(empty_url: str):
    migrate.upgrade(empty_url)
    assert migrate.current(empty_url) == migrate.head()
    assert _drift(empty_url) == []


def test_down_to_nothing_and_up_again(empty_url: str):
    migrate.upgrade(empty_url)
    migrate.downgrade(empty_url, "base")
    engine = create_engine(empty_url, poolclass=NullPool)
    left = set(inspect(engine).get_table_names()) - {"alembic_version", "spatial_ref_sys"}
    assert left == set()
    with engine.connect() as connection:
        functions = connection.execute(
            text("""SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
                     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""")
        ).all()
    assert functions == []
    migrate.upgrade(empty_url)
    assert _drift(empty_url) == []
