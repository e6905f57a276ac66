"""Reading bulletins back: what a person would see in the file."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import docx
import pypdfium2
from docx.oxml.ns import qn
from lxml import etree


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


def faults_of_docx(data: bytes) -> list[str]:
    """What a word processor that is strict would complain about; nothing, if all is well."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    trees = {name: etree.fromstring(body) for name, body in parts.items() if name.endswith((".xml", ".rels"))}
    return [*_untyped(parts, trees["[Content_Types].xml"]), *_dangling(parts, trees), *_unreadable(trees)]


def _untyped(parts: Any, types: Any) -> Iterator[str]:
    known = {one.get("Extension") for one in types} | {one.get("PartName") for one in types}
    for name in parts.keys() - {"[Content_Types].xml"}:
        if f"/{name}" not in known and name.rpartition(".")[2] not in known:
            yield f"{name} has no content type"


def _dangling(parts: Any, trees: Any) -> Iterator[str]:
    """What is pointed to is there; nothing outside is, and no picture of another file."""
    for name, tree in trees.items():
        folder = posixpath.dirname(posixpath.dirname(name))
        for one in tree if name.endswith(".rels") else ():
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target")))[1:]
            if target not in parts or one.get("TargetMode") == "External" or "thumbnail" in one.get("Type"):
                yield f"{name} points to {target}"


def _unreadable(trees: Any) -> Iterator[str]:
    """Pictures have a text and a number of their own, tables a repeated head, rows as many cells as columns."""
    body = trees["word/document.xml"]
    pictures = [one for one in body.iter() if etree.QName(one).localname == "docPr"]
    if len({one.get("id") for one in pictures}) < len(pictures) or not all(one.get("descr") for one in pictures):
        yield "pictures without a text or a number of their own"
    for table in list(body.iter(qn("w:tbl")))[:-1]:
        rows, columns = table.findall(qn("w:tr")), len(table.find(qn("w:tblGrid")))
        if rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is None:
            yield "a table without a head that is repeated"
        if any(len(row.findall(qn("w:tc"))) != columns for row in rows):
            yield "a row with too few cells"
