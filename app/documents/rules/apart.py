"""Setting paper in a process of its own, over two byte streams: nothing that comes back is executed or unpickled.

Shape:  in: a line of JSON {"html": bytes, "pictures": {name: bytes}} with lengths, then the blobs in that order.
        Out: a line of JSON {"pdf": bytes} and the PDF, or {"refused": slug, "detail": text}.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import IO

from app.documents.errors import NoPrinting

LINE_BYTES = 1_000_000

Setter = Callable[[str, Mapping[str, bytes]], bytes]


def serve(incoming: IO[bytes], outgoing: IO[bytes], setter: Setter | None) -> None:
    """Set one paper after the other until the stream ends; `setter` is None on a machine without the libraries."""
    while (line := incoming.readline(LINE_BYTES)).endswith(b"\n"):
        wanted = json.loads(line)
        html = incoming.read(wanted["html"]).decode()
        pictures = {name: incoming.read(size) for name, size in wanted["pictures"].items()}
        header, pdf = _answer(html, pictures, setter)
        outgoing.write(json.dumps(header).encode() + b"\n" + pdf)
        outgoing.flush()


def _answer(html: str, pictures: Mapping[str, bytes], setter: Setter | None) -> tuple[dict[str, object], bytes]:
    if setter is None:
        refusal = NoPrinting("This server has no Pango, which sets PDFs: take the HTML, or run `./fieldgrid up` there.")
        return {"refused": refusal.slug, "detail": refusal.detail}, b""
    try:
        pdf = setter(html, pictures)
    except NoPrinting as refusal:
        return {"refused": refusal.slug, "detail": refusal.detail}, b""
    return {"pdf": len(pdf)}, pdf


def ask(html: str, pictures: Mapping[str, bytes], to: IO[bytes], answers: IO[bytes]) -> bytes:
    """The other end of `serve`: hand over one paper and read its PDF.

    Raises: NoPrinting as the process did; EOFError and OSError when it is gone.
    """
    text = html.encode()
    header = {"html": len(text), "pictures": {name: len(data) for name, data in pictures.items()}}
    to.write(json.dumps(header).encode() + b"\n" + text)
    to.writelines(pictures.values())
    to.flush()
    line = answers.readline(LINE_BYTES)
    if not line.endswith(b"\n"):
        raise EOFError
    found = json.loads(line)
    if "refused" in found:
        raise NoPrinting(found["detail"], retry_after_s=NoPrinting.AGAIN_S)
    return answers.read(int(found["pdf"]))
