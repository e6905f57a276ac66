"""What bulletins are: their formats, languages and states, and what their files are called."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from app.evaluation.rules.indicators import Subject

ATTEMPTS = 3
AT_ONCE = 4
"""So many wait or are being made at a time."""
DRAFTS_KEPT = timedelta(days=30)
"""What was published is kept; what was only a draft is removed after so long."""


class BulletinFormat(StrEnum):
    """What a bulletin is written as: to be worked on further, or to be sent."""

    DOCX = "docx"
    PDF = "pdf"


class Language(StrEnum):
    """In which language a bulletin is written."""

    CHINESE = "zh-CN"
    ENGLISH = "en"


class BulletinState(StrEnum):
    """Where a bulletin stands."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


MEDIA_TYPES: Mapping[BulletinFormat, str] = MappingProxyType(
    {
        BulletinFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        BulletinFormat.PDF: "application/pdf",
    }
)

SUBJECTS = (Subject.DISTRICT, Subject.STREET, Subject.COMMUNITY, Subject.UNIT)
"""Whose scores a bulletin may have. People are not among them: a bulletin is sent to everybody."""


def file_name(period: str, revision: int, language: str, ending: BulletinFormat, *, draft: bool) -> str:
    """What the file of a bulletin is called, in letters that every system takes.

    Example:
        >>> file_name("2026-10", 1, "zh-CN", BulletinFormat.PDF, draft=False)
        'bulletin-2026-10-r1-zh-CN.pdf'
        >>> file_name("2026-Q4", 2, "en", BulletinFormat.DOCX, draft=True)
        'bulletin-2026-Q4-r2-draft-en.docx'
    """
    return f"bulletin-{period}-r{revision}{'-draft' if draft else ''}-{language}.{ending}"
