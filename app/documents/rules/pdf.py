"""HTML as PDF. Imported only where papers are set: the libraries behind it may be missing on a machine.

The same page and pictures give the same bytes on the same fonts. Nothing is fetched: what a page names is among the
pictures that came with it, or it is not shown.
"""

from __future__ import annotations

import hashlib
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.documents.errors import NoPrinting

# Where there is no font at all the library says so when it is loaded, and crashes when it is used.
with warnings.catch_warnings(record=True) as _said:
    warnings.simplefilter("always")
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

HAN = range(0x4E00, 0xA000)
"""Every Chinese font has these; a glyph that is missing here means that no Chinese font is there at all."""
DPI = 200
FONTLESS = any("FontConfig" in str(one.message) for one in _said)
NO_FONT = "This server has no Chinese font: take the HTML, or run `./fieldgrid up` there."


class Enclosed(URLFetcher):  # type: ignore[misc]  # the library has no types
    """Answers with the pictures that came with the page, and with nothing else: no network, no files."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self._pictures = pictures

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:  # noqa: ARG002 -- the library's signature
        """A picture by its name.

        Raises: ValueError for anything else, which the library answers by leaving it out.
        """
        if (found := self._pictures.get(url)) is None:
            message = f"{url[:80]} did not come with the page"
            raise ValueError(message)
        return URLFetcherResponse(url, found, {"Content-Type": "image/jpeg"})


class _Missing(logging.Handler):
    """Hears of characters that no font has."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.han = False

    def emit(self, record: logging.LogRecord) -> None:
        if ".notdef" in str(record.msg) and isinstance(record.args, tuple):
            self.han |= any(isinstance(value, int) and value in HAN for value in record.args)


@contextmanager
def _listening() -> Iterator[_Missing]:
    log, missing = logging.getLogger("weasyprint"), _Missing()
    log.addHandler(missing)
    try:
        yield missing
    finally:
        log.removeHandler(missing)


def pdf_of(html: str, pictures: Mapping[str, bytes]) -> bytes:
    """A tagged PDF with its fonts inside.

    Raises: NoPrinting where no font knows Chinese.
    """
    if FONTLESS:
        raise NoPrinting(NO_FONT)
    with _listening() as missing:
        page = HTML(string=html, url_fetcher=Enclosed(pictures), media_type="print")
        pdf: bytes = page.write_pdf(
            pdf_variant="pdf/ua-1",
            pdf_identifier=hashlib.sha256(html.encode()).digest()[:16],
            dpi=DPI,
        )
    if missing.han:
        raise NoPrinting(NO_FONT)
    return pdf
