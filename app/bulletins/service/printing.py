"""A bulletin's contents as a file. The libraries that write them work in processes of their own, never in this one."""

from __future__ import annotations

import atexit
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.bulletins.errors import BulletinBroken
from app.bulletins.rules import BulletinFormat
from app.bulletins.rules.apart import ask
from app.bulletins.rules.blocks import Document, as_bytes, pictures_in
from app.bulletins.rules.layout import is_small, letterhead_pt
from app.core.apart import Gate, Processes, ProcessLost, program
from app.documents import service as documents
from app.documents.errors import PrintingBusy

PAGES = Path(__file__).parent / "pages"
AT_ONCE, WAITING, PATIENCE_S = 1, 8, 120.0
# Pictures of three hundred streets and tables of as many rows are some seconds.
DEADLINE_S = 120.0
MEMORY_BYTES = 2_000_000_000
BULLETINS_PER_PROCESS = 20

_PROGRAM = """
from app.bulletins.rules.apart import serve
from app.bulletins.rules.docx import docx_of
serve(incoming, answers, docx_of)
"""


class Writers(Processes):
    """Processes that write bulletins for word processors."""

    def docx(self, document: Document, pictures: bytes) -> bytes:
        """A bulletin as DOCX; its pictures come as PDF, each on a page. Call it while no transaction is open.

        Raises: BulletinBroken where it took too long.
        """
        try:
            with self.turn() as pipes:
                return ask(as_bytes(document), pictures, pipes.to, pipes.answers)
        except ProcessLost as lost:
            raise BulletinBroken("It could not be written in time: ask again, with fewer kinds of subjects.") from lost


def _busy() -> PrintingBusy:
    return PrintingBusy("Too many bulletins are being written at the moment: ask again shortly.", retry_after_s=30)


@cache
def writers() -> Writers:
    """The process's writers; they end with it."""
    gate = Gate(AT_ONCE, WAITING, PATIENCE_S, _busy)
    found = Writers(program(_PROGRAM, MEMORY_BYTES), gate, DEADLINE_S, BULLETINS_PER_PROCESS)
    atexit.register(found.close)
    return found


def file_of(document: Document, ending: BulletinFormat) -> bytes:
    """A bulletin as a file. Call it while no transaction is open.

    Raises: NoPrinting, PrintingBusy, BulletinBroken.
    """
    if ending is BulletinFormat.PDF:
        return documents.printers().pdf(page_of(document), {})
    drawn = pictures_in(document)
    pages = documents.printers().pdf(_page("pictures.html", pictures=drawn), {}) if drawn else b""
    return writers().docx(document, pages)


def page_of(document: Document) -> str:
    """A bulletin as a page that is printed."""
    return _page(
        "bulletin.html", document=document, letterhead_pt=letterhead_pt(document.letterhead), is_small=is_small
    )


def _page(template: str, **values: Any) -> str:
    return _pages().get_template(template).render(**values)


@cache
def _pages() -> Environment:
    loader = FileSystemLoader(PAGES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
