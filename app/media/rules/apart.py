"""Decoding in a process of its own, over two byte streams.

The HEIC decoder was seen to crash its whole process on damaged files, so it never runs inside the API. Photos and
answers are plain bytes and JSON: nothing that comes back from such a process is executed or unpickled.
"""

from __future__ import annotations

import json
from typing import IO

from app.media.errors import PhotoTooLarge, PhotoUnreadable
from app.media.rules.containers import Container
from app.media.rules.kinds import Kind
from app.media.rules.pixels import Derived, derive

_REFUSALS = {refusal.slug: refusal for refusal in (PhotoTooLarge, PhotoUnreadable)}


def serve(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Decode one HEIC photo after the other until the stream ends.

    Shape:  in: 8 bytes of length (big endian), the photo. Out: a line of JSON, then the blobs it names by length.
    """
    while len(head := incoming.read(8)) == 8:
        picture = incoming.read(int.from_bytes(head, "big"))
        header, blobs = _answer(picture)
        outgoing.write(json.dumps({**header, "blobs": [len(blob) for blob in blobs]}).encode() + b"\n")
        outgoing.writelines(blobs)
        outgoing.flush()


def _answer(picture: bytes) -> tuple[dict[str, object], list[bytes]]:
    try:
        made = derive(Container(Kind.HEIC, 0, 0, picture, None))
    except (PhotoTooLarge, PhotoUnreadable) as refusal:
        return {"refused": refusal.slug, "detail": refusal.detail, "facts": refusal.facts}, []
    except MemoryError:
        return {"refused": PhotoTooLarge.slug, "detail": "The photo needs too much memory: send it smaller."}, []
    header: dict[str, object] = {"width": made.width, "height": made.height, "dhash": made.dhash}
    return header, [made.display, made.thumb, made.exif or b""]


def ask(picture: bytes, to: IO[bytes], answers: IO[bytes]) -> Derived:
    """The other end of `serve`: hand over one photo and read what became of it.

    Raises: PhotoUnreadable, PhotoTooLarge as the decoder did; EOFError and OSError when it is gone.
    """
    to.write(len(picture).to_bytes(8, "big") + picture)
    to.flush()
    line = answers.readline(10_000)
    if not line.endswith(b"\n"):
        raise EOFError
    header = json.loads(line)
    if slug := header.get("refused"):
        raise _REFUSALS[slug](header["detail"], **header.get("facts", {}))
    display, thumb, exif = (answers.read(size) for size in header["blobs"])
    return Derived(header["width"], header["height"], display, thumb, header["dhash"], exif or None)
