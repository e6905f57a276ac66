"""`./fieldgrid organization`: territories, departments and units."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from app.accounts import queries, service
from app.accounts.rules import OrganizationKind
from app.accounts.service import NewOrganization
from app.cases.service import leaving
from app.cli.system import work
from app.core import clock

KIND = click.Choice([kind.value for kind in OrganizationKind])
PAGE = 500
TOP = "-"


def _id(session: Session, code: str) -> UUID:
    found = service.organization_by_code(session, code)
    if found is None:
        raise click.ClickException(
            f"There is no organisation {code}: `./fieldgrid organization list` shows which there are."
        )
    return UUID(str(found.id))


@click.group()
def organization() -> None:
    """Territories, departments and units: make, change, close them."""


@organization.command("list")
@click.option("--kind", type=KIND, default=None, help="Only those of this kind.")
@click.option("--parent", default=None, help="Only those directly below the one with this code.")
@click.option("--closed", is_flag=True, help="Closed ones as well.")
def list_(kind: str | None, parent: str | None, *, closed: bool) -> None:
    """Show organisations: code, kind, ground and name."""
    after: str | None = None
    with work() as session:
        while True:
            rows = queries.list_organizations(session, kind=kind, parent=parent, after=after, limit=PAGE, closed=closed)
            for row in rows[:PAGE]:
                click.echo(f"{row.code}\t{row.kind}\t{row.area_code or '-'}\t{row.name}")
            if len(rows) <= PAGE:
                return
            after = rows[PAGE - 1].code


@organization.command()
@click.argument("code")
@click.option("--name", required=True, help="Its name.")
@click.option("--kind", type=KIND, required=True, help="What it is.")
@click.option("--parent", default=None, help="Code of the one directly above.")
@click.option("--area", default=None, help="Code of the area that a territory answers for.")
def create(code: str, name: str, kind: str, parent: str | None, area: str | None) -> None:
    """Make an organisation with this CODE, which never changes."""
    with work() as session:
        parent_id = None if parent is None else _id(session, parent)
        service.create_organization(session, NewOrganization(code, name, kind, parent_id, area), now=clock.now())
    click.echo(f"{code} is there")


@organization.command()
@click.argument("code")
@click.option("--name", default=None, help="Another name.")
@click.option("--parent", default=None, help=f"Code of the one directly above; {TOP} for none.")
@click.option("--area", default=None, help=f"Code of the area that it answers for; {TOP} for none.")
def change(code: str, name: str | None, parent: str | None, area: str | None) -> None:
    """Change name, parent or ground; what is not named stays."""
    with work() as session:
        values: dict[str, Any] = {} if name is None else {"name": name}
        if parent is not None:
            values["parent_id"] = None if parent == TOP else _id(session, parent)
        if area is not None:
            values["area_code"] = None if area == TOP else area
        service.change_organization(session, _id(session, code), values, expected=None, now=clock.now())
    click.echo(f"{code} is changed")


@organization.command()
@click.argument("code")
def close(code: str) -> None:
    """Close an organisation that no open case, rule, grant, person or organisation depends on any more."""
    with work() as session:
        leaving.close_organization(session, _id(session, code), expected=None, now=clock.now(), actor_id=None)
    click.echo(f"{code} is closed")
