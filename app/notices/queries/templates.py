"""Messages that the city words itself, by version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, insert, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.core.models import table
from app.notices.models import MessageTemplate

AnyRow = Row[*tuple[Any, ...]]
_TEMPLATES = table(MessageTemplate)
_KEY = (_TEMPLATES.c.event, _TEMPLATES.c.language, _TEMPLATES.c.audience)
_NEWEST = select(_TEMPLATES).ext(distinct_on(*_KEY)).order_by(*_KEY, _TEMPLATES.c.version.desc())


def newest_templates(session: Session) -> Sequence[AnyRow]:
    """The newest version of every message that was ever changed; without a text where the shipped one holds again."""
    return session.execute(_NEWEST).all()


def templates_in_force(session: Session) -> Sequence[AnyRow]:
    """(event, language, audience, title, text) of the messages that the city words itself."""
    newest = _NEWEST.subquery()
    columns = (newest.c.event, newest.c.language, newest.c.audience, newest.c.title, newest.c.text)
    return session.execute(select(*columns).where(newest.c.text.is_not(None))).all()


def lock_templates(session: Session) -> None:
    """One change of messages at a time until the unit of work ends, so that versions follow each other."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('message_templates', 0))"))


def newest_template(session: Session, event: str, language: str, audience: str) -> AnyRow | None:
    """The newest version of one message."""
    query = _NEWEST.where(_TEMPLATES.c.event == event, _TEMPLATES.c.language == language)
    return session.execute(query.where(_TEMPLATES.c.audience == audience)).one_or_none()


def add_template(session: Session, values: Mapping[str, Any]) -> None:
    session.execute(insert(_TEMPLATES).values(dict(values)))
