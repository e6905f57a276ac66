"""A city of another size than the one that comes with the product: drawn into a folder of its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree

from app.cli.demo_city.load import Say
from app.cli.demo_city.make import SEED, make_demo
from app.cli.demo_city.progress import amount, span
from app.cli.demo_city.size import metropolis

CELLS_DRAWN_PER_S = 250


@contextmanager
def drawn(catalog: Path, cells: int, say: Say) -> Iterator[Path]:
    """The files of a city of so many cells, with the types of another folder; gone afterwards.

    Raises: ValueError for a number of cells that no city can have.
    """
    size = metropolis(cells)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        began = time.monotonic()
        say(f"  drawing {amount(cells)} cells, about {span(cells / CELLS_DRAWN_PER_S)}")
        make_demo(folder, SEED, size)
        copytree(catalog / "catalog", folder / "catalog")
        say(f"  city drawn ({time.monotonic() - began:.1f} s)")
        yield folder
