"""`python -m app.cli`: every command, by feature."""

from __future__ import annotations

from importlib import import_module, util

import click

from app.cli.system import COMMANDS

MODULES = {
    "audit": "audit",
    "base": "base",
    "bulletin": "bulletin",
    "calendar": "calendar",
    "deadlines": "deadlines",
    "figures": "figures",
    "grid": "grid",
    "organization": "organization",
    "papers": "papers",
    "parts": "parts",
    "routing": "routing",
    "tables": "tables",
    "user": "user",
    "demo_city": "demo_city",
    "demo_story": "demo_story",
}


@click.group()
def cli() -> None:
    """FieldGrid's commands that need its code."""


for command in COMMANDS:
    cli.add_command(command)
for module, name in MODULES.items():
    if util.find_spec(f"app.cli.{module}"):
        cli.add_command(getattr(import_module(f"app.cli.{module}"), name))

if __name__ == "__main__":
    cli(prog_name="./fieldgrid")
