"""Decoding a photo and making what is shown of it. The results carry no metadata.

Decoders are fed by strangers: they get a `Container`'s parts only, each by its own plugin, never by guessing, and
whatever they raise means that the photo cannot be read.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pi_heif
from PIL import Image, ImageCms
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from app.media.errors import PhotoUnreadable
from app.media.rules.containers import Container
from app.media.rules.exif import read_exif_orientation
from app.media.rules.kinds import Kind, check_pixels
from app.media.rules.likeness import dhash

# Half of a 4 000 pixel photo is 2 000: a JPEG decoder can halve while it decodes, which it could not do for 2 048.
DISPLAY_SIDE = 2_000
THUMB_SIDE = 320
DISPLAY_QUALITY = 82
THUMB_QUALITY = 78

# A public copy is a mosaic of this many cells along the long side: see ADR 0008 for why, and what it hides.
PUBLIC_CELLS = 48
PUBLIC_SIDE = 640

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Derived:
    """What was made of a photo. Units: width and height of the original in pixels, upright."""

    width: int
    height: int
    display: bytes
    thumb: bytes
    dhash: int
    exif: bytes | None


def derive(container: Container) -> Derived:
    """Decode the whole photo and make its display copy, its thumbnail and its hash.

    Raises: PhotoUnreadable; for HEIC also PhotoTooLarge, since only its decoder knows the size.
    """
    try:
        if container.kind is Kind.HEIC:
            return _derive_heic(container)
        image = _decoder(container)
        return _derive(image, container, read_exif_orientation(container.exif))
    except (MemoryError, PhotoUnreadable):
        raise
    except _DECODER_RAISES as error:
        raise PhotoUnreadable(
            "The photo is damaged or incomplete and cannot be decoded: take it again or export it as JPEG."
        ) from error


# What decoders were seen to raise on damaged bytes; SyntaxError is Pillow's way to say "broken PNG".
_DECODER_RAISES = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


_PLUGINS: dict[Kind, Callable[[io.BytesIO], Image.Image]] = {
    Kind.JPEG: JpegImageFile,
    Kind.PNG: PngImageFile,
    Kind.WEBP: WebPImageFile,
}


def _decoder(container: Container) -> Image.Image:
    image = _PLUGINS[container.kind](io.BytesIO(container.picture))
    check_pixels(container.kind, *image.size)
    if container.kind is Kind.JPEG:
        # The decoder halves (quarters, …) while it decodes: a third of the time and of the memory.
        mode = "L" if image.mode == "L" else None if image.mode == "CMYK" else "RGB"
        ratio = max(1.0, max(image.size) / DISPLAY_SIDE)
        image.draft(mode, (max(1, int(image.width / ratio)), max(1, int(image.height / ratio))))
    return image


def _derive_heic(container: Container) -> Derived:
    """The decoder of HEIC turns the picture upright by itself, so the EXIF orientation is not applied again."""
    pi_heif.options.DECODE_THREADS = 1
    pi_heif.options.DEPTH_IMAGES = pi_heif.options.AUX_IMAGES = pi_heif.options.THUMBNAILS = False
    opened = pi_heif.open_heif(container.picture)
    check_pixels(Kind.HEIC, *opened.size)
    image = opened.to_pillow()
    block: Any = opened.info.get("exif")
    exif = block.removeprefix(b"Exif\x00\x00") if isinstance(block, bytes) else None
    sized = replace(container, width=image.width, height=image.height, exif=exif)
    return _derive(image, sized, orientation=1)


def _derive(image: Image.Image, container: Container, orientation: int) -> Derived:
    profile = image.info.get("icc_profile")
    shown = _shrunk(image, DISPLAY_SIDE)
    shown = _srgb(shown, profile)
    if orientation in _TURNS:
        shown = shown.transpose(_TURNS[orientation])
    width, height = container.width, container.height
    if orientation >= 5:
        width, height = height, width
    small = shown.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.HAMMING, reducing_gap=2.0)
    gray = small.convert("L").resize((9, 8), Image.Resampling.BOX)
    return Derived(
        width=width,
        height=height,
        display=_jpeg(shown, DISPLAY_QUALITY),
        thumb=_jpeg(small, THUMB_QUALITY),
        dhash=dhash(list(gray.tobytes())),
        exif=container.exif,
    )


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    """The picture in 8-bit gray, RGB or CMYK without transparency, at most `side` pixels long."""
    image.load()
    if image.mode in {"I;16", "I;16B", "I;16L", "I"}:
        image = image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode not in {"L", "RGB", "CMYK"}:
        image = image.convert("RGB")
    if max(image.size) > side:
        # Most phones make 4 032 × 3 024, which the decoder halves to 2 016. For the last hundredth a pixel that lies at
        # most half its width off its place is good enough to look at, and saves a third of the whole time.
        barely = max(image.size) <= side * 1.01
        how = Image.Resampling.NEAREST if barely else Image.Resampling.HAMMING
        image.thumbnail((side, side), how, reducing_gap=2.0)
    if image.mode == "RGBA":
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    return image


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB (or gray). A profile that is broken or belongs to other colours is ignored."""
    if image.mode == "L":
        return image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if "srgb" not in ImageCms.getProfileDescription(source).lower():
                converted = ImageCms.profileToProfile(image, source, _srgb_profile(), outputMode="RGB")
                assert converted is not None
                return converted
        except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
            pass
    return image if image.mode == "RGB" else image.convert("RGB")


@cache
def _srgb_profile() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def public_copy(display: bytes) -> bytes:
    """A copy in which no face and no plate of ordinary size can be made out: a soft mosaic, at most 640 px long.

    Raises: PhotoUnreadable.
    Source: ADR 0008.
    """
    try:
        image: Image.Image = JpegImageFile(io.BytesIO(display))
        image.draft("RGB", (PUBLIC_SIDE, PUBLIC_SIDE))
        image = image.convert("RGB")
        image.thumbnail((PUBLIC_SIDE, PUBLIC_SIDE), Image.Resampling.BOX)
        size = image.size
        # Averaging over whole cells removes the detail; what is not there cannot be sharpened back.
        cells = PUBLIC_CELLS / max(size)
        coarse = image.resize((max(1, round(size[0] * cells)), max(1, round(size[1] * cells))), Image.Resampling.BOX)
        return _jpeg(coarse.resize(size, Image.Resampling.BICUBIC), THUMB_QUALITY)
    except _DECODER_RAISES as error:
        raise PhotoUnreadable("The display copy of the photo is damaged.") from error


def _jpeg(image: Image.Image, quality: int) -> bytes:
    # Pillow would copy a comment of the original into the file.
    image.info.clear()
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
