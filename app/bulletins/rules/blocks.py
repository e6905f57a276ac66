"""A bulletin's contents in whatever format: paragraphs, tables and pictures. The two writers only set them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import orjson


class Role(StrEnum):
    """What a paragraph is."""

    BODY = "body"
    HEADING = "heading"
    SUBHEADING = "subheading"
    NOTE = "note"


class Align(StrEnum):
    """Where the text of a column stands."""

    LEFT = "left"
    CENTRE = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    text: str
    role: Role = Role.BODY
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are shares of its width, `caption` stands above it."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    aligned: Sequence[Align]
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as SVG; `text` says it for who does not see it. Units: millimetres on paper."""

    caption: str
    svg: str
    width_mm: float
    height_mm: float
    text: str
    kind: str = "picture"


Block: TypeAlias = Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class Annex:
    """An annex: it begins on a page of its own."""

    label: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """A bulletin. A draft has a `watermark`, and neither `letterhead` nor `number` nor what `printed` says."""

    language: str
    watermark: str | None
    letterhead: str
    number: str
    title: str
    title_lines: Sequence[str]
    addressees: str
    blocks: Sequence[Block]
    attachments_label: str
    attachments: Sequence[str]
    issuer: str
    day: str
    annexes: Sequence[Annex]
    copies: str
    printed: Sequence[str]
    origin: str


def pictures_in(document: Document) -> list[Picture]:
    """The pictures of a document, in their order."""
    blocks = [*document.blocks, *(block for annex in document.annexes for block in annex.blocks)]
    return [block for block in blocks if isinstance(block, Picture)]


_BLOCKS: dict[str, Any] = {"paragraph": Paragraph, "table": Table, "picture": Picture}


def as_bytes(document: Document) -> bytes:
    """The document as JSON."""
    return orjson.dumps(document)


def from_bytes(data: bytes) -> Document:
    """The document that was written as JSON."""
    found = orjson.loads(data)
    found["blocks"] = [_block(one) for one in found["blocks"]]
    found["annexes"] = [
        Annex(one["label"], one["title"], [_block(each) for each in one["blocks"]]) for one in found["annexes"]
    ]
    return Document(**found)


def _block(found: dict[str, Any]) -> Block:
    block: Block = _BLOCKS[found["kind"]](**found)
    return block
