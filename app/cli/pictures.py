"""Pages of a PDF side by side as a small PNG, where the machine has what makes one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

DPI = 84
COLOURS = 128
GAP, GROUND = 14, "#d9d8d3"


def picture(pdf: Path, pages: Sequence[int]) -> Path | None:
    """These pages beside the PDF as a PNG of the same name; None where the machine has no pdftoppm."""
    program = shutil.which("pdftoppm")
    if program is None:
        return None
    with tempfile.TemporaryDirectory(prefix="fieldgrid-") as folder:
        for page in pages:
            command = [program, "-r", str(DPI), "-png", "-f", str(page), "-l", str(page), str(pdf), f"{folder}/page"]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 -- our own file
        shown = [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("*.png"))]
    width, height = shown[0].size
    sheet = Image.new("RGB", ((width + GAP) * len(shown) + GAP, height + 2 * GAP), GROUND)
    for at, one in enumerate(shown):
        sheet.paste(one, (GAP + at * (width + GAP), GAP))
    made = pdf.with_suffix(".png")
    sheet.quantize(COLOURS).save(made, optimize=True)
    return made
