"""`./fieldgrid demo-city`: load the demo city once."""

from pathlib import Path

import click

FOLDER = Path("grid_data")


@click.command("demo-city")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True), default=FOLDER)
def demo_city(folder: Path) -> None:
    """Load the demo city into the database, unless it is there already."""
    click.echo(f"{folder}")
