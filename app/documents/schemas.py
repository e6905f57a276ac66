"""Shapes of papers over HTTP."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field, field_validator

from app.cases.schemas import NumberPath, RefOut
from app.core.paging import PageQuery
from app.core.schemas import Body, Id, Instant, Out, Path, Query
from app.documents.rules.kinds import Delivery, DocumentKind, DocumentState

Language = Literal["zh-CN", "en"]


class CaseFilePath(NumberPath):
    """The case whose file is asked for."""


class CaseFileQuery(Query):
    language: Language = Field("zh-CN", description="The language of the paper")


class DocumentPath(Path):
    document_id: UUID


class DocumentsQuery(PageQuery):
    kind: DocumentKind | None = None
    year: int | None = Field(None, ge=1, le=9999, description="Of the city, when it was issued")
    state: DocumentState | None = None


class OrderIn(Body):
    """What is to be issued."""

    kind: DocumentKind
    due_at: Instant | None = Field(None, description="Until when; an order without it takes the case's deadline")
    text: str | None = Field(None, min_length=1, max_length=4000, description="What is demanded, in your words")
    addressee_id: Id | None = Field(None, description="An organisation; the case's lead owner where it is left out")
    language: Language = "zh-CN"


def _said(value: str) -> str:
    if not value.strip():
        message = "write at least one visible character"
        raise ValueError(message)
    return value


class CancelIn(Body):
    reason: str = Field(min_length=1, max_length=4000)

    _visible = field_validator("reason")(_said)


class DeliveredIn(Body):
    """送达回证."""

    at: Instant
    to: str = Field(min_length=1, max_length=200, description="Who took it")
    how: Delivery

    _visible = field_validator("to")(_said)


class IssuerOut(Out):
    id: Id
    name: str


class PaperDeliveryOut(Out):
    at: Instant
    to: str | None = Field(description="null for readers from whom people are hidden")
    how: Delivery
    noted_at: Instant


class DocumentItemOut(Out):
    """A paper in the register."""

    id: Id
    kind: DocumentKind
    name: str
    number: str
    year: int
    state: DocumentState
    language: Language
    case_number: str
    case_version: int = Field(description="Of the case when it was issued")
    addressee: RefOut
    due_at: Instant | None
    issued_at: Instant
    issued_by: IssuerOut | None
    delivery: PaperDeliveryOut | None
    cancelled_at: Instant | None
    cancel_reason: str | None


class DocumentOut(DocumentItemOut):
    text: str | None
    sha256: str = Field(description="Of the text as it was issued to this reader's eyes")


class DocumentsPage(Out):
    items: list[DocumentItemOut]
    next_cursor: str | None


class CaseDocumentsOut(Out):
    items: list[DocumentItemOut]
