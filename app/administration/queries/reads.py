"""The record of who was shown personal data, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Select, and_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.core.models import PersonalRead
from app.duty.models import Shift
from app.reports.models import Report

_READER = aliased(User, name="reader")
_PERSON = aliased(User, name="person")
_LIST = (
    select(
        PersonalRead.id,
        PersonalRead.at,
        PersonalRead.user_id,
        _READER.username,
        _READER.name,
        PersonalRead.what,
        PersonalRead.why,
        PersonalRead.subject_id,
        Report.number.label("report_number"),
        Shift.user_id.label("person_id"),
        _PERSON.username.label("person_username"),
        _PERSON.name.label("person_name"),
        Shift.started_at,
    )
    .outerjoin(_READER, _READER.id == PersonalRead.user_id)
    .outerjoin(Report, and_(PersonalRead.what == "report_caller", Report.id == PersonalRead.subject_id))
    .outerjoin(Shift, and_(PersonalRead.what == "track", Shift.id == PersonalRead.subject_id))
    .outerjoin(_PERSON, _PERSON.id == Shift.user_id)
    .order_by(PersonalRead.at.desc(), PersonalRead.id.desc())
)


class WantedReads(NamedTuple):
    """Which readings. what: of which kind of data; subject_id: of which report or shift; user_id: by whom."""

    what: str | None = None
    subject_id: UUID | None = None
    user_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_reads(
    session: Session, wanted: WantedReads, *, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Readings with who read and what of, newest first, one more than `limit` where there are more."""
    query: Select[*tuple[Any, ...]] = _LIST.limit(limit + 1)
    if wanted.what is not None:
        query = query.where(PersonalRead.what == wanted.what)
    if wanted.subject_id is not None:
        query = query.where(PersonalRead.subject_id == wanted.subject_id)
    if wanted.user_id is not None:
        query = query.where(PersonalRead.user_id == wanted.user_id)
    if wanted.since is not None:
        query = query.where(PersonalRead.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(PersonalRead.at < wanted.until)
    if after is not None:
        query = query.where(tuple_(PersonalRead.at, PersonalRead.id) < tuple_(*after))
    return session.connection().execute(query).all()
