"""Other files that travel with a photo.

Phones append honest things behind a photo: the video of a motion photo, a gain map, a depth map, vendor data. They
are taken, kept with the original and never published. A program, an archive, a document or markup behind a photo is
refused: such a file is a photo to one reader and something else to another.
"""

from __future__ import annotations

import re

from app.media.errors import PhotoCarriesCargo

# Five bytes or more, so that a video of megabytes holds one by chance less than once in a hundred thousand.
_ANYWHERE = (
    (b"%PDF-", "a PDF document"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xfd7zXZ\x00", "an XZ archive"),
    (b"__HALT_COMPILER", "a PHP archive"),
)
_MARKUP = re.compile(rb"<(?:html|script|!doctype|\?php|svg[\s>]|iframe|body[\s>])", re.IGNORECASE)
_AT_START = (
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"#!", "a script"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"PK\x03\x04", "a ZIP archive"),
)
_ZIP_END = b"PK\x05\x06"
_ZIP_TAIL = 22 + 65_535


def check_cargo(data: bytes, end: int) -> None:
    """Refuse a photo behind whose end (byte offset) lies a program, an archive, a document or markup.

    Raises: PhotoCarriesCargo.
    """
    if found := cargo(data[end:]) or ("a ZIP archive" if _is_zip(data) else None):
        raise PhotoCarriesCargo(
            f"The file holds {found} besides the photo. Send the photo alone, for example a screenshot of it.",
            cargo=found,
        )


def cargo(trailer: bytes) -> str | None:
    r"""What forbidden thing the bytes behind a photo hold, or None.

    Example:
        >>> cargo(b"\x00\x00\x00\x18ftypmp42")
        >>> cargo(b"\n<SCRIPT>alert(1)</SCRIPT>")
        'markup'
    """
    if not trailer:
        return None
    first = trailer.lstrip(b"\x00\r\n\t ")
    for signature, name in _AT_START:
        if first.startswith(signature):
            return name
    for signature, name in _ANYWHERE:
        if signature in trailer:
            return name
    return "markup" if _MARKUP.search(trailer) else None


def _is_zip(data: bytes) -> bool:
    """Whether a ZIP reader would find an archive's end record. Readers look for it backwards from the file's end.

    Source: APPNOTE.TXT 6.3.10 §4.3.16.
    """
    tail = data[-_ZIP_TAIL:]
    at = tail.rfind(_ZIP_END)
    while at >= 0:
        record = tail[at : at + 22]
        comment = int.from_bytes(record[20:22], "little")
        if len(record) == 22 and record[4:8] == b"\x00" * 4 and at + 22 + comment <= len(tail):
            return True
        at = tail.rfind(_ZIP_END, 0, at)
    return False
