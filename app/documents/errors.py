"""What can be wrong with papers."""

from __future__ import annotations

from typing import Any

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable


class DocumentNotFound(NotFound):
    slug = "document-not-found"
    title = "No such document, or not visible to you"


class NotYoursToIssue(Forbidden):
    slug = "not-yours-to-issue"
    title = "Your post does not issue this document here"


class CaseEnded(Conflict):
    slug = "case-ended"
    title = "The case has ended"


class DocumentSettled(Conflict):
    slug = "document-settled"
    title = "This was recorded before, or the document is cancelled"


class BadOrder(Invalid):
    slug = "bad-order"
    title = "The document cannot be issued like this"


class BadDocumentKind(Invalid):
    slug = "bad-document-kind"
    title = "A kind of document cannot be like this"


class PrintingBusy(Unavailable):
    slug = "printing-busy"
    title = "Too many papers at once"


class NoPrinting(Unavailable):
    """The machine lacks what sets PDFs; somebody has to install it, so there is no hurry to ask again."""

    AGAIN_S = 3_600

    slug = "no-printing"
    title = "This server cannot set PDFs"

    def __init__(self, detail: str = "", *, retry_after_s: int = AGAIN_S, **facts: Any) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, **facts)
