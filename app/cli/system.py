"""Commands about the system itself: migrations, the API description, settings, the outbox."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import yaml
from sqlalchemy.orm import Session

from app import migrate as migrations
from app.core import outbox as messages
from app.core.config import Config, ConfigError, config, env_example
from app.core.db import Database, unit_of_work, use_database
from app.core.errors import DomainError
from app.factory import create_app

SPEC = Path("api_spec") / "openapi.yaml"


def connect() -> None:
    """Use the configured database in this command, or end with what is missing."""
    try:
        use_database(Database.connect(config()))
    except ConfigError as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def explained() -> Iterator[None]:
    """On the configured database: what the product refuses becomes the command's message."""
    connect()
    try:
        yield
    except DomainError as error:
        raise click.ClickException(f"{error.title}: {error.detail}") from error


@contextmanager
def work() -> Iterator[Session]:
    """The unit of work of a command, explained."""
    with explained(), unit_of_work() as session:
        yield session


@click.command()
@click.option("--check", is_flag=True, help="Only say whether migrations are missing (exit 1).")
def migrate(*, check: bool) -> None:
    """Bring the database to this program's schema."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise click.ClickException("DATABASE_URL is not set: it names the database and the role that owns the tables.")
    if migrations.current(url) == migrations.head():
        click.echo(f"database is at {migrations.head()}")
        return
    if check:
        click.echo(f"database is at {migrations.current(url)}, this program needs {migrations.head()}")
        sys.exit(1)
    migrations.upgrade(url)
    click.echo(f"database is at {migrations.head()} now")


def spec_text() -> str:
    """The OpenAPI description as committed: YAML, keys in the order the code gives them."""
    nowhere = Config.from_env(
        {
            "FIELDGRID_APP_DATABASE_URL": "postgresql+psycopg2://nobody@127.0.0.1:1/none",
            "FIELDGRID_SECRET_KEY": "only for describing, never for serving",
            "FIELDGRID_DATA_KEY": "only for describing, never for serving",
        }
    )
    return yaml.safe_dump(create_app(nowhere).api_doc, allow_unicode=True, sort_keys=False, width=120)


@click.command()
@click.option("--check", is_flag=True, help="Only say whether the committed description is current (exit 1).")
def openapi(*, check: bool) -> None:
    """Write api_spec/openapi.yaml from the code."""
    text = spec_text()
    if check and SPEC.read_text(encoding="utf-8") != text:
        raise click.ClickException(f"{SPEC} is not what the code says: run `./fieldgrid openapi` and commit it.")
    if not check:
        SPEC.write_text(text, encoding="utf-8")
    click.echo(f"{SPEC} is current")


@click.command("env-example")
def env_example_() -> None:
    """Print every setting with its meaning and default."""
    click.echo(env_example(), nl=False)


@click.command()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 500), help="How many, newest first.")
@click.option("--to", "recipient", default=None, help="Only messages to this number or address.")
@click.option("--failed", is_flag=True, help="Only those that a gateway could not deliver, with the reason.")
def outbox(limit: int, recipient: str | None, *, failed: bool) -> None:
    """Show the messages that the default gateway keeps instead of sending, sign-in codes among them."""
    connect()
    with unit_of_work() as session:
        if failed:
            for at, channel, to, attempts, reason in messages.undelivered(session, limit=limit):
                click.echo(f"{at:%Y-%m-%d %H:%M:%S}Z  {channel}  {to}  tried {attempts} times: {reason}")
            return
        for at, channel, to, text in messages.newest(session, limit=limit, recipient=recipient):
            click.echo(f"{at:%Y-%m-%d %H:%M:%S}Z  {channel}  {to}  {text}")


COMMANDS = (migrate, openapi, env_example_, outbox)
