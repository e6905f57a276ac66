"""Which kinds of photos are taken, told by their first bytes and never by their names."""

from __future__ import annotations

import re
from enum import StrEnum

from app.media.errors import PhotoTooLarge, PhotoType, PhotoUnreadable

MAX_BYTES = 20 * 1024 * 1024

# A sensor of 12 000 × 9 000 (108 megapixels) is on sale in phones. A JPEG of that size is decoded scaled down, row by
# row; the other kinds, and progressive JPEG, need three to four bytes of memory a pixel, and 50 megapixels still hold a
# 48-megapixel phone's HEIC.
MAX_PIXELS_JPEG = 110_000_000
MAX_PIXELS_OTHER = 50_000_000

_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_NAMED_SUFFIX = re.compile(r"\.([A-Za-z][A-Za-z0-9]{1,5})$")


class Kind(StrEnum):
    """The kinds of photos; the value is the suffix under which an original is stored."""

    JPEG = "jpg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"

    @property
    def mime(self) -> str:
        """The media type."""
        return "image/jpeg" if self is Kind.JPEG else f"image/{self.value}"

    @property
    def max_pixels(self) -> int:
        """The most pixels that are decoded."""
        return MAX_PIXELS_JPEG if self is Kind.JPEG else MAX_PIXELS_OTHER

    @property
    def suffixes(self) -> frozenset[str]:
        """The file name suffixes that mean this kind."""
        return _SUFFIXES[self]


_SUFFIXES = {
    Kind.JPEG: frozenset({"jpg", "jpeg", "jpe", "jfif", "mpo"}),
    Kind.PNG: frozenset({"png", "apng"}),
    Kind.WEBP: frozenset({"webp"}),
    Kind.HEIC: frozenset({"heic", "heif", "hif"}),
}


def sniff(data: bytes) -> Kind:
    r"""The kind of a photo by its first bytes.

    Raises: PhotoType.
    Source: ISO/IEC 10918-1 §B.2, PNG (third edition) §5.2, RFC 9649 §2, ISO/IEC 23008-12 §B.4.1.

    Example:
        >>> sniff(b"\xff\xd8\xff\xe0").mime
        'image/jpeg'
    """
    if data[:3] == b"\xff\xd8\xff":
        return Kind.JPEG
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return Kind.PNG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.WEBP
    if data[4:8] == b"ftyp" and _HEIC_BRANDS & _brands(data):
        return Kind.HEIC
    raise PhotoType("This is not a JPEG, PNG, WebP or HEIC photo. Take or export the photo again as JPEG.")


def _brands(data: bytes) -> frozenset[bytes]:
    """The major and compatible brands of an ISO base media file."""
    size = min(int.from_bytes(data[:4], "big"), 256)
    return frozenset({data[8:12], *(data[at : at + 4] for at in range(16, size, 4))})


def check_name(kind: Kind, filename: str | None) -> None:
    """Refuse a name whose suffix claims something else than the content; a name without a suffix claims nothing.

    Raises: PhotoType.

    Example:
        >>> check_name(Kind.JPEG, "IMG_0001.JPG")
        >>> check_name(Kind.JPEG, None)
    """
    claimed = _NAMED_SUFFIX.search(filename or "")
    if claimed and claimed[1].lower() not in kind.suffixes:
        raise PhotoType(
            f"The file is named .{claimed[1].lower()} but holds {kind.mime}: name it .{kind.value} and send it again."
        )


def check_pixels(kind: Kind, width: int, height: int, *, most: int | None = None) -> None:
    """Refuse a picture that would need too much memory, before anything is decoded; `most` instead of the kind's limit.

    Units:  pixels.
    Raises: PhotoTooLarge, PhotoUnreadable for a side of zero.
    """
    if width < 1 or height < 1:
        raise PhotoUnreadable("The photo says that it has no pixels: take it again.")
    most = most or kind.max_pixels
    if width * height > most:
        raise PhotoTooLarge(
            f"The photo has {width} × {height} pixels; at most {most // 1_000_000} million are taken. "
            "Send it in a smaller resolution.",
            width=width,
            height=height,
        )
