"""Texts of bulletins as the city words them, by version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from app.bulletins.models import BulletinTemplate
from app.core.models import table


class KeptTemplate(NamedTuple):
    """A version of the texts in a language."""

    version: int
    content: dict[str, Any]
    made_at: datetime


_ONE = text("""
    SELECT version, content, made_at FROM bulletin_templates
     WHERE language = :language AND (CAST(:version AS integer) IS NULL OR version = :version)
     ORDER BY version DESC LIMIT 1""")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('bulletin_templates', 0))")
_INSERT = insert(table(BulletinTemplate))


def kept_template(session: Session, language: str, version: int | None = None) -> KeptTemplate | None:
    """A version of the city's own texts; None is the newest. None where there is no such one."""
    row = session.connection().execute(_ONE, {"language": language, "version": version}).one_or_none()
    return None if row is None else KeptTemplate(*row)


def lock_templates(session: Session) -> None:
    """One change of texts at a time until the unit of work ends, so that versions follow each other."""
    session.connection().execute(_LOCK)


def add_template(
    session: Session, language: str, version: int, content: Mapping[str, Any], *, now: datetime, actor_id: UUID | None
) -> None:
    """Put the next version in force."""
    row = {"language": language, "version": version, "content": dict(content), "made_at": now, "made_by": actor_id}
    session.connection().execute(_INSERT, row)
