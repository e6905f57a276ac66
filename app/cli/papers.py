"""`./fieldgrid papers`: the kinds of papers of this city, and how its papers look."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.rules import Role
from app.cli.pictures import picture
from app.cli.system import connect
from app.core import clock
from app.core.auth import Grant, Principal
from app.core.db import read_unit, unit_of_work
from app.core.errors import DomainError
from app.documents import service
from app.documents.rules.kinds import DocumentKind
from app.documents.service import Order

PAGES = (1, 2)
DEMAND = "请组织人员清运积存垃圾、冲洗地面，并安排专人每日巡查两次，防止反弹。"
CHANGES = ("name_zh", "name_en", "number_format", "issuing_body", "basis")


@click.group()
def papers() -> None:
    """Case files and numbered notices."""


@papers.command()
def kinds() -> None:
    """Print the kinds of papers: names, the form of their numbers, who signs, who issues."""
    connect()
    with read_unit() as session:
        rows = service.kinds_of_city(session)
    for row in rows:
        click.echo(f"{row.code}: {row.name_zh} / {row.name_en}\n  {row.number_format}  {row.issuing_body}  {row.basis}")
        click.echo(f"  issued by {', '.join(row.issuing_roles)}")


@papers.command()
@click.argument("code")
@click.option("--name-zh", help="What it is called in Chinese.")
@click.option("--name-en", help="What it is called in English.")
@click.option("--number-format", help="The form of its numbers, such as 城管督〔{year}〕{serial}号.")
@click.option("--issuing-body", help="Who signs it.")
@click.option("--basis", help="What it rests on.")
@click.option("--issuing-role", "issuing_roles", multiple=True, help="A post that issues it; once for each.")
def change(code: str, issuing_roles: tuple[str, ...], **given: str | None) -> None:
    """Change a kind of paper. What was issued stays as it is."""
    connect()
    changes: dict[str, Any] = {name: given[name] for name in CHANGES if given[name] is not None}
    if issuing_roles:
        changes["issuing_roles"] = list(issuing_roles)
    if not changes:
        raise click.UsageError("name at least one thing to change; `--help` lists them")
    try:
        with unit_of_work() as session:
            service.change_kind(session, code, changes, now=clock.now())
    except DomainError as refused:
        raise click.ClickException(refused.detail) from refused
    click.echo(f"{code}: changed {', '.join(sorted(changes))}")


@papers.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--case", "number", help="Of which case; an open one with many photos where it is left out.")
def specimens(folder: Path, number: str | None) -> None:
    """Print a case's file and this city's notices into a folder, to see how they look; no number is used up."""
    connect()
    now = clock.now()
    with unit_of_work() as session:
        try:
            pages = _pages(session, number, now)
        except DomainError as refused:
            raise click.ClickException(refused.detail) from refused
        session.rollback()
    folder.mkdir(parents=True, exist_ok=True)
    for name, (html, keys) in pages.items():
        try:
            pdf = service.printers().pdf(html, service.pictures_at(keys))
        except DomainError as refused:
            raise click.ClickException(refused.detail) from refused
        (folder / f"{name}.pdf").write_bytes(pdf)
        click.echo(f"{folder / name}.pdf ({len(pdf) // 1000} kB)")
        picture(folder / f"{name}.pdf", PAGES)


def _pages(session: Session, number: str | None, now: datetime) -> dict[str, tuple[str, dict[str, str]]]:
    principal, words = _supervisor(session, now), service.words_in("zh-CN")
    told = number or service.specimen_number(session, "closed") or service.specimen_number(session, "handling")
    wanted = number or service.specimen_number(session, "handling")
    if told is None or wanted is None:
        raise click.ClickException("there is no open case with photos and an owner yet")
    file = service.page_of(service.gather(session, told, principal, words, now=now), principal, words, now=now)
    pages = {"case-file": (file, service.keys_of(session, file))}
    for kind in DocumentKind:
        order = Order(kind, due_at=now + timedelta(days=3), text=DEMAND)
        made = service.issue(session, wanted, order, principal=principal, now=now)
        html = service.printed(service.document_row(session, made, principal))
        pages[str(kind)] = (html, service.keys_of(session, html))
    return pages


def _supervisor(session: Session, now: datetime) -> Principal:
    """Somebody who may issue every kind here: one of the city's supervisors, for this once with the whole ground."""
    found = accounts.users_with_role(session, Role.SUPERVISOR, now=now)
    if not found or found[0].organization_id is None:
        raise click.ClickException("nobody is a supervisor yet")
    who, unit = found[0], found[0].organization_id
    return Principal(who.id, "staff", who.name, unit, (Grant(Role.SUPERVISOR, unit, ""),), frozenset())
