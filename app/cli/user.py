"""`./fieldgrid user`: people who sign in by password, and what they may do."""

from __future__ import annotations

import sys
from uuid import UUID

import click
from sqlalchemy.orm import Session

from app.accounts import queries, service
from app.accounts.rules import STAFF_ROLES, normal_username
from app.accounts.service import NewGrant
from app.cases.service import leaving
from app.cli.system import work
from app.core import clock

ROLE = click.Choice(sorted(role.value for role in STAFF_ROLES))
PAGE = 500


def _user(session: Session, username: str) -> UUID:
    user_id = service.user_id_of(session, normal_username(username))
    if user_id is None:
        raise click.ClickException(f"There is no user {username}: `./fieldgrid user list` shows who there is.")
    return user_id


def _organization(session: Session, code: str) -> UUID:
    found = service.organization_by_code(session, code)
    if found is None:
        raise click.ClickException(f"There is no organisation with the code {code}.")
    return found[0]


def _tell(left: list[str]) -> None:
    """Which cases of somebody are given back because they can do nothing about them any more."""
    if left:
        click.echo(f"given back to unit and desk: {', '.join(left)}")


def _new_password() -> str:
    """Asked for twice at a terminal, else the first line of the input; never an argument, which others could see."""
    if sys.stdin.isatty():
        typed: str = click.prompt("New password", hide_input=True, confirmation_prompt=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")


@click.group()
def user() -> None:
    """Create users, disable them, give and take roles."""


@user.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--organization", required=True, help="Code of the organisation they belong to.")
def create(username: str, name: str, organization: str) -> None:
    """Create a member of staff; the password is asked for, or read from the input's first line."""
    with work() as session:
        service.create_user(
            session,
            username=username,
            name=name,
            password=_new_password(),
            organization_id=_organization(session, organization),
            now=clock.now(),
        )
    click.echo(f"{normal_username(username)} can sign in; give a role with `./fieldgrid user grant`")


@user.command("list")
@click.option("--role", type=ROLE, default=None, help="Only those who hold this role now.")
@click.option("--organization", default=None, help="Only those of the organisation with this code.")
def list_(role: str | None, organization: str | None) -> None:
    """Show the users who can sign in: user name, name and roles."""
    after: str | None = None
    with work() as session:
        while True:
            rows = queries.list_users(
                session,
                role=role,
                organization=organization,
                areas=[""],
                own_organization=None,
                now=clock.now(),
                after=after,
                limit=PAGE,
            )
            for row in rows[:PAGE]:
                click.echo(f"{row.username}\t{row.name}\t{', '.join(sorted(row.roles)) or '-'}")
            if len(rows) <= PAGE:
                return
            after = rows[PAGE - 1].username


@user.command()
@click.argument("username")
def disable(username: str) -> None:
    """Shut somebody out at once: every sign-in of theirs ends."""
    with work() as session:
        user_id = _user(session, username)
        left = leaving.disable_user(session, user_id, expected=None, now=clock.now(), actor_id=None)
    click.echo(f"{username} is shut out")
    _tell(left)


@user.command()
@click.argument("username")
def enable(username: str) -> None:
    """Let somebody in again who was shut out, with the roles that are still valid."""
    with work() as session:
        service.enable_user(session, _user(session, username), expected=None, now=clock.now())
    click.echo(f"{username} can sign in again")


@user.command()
@click.argument("username")
@click.option("--name", default=None, help="Another name of the person; the user name stays.")
@click.option("--organization", default=None, help="Code of the organisation they belong to from now on.")
def change(username: str, name: str | None, organization: str | None) -> None:
    """Change somebody's name or organisation; their roles stay as they are."""
    with work() as session:
        values: dict[str, object] = {} if name is None else {"name": name}
        if organization is not None:
            values["organization_id"] = _organization(session, organization)
        service.change_user(session, _user(session, username), values, expected=None, now=clock.now())
    click.echo(f"{username} is changed")


@user.command("reset-password")
@click.argument("username")
def reset_password(username: str) -> None:
    """Give somebody a new password, asked for or read from the input; every sign-in of theirs ends."""
    with work() as session:
        service.reset_password(session, _user(session, username), _new_password(), now=clock.now())
    click.echo(f"{username} has a new password")


@user.command()
@click.argument("username")
@click.argument("role", type=ROLE)
@click.option("--organization", required=True, help="Code of the organisation in which the role is held.")
@click.option("--area", default="", help="Code of the area whose subtree it covers; without it the whole city.")
def grant(username: str, role: str, organization: str, area: str) -> None:
    """Give a user a role from now on."""
    now = clock.now()
    with work() as session:
        new = NewGrant(role, _organization(session, organization), area, now)
        service.grant(session, _user(session, username), new, now=now)
    click.echo(f"{username} is {role} of {area or 'the whole city'}")


@user.command()
@click.argument("username")
@click.argument("role", type=ROLE)
@click.option("--area", default=None, help="Only the grants on exactly this area.")
def revoke(username: str, role: str, area: str | None) -> None:
    """Take a role from a user from now on."""
    with work() as session:
        ended, left = leaving.revoke(session, _user(session, username), role, area, now=clock.now())
    if not ended:
        raise click.ClickException(f"{username} holds no such role now.")
    click.echo(f"{username} lost {ended} grant{'s' if ended > 1 else ''} as {role}")
    _tell(left)
