"""Photos that tests draw themselves, with any EXIF a phone could write."""

from __future__ import annotations

import io
import random
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from app.core.auth import Principal
from app.media import queries, service
from app.media.queries import PhotoRow

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
SMALL = (160, 120)

HEIC_SAMPLES = Path(__file__).resolve().parents[1] / "media" / "data"


@dataclass(frozen=True, slots=True)
class Shot:
    """What is drawn and what the camera says. `position` is (lon, lat) in degrees; `taken` is local camera time."""

    size: tuple[int, int] = (1200, 900)
    seed: int = 1
    position: tuple[float, float] | None = None
    taken: datetime | None = None
    offset: str | None = None
    orientation: int | None = None
    mode: str = "RGB"


def picture(shot: Shot = Shot()) -> Image.Image:
    """A street scene with things lying about, whose places depend on the seed; the top left corner is red."""
    width, height = shot.size
    image = Image.linear_gradient("L").resize(shot.size).convert("RGB")
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, height), (width * 0.4, height * 0.4), (width * 0.6, height * 0.4), (width, height)], "#555")
    dice = random.Random(shot.seed)
    for _ in range(14):
        left, top = dice.random() * width, dice.random() * height
        shape = draw.ellipse if dice.random() < 0.5 else draw.rectangle
        right, bottom = left + width * (0.08 + 0.2 * dice.random()), top + height * (0.08 + 0.2 * dice.random())
        shape([left, top, right, bottom], fill=(dice.randrange(256), dice.randrange(256), dice.randrange(256)))
    draw.rectangle([0, 0, width // 8, height // 8], "#f00")
    return image if shot.mode == "RGB" else image.convert(shot.mode)


def jpeg(shot: Shot = Shot(), **options: object) -> bytes:
    """The scene as a JPEG with the shot's EXIF."""
    out = io.BytesIO()
    picture(shot).save(out, "JPEG", quality=85, exif=exif_of(shot), **options)
    return out.getvalue()


def encoded(form: str, shot: Shot = Shot(), **options: object) -> bytes:
    """The scene as PNG, WebP, GIF, …"""
    out = io.BytesIO()
    picture(shot).save(out, form, exif=exif_of(shot), **options)
    return out.getvalue()


def heic(name: str = "plain") -> bytes:
    """A small HEIC photo: `plain` (320 × 240 with EXIF), `turned` (stored lying, 240 × 320 upright)."""
    return (HEIC_SAMPLES / f"{name}.heic").read_bytes()


def exif_of(shot: Shot) -> Image.Exif:
    """The EXIF block of a shot."""
    exif = Image.Exif()
    if shot.orientation:
        exif[0x0112] = shot.orientation
    if shot.taken:
        camera = exif.get_ifd(0x8769)
        camera[0x9003] = shot.taken.strftime("%Y:%m:%d %H:%M:%S")
        if shot.offset:
            camera[0x9011] = shot.offset
    if shot.position:
        lon, lat = shot.position
        exif.get_ifd(0x8825).update(
            {1: "N" if lat >= 0 else "S", 2: sexagesimal(lat), 3: "E" if lon >= 0 else "W", 4: sexagesimal(lon)}
        )
    return exif


def sexagesimal(degrees: float) -> tuple[float, float, float]:
    """Degrees, minutes, seconds of the absolute value."""
    minutes, _ = divmod(abs(degrees) * 60, 1)
    return minutes // 60, minutes % 60, round(abs(degrees) * 3600 - minutes * 60, 4)


def motion_photo(shot: Shot = Shot()) -> bytes:
    """A JPEG with a video behind it, as phones write motion photos."""
    return (
        jpeg(shot) + struct.pack(">I", 24) + b"ftypmp42\x00\x00\x00\x00isommp42" + b"\x00\x00\x10\x00mdat" + bytes(4088)
    )


def somebody(address: str = "192.0.2.1") -> Principal:
    """An anonymous caller."""
    return Principal(None, "anonymous", "", None, (), frozenset({"photo.create", "photo.read"}), address)


def a_photo(
    session: Session,
    *,
    principal: Principal | None = None,
    shot: Shot | None = None,
    now: datetime = NOW,
    public: bool = False,
) -> PhotoRow:
    """A stored photo of the principal (somebody anonymous by default), with its privacy copy if it is public.

    Shots of different seeds are different photos; the same seed gives the same bytes.
    """
    kept = service.keep(jpeg(shot or Shot(size=SMALL)), filename="photo.jpg")
    row = service.record(session, kept, principal=principal or somebody(), now=now)
    if public:
        service.publish(session, row.id, service.store_public_copy(row), now=now)
        found = queries.photo(session, row.id)
        assert found is not None
        return found
    return row
