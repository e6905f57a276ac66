"""One case with everything around it, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, Uuid, and_, bindparam, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Organization, User
from app.cases.models import Case, CaseClock, CaseEvent, CasePhoto, CaseReport, EventDetails
from app.cases.queries.visibility import shown_plainly, visible
from app.cases.rules import Action
from app.catalog.models import FilingCondition, Type
from app.core.auth import Principal

_LEAD = aliased(Organization, name="lead")
_HANDLER = aliased(User, name="handler")
_INTO = aliased(Case, name="into_case")
_FROM = aliased(Case, name="from_case")

_HELPERS = (
    select(
        func.json_agg(
            func.json_build_object("id", Organization.id, "code", Organization.code, "name", Organization.name)
        )
    )
    .where(Organization.id == func.any(Case.helper_ids))
    .correlate(Case)
    .scalar_subquery()
)
_COLUMNS = [column for column in Case.__table__.c if column.name != "geom"]
_CARD = (
    select(
        *_COLUMNS,
        Type.scheme.label("type_scheme"),
        Type.kind.label("type_kind"),
        Type.code.label("type_code"),
        Type.name.label("type_name"),
        Type.class_code.label("type_class_code"),
        Type.class_name.label("type_class_name"),
        FilingCondition.text.label("condition_text"),
        FilingCondition.limit_amount.label("condition_limit"),
        FilingCondition.limit_unit.label("condition_unit"),
        FilingCondition.close_text.label("condition_close_text"),
        _LEAD.code.label("lead_code"),
        _LEAD.name.label("lead_name"),
        _HANDLER.name.label("handler_name"),
        _INTO.number.label("merged_into_number"),
        _FROM.number.label("split_from_number"),
        _HELPERS.label("helpers"),
    )
    .select_from(Case)
    .outerjoin(Type, Type.id == Case.type_id)
    .outerjoin(FilingCondition, FilingCondition.id == Case.condition_id)
    .outerjoin(_LEAD, _LEAD.id == Case.lead_id)
    .outerjoin(_HANDLER, _HANDLER.id == Case.handler_id)
    .outerjoin(_INTO, _INTO.id == Case.merged_into)
    .outerjoin(_FROM, _FROM.id == Case.split_from)
)


def card(session: Session, number: str, principal: Principal) -> dict[str, Any] | None:
    """The case with the names of what it refers to; None where the principal does not see it.

    Shape: the columns of the case and of what it refers to, and `plain`: whether people and words may be shown.
    """
    row = session.connection().execute(_card_for(principal), {"number": number}).one_or_none()
    return None if row is None else dict(row._mapping)  # noqa: SLF001 -- the documented way to a row's mapping


# Who looks at a case looks at others: putting the statement together costs as much as carrying it out.
@lru_cache(maxsize=128)
def _card_for(principal: Principal) -> Select[*tuple[Any, ...]]:
    query = _CARD.add_columns(shown_plainly(principal).label("plain"))
    return query.where(Case.number == bindparam("number"), visible(principal))


def clocks_of(session: Session, case_id: UUID) -> Sequence[Row[Any]]:
    """Every clock there ever was, oldest first."""
    query = select(CaseClock.__table__).where(CaseClock.case_id == case_id).order_by(CaseClock.ordinal)
    return session.connection().execute(query).all()


def reports_of(session: Session, case_id: UUID) -> Sequence[Row[Any]]:
    """The case's reports with their reporters' masked names, oldest first."""
    query = (
        select(CaseReport.__table__, User.name.label("reporter_name"), User.kind.label("reporter_kind"))
        .select_from(CaseReport)
        .outerjoin(User, User.id == CaseReport.reporter_id)
        .where(CaseReport.case_id == case_id)
        .order_by(CaseReport.reported_at, CaseReport.report_id)
    )
    return session.connection().execute(query).all()


def photos_of(session: Session, case_id: UUID) -> Sequence[Row[UUID, str, int, datetime]]:
    """(photo_id, role, seq, added_at) of the case's photos in the order they came."""
    photo = CasePhoto
    query = select(photo.photo_id, photo.role, photo.seq, photo.added_at).where(photo.case_id == case_id)
    return session.connection().execute(query.order_by(photo.seq, photo.photo_id)).all()


_OPINIONS = (
    select(
        CaseEvent.at,
        EventDetails.details["text"].astext.label("text"),
        EventDetails.details["actor"].label("actor"),
        Organization.id,
        Organization.code,
        Organization.name,
    )
    .select_from(CaseEvent)
    .outerjoin(
        EventDetails,
        and_(
            EventDetails.case_month == CaseEvent.case_month,
            EventDetails.case_id == CaseEvent.case_id,
            EventDetails.seq == CaseEvent.seq,
        ),
    )
    .join(Organization, Organization.id == cast(CaseEvent.inputs["organization_id"].astext, Uuid))
    .where(
        CaseEvent.case_month == bindparam("month"),
        CaseEvent.case_id == bindparam("case_id"),
        CaseEvent.action == Action.ADVISE.value,
    )
    .order_by(CaseEvent.seq)
)


def opinions_of(session: Session, month: date, case_id: UUID) -> Sequence[Row[*tuple[Any, ...]]]:
    """(at, text, actor, id, code, name) of every opinion of a helping organisation, oldest first; text and actor are
    None once erased.
    """
    return session.connection().execute(_OPINIONS, {"month": month, "case_id": case_id}).all()


def standing_now(session: Session, number: str, principal: Principal) -> tuple[str, int] | None:
    """(state, version) of the case with this number; None where the principal does not see it."""
    query = select(Case.state, Case.version).where(Case.number == number, visible(principal))
    row = session.execute(query).one_or_none()
    return None if row is None else (row.state, row.version)
