"""Reading bulletins back: what a person would see in the file."""

from __future__ import annotations

import io
import re
from decimal import ROUND_HALF_UP, Decimal

import docx
import pypdfium2


def text_of_pdf(data: bytes) -> str:
    """All that is written in a PDF, without spaces and numbers of pages."""
    with pypdfium2.PdfDocument(data) as pdf:
        pages = [re.sub(r"—\s*\d+\s*—", "", page.get_textpage().get_text_range()) for page in pdf]
    return squeezed("".join(pages))


def text_of_docx(data: bytes) -> str:
    """All that is written in a DOCX, tables included, without spaces."""
    file = docx.Document(io.BytesIO(data))
    parts = [part.text for part in file.paragraphs]
    parts += [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return squeezed("".join(parts))


def tables_of(data: bytes) -> list[list[list[str]]]:
    """The cells of every table of a DOCX."""
    return [
        [[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(io.BytesIO(data)).tables
    ]


def squeezed(text: str) -> str:
    """A text without spaces and hyphens at the ends of lines, as it may be broken anywhere."""
    return re.sub(r"[\s\ufffe\u0002]+", "", text)


def percent(numerator: int, denominator: int) -> str:
    """A share as people round it; independent of how the product does."""
    if not denominator:
        return "无数据"
    share = Decimal(numerator) * 100 / Decimal(denominator)
    return f"{share.quantize(Decimal('0.01'), ROUND_HALF_UP)}%"
