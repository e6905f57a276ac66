"""`./fieldgrid bulletin`: the bulletin of a period as a file, as the worker would make it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from app.bulletins import service
from app.bulletins.rules import BulletinFormat, Language
from app.bulletins.service import Wanted
from app.cli.pictures import picture
from app.cli.system import connect
from app.core import clock
from app.core.config import config
from app.core.db import read_unit
from app.core.errors import DomainError
from app.evaluation.rules.periods import Period, period_of

FORMATS, LANGUAGES = [one.value for one in BulletinFormat], [one.value for one in Language]


def _period(_context: click.Context, _parameter: click.Parameter, value: str) -> Period:
    try:
        return period_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.argument("period", callback=_period)
@click.option("--format", "ending", type=click.Choice(FORMATS), default="docx", show_default=True)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the file is written."
)
@click.option("--language", type=click.Choice(LANGUAGES), default="zh-CN", show_default=True)
@click.option("--revision", type=click.IntRange(1), help="Which one; without it the one in force.")
@click.option("--draft", is_flag=True, help="Of what is in review, marked as a draft for comment.")
@click.option("--serial", type=click.IntRange(1), help="Its number in the office's register; without it room is left.")
@click.option("--picture", "pages", help="Of a PDF: these pages (1,2,5) side by side as a PNG beside it.")
def bulletin(period: Period, ending: str, out: Path, **wished: Any) -> None:
    """Write the bulletin of a PERIOD that was published, such as 2026-10, into a file."""
    connect()
    language = Language(wished["language"])
    wanted = Wanted(period, wished["revision"], wished["draft"], BulletinFormat(ending), language, wished["serial"])
    zone = ZoneInfo(config().city_tz)
    try:
        with read_unit() as session:
            document = service.contents_of(session, wanted, None, zone, now=clock.now())
        data = service.file_of(document, wanted.format)
    except DomainError as refused:
        raise click.ClickException(refused.detail) from refused
    out.write_bytes(data)
    if wished["pages"] and wanted.format is BulletinFormat.PDF:
        picture(out, [int(page) for page in wished["pages"].split(",")])
    click.echo(f"{out} ({len(data) // 1000} kB)")
