"""Position, time and orientation out of a photo's EXIF block.

Phones, editors and malice write EXIF that is wrong in every way. Whatever is wrong reads as "not said": evidence
is missing then, the photo is taken all the same.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

type_of_value = bytes | str | int | tuple[float, ...]

_ORIENTATION, _EXIF_IFD, _GPS_IFD = 0x0112, 0x8769, 0x8825
_TAKEN, _DIGITIZED, _TAKEN_OFFSET, _DIGITIZED_OFFSET = 0x9003, 0x9004, 0x9011, 0x9012
_LAT_REF, _LAT, _LON_REF, _LON = 1, 2, 3, 4

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 9: 4, 10: 8}
_MAX_ENTRIES = 512
_MAX_VALUE_BYTES = 256
_TIME = re.compile(r"(\d{4})[:\-/](\d{2})[:\-/](\d{2})[ T](\d{2}):(\d{2}):(\d{2})")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")


@dataclass(frozen=True, slots=True)
class Exif:
    """What the camera says. Units: position as (lon, lat) in degrees, EPSG:4326; taken_at aware, UTC."""

    position: tuple[float, float] | None = None
    taken_at: datetime | None = None
    orientation: int = 1


def read_exif(block: bytes | None, city_tz: tzinfo) -> Exif:
    """Read a TIFF-structured EXIF block. A time without an offset is the city's time.

    Source: CIPA DC-008-2023 (Exif 3.0) §4.6.

    Example:
        >>> read_exif(b"garbage", UTC)
        Exif(position=None, taken_at=None, orientation=1)
    """
    if not block or len(block) < 8 or block[:2] not in {b"II", b"MM"}:
        return Exif()
    order = "<" if block[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", block, 4)
    top = _entries(block, order, first)
    camera = _entries(block, order, top.get(_EXIF_IFD))
    place = _entries(block, order, top.get(_GPS_IFD))
    orientation = top.get(_ORIENTATION)
    return Exif(
        position=_position(place),
        taken_at=_instant(camera.get(_TAKEN), camera.get(_TAKEN_OFFSET), city_tz)
        or _instant(camera.get(_DIGITIZED), camera.get(_DIGITIZED_OFFSET), city_tz),
        orientation=orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1,
    )


def read_exif_orientation(block: bytes | None) -> int:
    """How the stored picture has to be turned, 1 (upright) to 8. Source: Exif 3.0 §4.6.5, tag 0x0112."""
    return read_exif(block, UTC).orientation


def _entries(block: bytes, order: str, at: type_of_value | None) -> dict[int, type_of_value]:
    """The values of one directory by tag; those that point outside the block are left out."""
    if not isinstance(at, int) or not 8 <= at <= len(block) - 2:
        return {}
    (count,) = struct.unpack_from(order + "H", block, at)
    found: dict[int, type_of_value] = {}
    for index in range(min(count, _MAX_ENTRIES)):
        entry = at + 2 + 12 * index
        if entry + 12 > len(block):
            break
        tag, kind, number = struct.unpack_from(order + "HHI", block, entry)
        value = _value(block, order, entry, kind, number)
        if value is not None and tag not in found:
            found[tag] = value
    return found


def _value(block: bytes, order: str, entry: int, kind: int, number: int) -> type_of_value | None:
    size = _SIZES.get(kind, 0) * number
    if not 0 < size <= _MAX_VALUE_BYTES:
        return None
    at = entry + 8 if size <= 4 else struct.unpack_from(order + "I", block, entry + 8)[0]
    raw = block[at : at + size]
    if len(raw) < size:
        return None
    if kind == 2:
        return raw.split(b"\x00")[0].decode("latin-1").strip()
    if kind in {3, 4}:
        return int(struct.unpack_from(order + ("H" if kind == 3 else "I"), raw)[0])
    if kind in {5, 10}:
        parts = struct.unpack(order + ("I" if kind == 5 else "i") * (2 * number), raw)
        return tuple(over / under if under else math.nan for over, under in zip(parts[::2], parts[1::2], strict=True))
    return raw


def _position(place: dict[int, type_of_value]) -> tuple[float, float] | None:
    lat = _degrees(place.get(_LAT), place.get(_LAT_REF), "N", "S", 90)
    lon = _degrees(place.get(_LON), place.get(_LON_REF), "E", "W", 180)
    # Cameras that have no fix yet write zeros; nobody inspects a city in the Gulf of Guinea.
    if lat is None or lon is None or (abs(lat) < 1e-6 and abs(lon) < 1e-6):
        return None
    return round(lon, 8), round(lat, 8)


def _degrees(value: type_of_value | None, ref: type_of_value | None, plus: str, minus: str, most: int) -> float | None:
    if not isinstance(value, tuple) or not isinstance(ref, str) or not 1 <= len(value) <= 3:
        return None
    side = ref.upper()[:1]
    angle: float = sum(part / 60.0**power for power, part in enumerate(value))
    if side not in {plus, minus} or not 0 <= angle <= most:
        return None
    return -angle if side == minus else angle


def _instant(text: type_of_value | None, offset: type_of_value | None, city_tz: tzinfo) -> datetime | None:
    met = _TIME.match(text) if isinstance(text, str) else None
    if met is None:
        return None
    zone = (_zone(offset) if isinstance(offset, str) else None) or city_tz
    try:
        local = datetime(*(int(part) for part in met.groups()), tzinfo=zone)  # type: ignore[arg-type,misc]
        taken = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # A camera whose clock was never set starts in the years before phones had cameras.
    return taken if taken.year >= 2000 else None


def _zone(offset: str) -> tzinfo | None:
    met = _OFFSET.fullmatch(offset)
    if met is None or int(met[2]) > 14 or int(met[3]) > 59:
        return None
    ahead = timedelta(hours=int(met[2]), minutes=int(met[3]))
    return timezone(-ahead if met[1] == "-" else ahead)
