"""Where a photo begins and ends inside its file, and the parts of it that a decoder needs.

A decoder gets only those parts: no EXIF, no comments, no second pictures, nothing behind the end. What lies behind
the end is looked at by `cargo`.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from app.media.errors import PhotoUnreadable
from app.media.rules.cargo import check_cargo
from app.media.rules.kinds import MAX_PIXELS_OTHER, Kind, check_name, check_pixels, sniff

# An ordinary progressive photo has about ten scans. Each scan makes the decoder walk the whole picture once more, so
# a small file with thousands of them would keep it busy for minutes.
MAX_SCANS = 64
MAX_CHUNKS = 20_000

_TRUNCATED = "The photo ends before its end: the upload or the file is incomplete. Send it again."
_BROKEN = "The photo is damaged: take it again or export it as JPEG."

_BOXES = frozenset(b"ftyp meta mdat free skip wide uuid moov moof mfra mpvd sefd idat".split())
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
# Baseline and extended sequential; the decoder keeps the coefficients of a whole picture of the others.
_ROW_BY_ROW = frozenset({0xC0, 0xC1})
_KEPT_PNG = frozenset({b"IHDR", b"PLTE", b"tRNS", b"iCCP", b"sRGB", b"IDAT", b"IEND"})


@dataclass(frozen=True, slots=True)
class Container:
    """A photo taken out of its file.

    Units: width and height in pixels as stored (before orientation); both 0 for HEIC, whose decoder reads them.
    """

    kind: Kind
    width: int
    height: int
    picture: bytes
    exif: bytes | None


@dataclass(slots=True)
class _Found:
    """What a walk over a file has met so far."""

    width: int = 0
    height: int = 0
    end: int = 0
    exif: bytes | None = None


def open_container(data: bytes, filename: str | None) -> Container:
    """Check a file and take the photo out of it, without decoding a pixel.

    Raises: PhotoType, PhotoUnreadable, PhotoTooLarge, PhotoCarriesCargo.

    Example:
        >>> open_container(b"GIF89a", "a.gif")
        Traceback (most recent call last):
        app.media.errors.PhotoType: This is not a JPEG, PNG, WebP or HEIC photo. Take or export the photo again as JPEG.
    """
    kind = sniff(data)
    check_name(kind, filename)
    container, end = _WALKS[kind](data)
    check_cargo(data, end)
    if kind is not Kind.HEIC:
        check_pixels(kind, container.width, container.height)
    return container


def _open_jpeg(data: bytes) -> tuple[Container, int]:
    found = _Found()
    parts = [b"\xff\xd8"]
    for marker, start, stop in _segments(data):
        body = data[start + 4 : min(stop, start + 20)]
        if marker == 0xD9:
            found.end = stop
        if marker in _FRAMES and not found.width and len(body) >= 6:
            found.height, found.width = struct.unpack(">HH", body[1:5])
            if marker not in _ROW_BY_ROW:
                check_pixels(Kind.JPEG, found.width, found.height, most=MAX_PIXELS_OTHER)
        if marker == 0xE1 and body[:6] == b"Exif\x00\x00" and found.exif is None:
            found.exif = data[start + 10 : stop]
        if _is_needed(marker, body):
            parts.append(data[start:stop])
    if not found.width or not found.end:
        raise PhotoUnreadable(_TRUNCATED if found.width else _BROKEN)
    return Container(Kind.JPEG, found.width, found.height, b"".join(parts), found.exif), found.end


def _is_needed(marker: int, body: bytes) -> bool:
    """Whether a decoder needs the segment: everything but application data and comments, of those colour only."""
    if marker == 0xFE:
        return False
    if 0xE0 <= marker <= 0xEF:
        return marker == 0xEE or body[:5] == b"JFIF\x00" or (marker == 0xE2 and body[:12] == b"ICC_PROFILE\x00")
    return True


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker, start, stop) of each JPEG segment up to the end of the image; a scan's data belong to its segment."""
    places = _marker_places(data)
    index, scans = 0, 0
    while index < len(places):
        start = places[index]
        marker = data[start + 1]
        if marker == 0xD9:
            yield marker, start, start + 2
            return
        if marker in {0x01, 0xD8}:
            index += 1
            continue
        stop = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if stop > len(data) or stop < start + 4:
            raise PhotoUnreadable(_TRUNCATED if stop > len(data) else _BROKEN)
        index = bisect_left(places, stop, index)
        if marker == 0xDA:
            scans += 1
            if scans > MAX_SCANS or index == len(places):
                raise PhotoUnreadable(_BROKEN if scans > MAX_SCANS else _TRUNCATED)
            stop = places[index]
        yield marker, start, stop
    raise PhotoUnreadable(_TRUNCATED)


