"""What one photo costs: our pipeline beside its limit, in one run, as ratios.

    python benchmarks/photo_pipeline.py [HEIC file of your own, 12 megapixels]

JPEG: CPU of verify + decode + display + thumbnail + hashes against simplejpeg's plain full decode, alternating,
median of 9. Memory: the growth of the resident size of a fresh process over one photo. HEIC: against pi-heif's plain
decode. Goals: JPEG at most 1.6 × in CPU and 80 MiB above the base; HEIC at most 1.3 ×.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.media.rules.containers import open_container
from app.media.rules.pixels import derive
from tests.factories.media import HEIC_SAMPLES, Shot, picture

ROUNDS = 9
SHAPES = {"12 MP (4000 × 3000)": (4000, 3000), "12 MP phone (4032 × 3024)": (4032, 3024), "48 MP": (8064, 6048)}


def photo(size: tuple[int, int]) -> bytes:
    """A scene with grain, about as heavy for a decoder as a phone's photo (4 MB at 12 MP)."""
    grain = Image.frombytes("L", (512, 512), random.Random(1).randbytes(512 * 512)).filter(
        ImageFilter.GaussianBlur(0.6)
    )
    sheet = Image.new("L", size)
    for x in range(0, size[0], 512):
        for y in range(0, size[1], 512):
            sheet.paste(grain, (x, y))
    image = Image.blend(picture(Shot(size=size)), sheet.convert("RGB"), 0.25)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


def whole(data: bytes) -> None:
    """Everything that happens to a photo before its bytes are stored."""
    hashlib.sha256(data).hexdigest()
    derive(open_container(data, None))


def cpu_ms(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000


def side_by_side(ours: Callable[[], object], limit: Callable[[], object]) -> tuple[float, float]:
    """Medians of both in ms of CPU, measured in turns so that a busy machine slows both."""
    pairs = [(cpu_ms(ours), cpu_ms(limit)) for _ in range(ROUNDS)]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


_MEASURE = """
import sys
sys.path.insert(0, sys.argv[1])
from benchmarks.photo_pipeline import high_water_kib, photo, whole
data = sys.stdin.buffer.read()
whole(photo((64, 48)))
base = high_water_kib()
whole(data)
print(high_water_kib() - base)
"""


def high_water_kib() -> int:
    """The peak resident size since the last call; Linux only."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def growth_mib(data: bytes) -> float:
    """Peak resident size of a fresh process over one photo, above its size with libraries and the upload in memory."""
    command = [sys.executable, "-c", _MEASURE, str(Path(__file__).resolve().parents[1])]
    return int(subprocess.run(command, input=data, capture_output=True, check=True).stdout) / 1024


def main() -> None:
    import pi_heif  # noqa: PLC0415 -- the child process that measures memory needs neither
    import simplejpeg  # noqa: PLC0415

    figures = []
    for name, size in SHAPES.items():
        data = photo(size)
        ours, limit = side_by_side(lambda d=data: whole(d), lambda d=data: simplejpeg.decode_jpeg(d))
        figures.append(
            {
                "photo": name,
                "megabytes": round(len(data) / 1e6, 1),
                "ours_ms": round(ours),
                "simplejpeg_ms": round(limit),
                "ratio": round(ours / limit, 2),
                "growth_mib": round(growth_mib(data)),
            }
        )
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else HEIC_SAMPLES / "plain.heic"
    heic = given.read_bytes()
    ours, limit = side_by_side(lambda: whole(heic), lambda: pi_heif.open_heif(heic).to_pillow())
    figures.append(
        {"photo": given.name, "ours_ms": round(ours), "pi_heif_ms": round(limit), "ratio": round(ours / limit, 2)}
    )
    for figure in figures:
        print(json.dumps(figure, ensure_ascii=False))


if __name__ == "__main__":
    main()
