"""Writing a bulletin in a process of its own, over two byte streams: nothing that comes back is executed or unpickled.

Shape:  in: a line of JSON {"document": bytes, "pictures": bytes} with lengths, then the contents as JSON and the
        pictures as PDF, each on a page. Out: a line of JSON {"docx": bytes} and the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import IO

from app.bulletins.rules.blocks import Document, from_bytes

LINE_BYTES = 100_000


def serve(incoming: IO[bytes], outgoing: IO[bytes], writer: Callable[[Document, bytes], bytes]) -> None:
    """Write one bulletin after the other until the stream ends."""
    while (line := incoming.readline(LINE_BYTES)).endswith(b"\n"):
        sizes = json.loads(line)
        document = from_bytes(incoming.read(sizes["document"]))
        made = writer(document, incoming.read(sizes["pictures"]))
        outgoing.write(json.dumps({"docx": len(made)}).encode() + b"\n" + made)
        outgoing.flush()


def ask(document: bytes, pictures: bytes, to: IO[bytes], answers: IO[bytes]) -> bytes:
    """The other end of `serve`: hand over one bulletin's contents and read the file.

    Raises: EOFError and OSError when the process is gone.
    """
    sizes = {"document": len(document), "pictures": len(pictures)}
    to.write(json.dumps(sizes).encode() + b"\n" + document + pictures)
    to.flush()
    line = answers.readline(LINE_BYTES)
    if not line.endswith(b"\n"):
        raise EOFError
    return answers.read(int(json.loads(line)["docx"]))