def _marker_places(data: bytes) -> list[int]:
    """Where 0xFF is followed by a marker, not by stuffing (00), filling (FF) or a restart inside a scan (D0 to D7)."""
    octets = np.frombuffer(data, np.uint8)
    places = np.flatnonzero(octets[:-1] == 0xFF)
    marker = octets[places + 1]
    is_marker = (marker != 0x00) & (marker != 0xFF) & ((marker < 0xD0) | (marker > 0xD7))
    places_of_markers: list[int] = places[is_marker].tolist()
    return places_of_markers


def _open_png(data: bytes) -> tuple[Container, int]:
    found = _Found()
    parts = [data[:8]]
    for name, start, stop in _chunks(data, 8, len(data), PNG):
        body = slice(start + 8, stop - 4)
        if name == b"IHDR":
            found.width, found.height = struct.unpack(">II", data[body][:8].ljust(8, b"\x00"))
        if name == b"eXIf":
            found.exif = data[body]
        if name in _KEPT_PNG:
            parts.append(data[start:stop])
        if name == b"IEND":
            found.end = stop
            break
    if not found.end:
        raise PhotoUnreadable(_TRUNCATED)
    return Container(Kind.PNG, found.width, found.height, b"".join(parts), found.exif), found.end


def _open_webp(data: bytes) -> tuple[Container, int]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise PhotoUnreadable(_TRUNCATED)
    found = _Found(end=end)
    for name, start, stop in _chunks(data, 12, end, RIFF):
        body = data[start + 8 : start + 24]
        if not found.width:
            found.width, found.height = _webp_size(name, body)
        if name == b"EXIF":
            found.exif = data[start + 8 : stop].removeprefix(b"Exif\x00\x00")
    return Container(Kind.WEBP, found.width, found.height, data[:end], found.exif), end


def _webp_size(name: bytes, body: bytes) -> tuple[int, int]:
    """The canvas of a WebP by its first chunk; (0, 0) when the chunk does not say it. Source: RFC 9649 §2.5–2.7."""
    if name == b"VP8X" and len(body) >= 10:
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10].ljust(4, b"\x00"))
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L" and body[:1] == b"\x2f":
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0


def _open_heic(data: bytes) -> tuple[Container, int]:
    """Boxes follow one another to the end of the photo; what is no known box starts the trailer."""
    at, seen = 0, set()
    while at + 8 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0 and name == b"mdat":
            size = len(data) - at
        if size < 8 or name not in _BOXES:
            break
        if at + size > len(data):
            raise PhotoUnreadable(_TRUNCATED)
        seen.add(name)
        at += size
    if b"meta" not in seen:
        raise PhotoUnreadable(_BROKEN)
    return Container(Kind.HEIC, 0, 0, data[:at], None), at


@dataclass(frozen=True, slots=True)
class _Chunked:
    """How a format of chunks writes them: name before or after the size, byte order, checksum bytes, padding."""

    size_at: int
    name_at: int
    order: str
    extra: int
    padded: bool


PNG = _Chunked(0, 4, ">I", 4, padded=False)
RIFF = _Chunked(4, 0, "<I", 0, padded=True)


def _chunks(data: bytes, at: int, end: int, how: _Chunked) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, stop) of each chunk of a PNG or RIFF file."""
    for _ in range(MAX_CHUNKS):
        if at + 8 > end:
            return
        size = struct.unpack_from(how.order, data, at + how.size_at)[0]
        stop = at + 8 + size + how.extra
        if stop > end:
            raise PhotoUnreadable(_TRUNCATED)
        yield data[at + how.name_at : at + how.name_at + 4], at, stop
        at = stop + (size & 1 if how.padded else 0)
    raise PhotoUnreadable(_BROKEN)


_WALKS: dict[Kind, Callable[[bytes], tuple[Container, int]]] = {
    Kind.JPEG: _open_jpeg,
    Kind.PNG: _open_png,
    Kind.WEBP: _open_webp,
    Kind.HEIC: _open_heic,
}
