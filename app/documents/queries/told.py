"""The names behind the ids of a case's story, and its reminders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.accounts.models import Organization, User
from app.cases.models import Case, CasePhoto, CaseReminder
from app.catalog.models import FilingCondition, Type


class Names(NamedTuple):
    """Names by id, as text. `people` are to be shown to those only who may see people."""

    people: Mapping[str, str]
    organizations: Mapping[str, str]
    types: Mapping[str, str]
    conditions: Mapping[str, str]


def names_of(session: Session, ids: Iterable[UUID]) -> Names:
    """The names behind these ids, whatever they are ids of; four statements."""
    wanted = sorted(set(ids))
    people = session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    organizations = session.execute(select(Organization.id, Organization.name).where(Organization.id.in_(wanted)))
    types = session.execute(select(Type.id, Type.name, Type.code).where(Type.id.in_(wanted)))
    conditions = session.execute(select(FilingCondition.id, FilingCondition.text).where(FilingCondition.id.in_(wanted)))
    return Names(
        {str(row.id): row.name for row in people},
        {str(row.id): row.name for row in organizations},
        {str(row.id): f"{row.name} {row.code}" for row in types},
        {str(row.id): row.text for row in conditions},
    )


def organization(session: Session, organization_id: UUID) -> Row[UUID, str, str] | None:
    """(id, code, name) of an organisation."""
    found = select(Organization.id, Organization.code, Organization.name).where(Organization.id == organization_id)
    return session.execute(found).one_or_none()


def reminders_of(session: Session, case_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """(rung, audience, whom, since, at) of every reminder about a case, oldest first."""
    one = CaseReminder
    query = select(one.rung, one.audience, one.whom, one.since, one.at).where(one.case_id == case_id)
    return session.execute(query.order_by(one.id)).all()


def specimen_number(session: Session, state: str) -> str | None:
    """The number of an owned case in this state that has many photos, to show how papers look."""
    query = select(Case.number).join(CasePhoto, CasePhoto.case_id == Case.id)
    query = query.where(Case.state == state, Case.lead_id.is_not(None)).group_by(Case.id)
    return session.execute(query.order_by(func.count().desc(), Case.opened_at.desc()).limit(1)).scalar()
