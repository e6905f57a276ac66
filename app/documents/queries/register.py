"""The register of papers: who sees which, pages of it, the next number, and what is noted on a paper later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    case,
    false,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Organization, User
from app.accounts.queries.visibility import covered
from app.accounts.rules import Role
from app.cases.models import Case
from app.cases.queries.visibility import BY_AREA, MASKED
from app.core.auth import Principal
from app.core.models import table
from app.documents.models import Document, DocumentKind, DocumentSeries

# Who belongs to an organisation reads what was sent to it.
OF_ADDRESSEE = (Role.UNIT_MANAGER, Role.HANDLER)
_ADDRESSEE = aliased(Organization, name="addressee")
_ISSUER = aliased(User, name="issuer")
_STATE = case(
    (Document.cancelled_at.is_not(None), "cancelled"), (Document.delivered_at.is_not(None), "delivered"), else_="issued"
)
_LISTED = [
    column
    for column in table(Document).c
    if column.name not in {"html", "masked_html", "sha256", "masked_sha256", "text", "serial", "case_id"}
]


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which papers are asked for."""

    kind: str | None = None
    year: int | None = None
    state: str | None = None


def _seen_by(principal: Principal, roles: Sequence[Role]) -> ColumnElement[bool]:
    """Papers about cases on their ground, and papers sent to their organisation."""
    if principal.kind == "system":
        return true()
    if principal.kind != "staff":
        return false()
    mine = principal.organizations(*OF_ADDRESSEE)
    return or_(covered(Case.current_cell, principal.areas(*roles)), Document.addressee_id.in_(mine))


def _plain(principal: Principal) -> ColumnElement[bool]:
    """Whether people and words may be shown: as with cases, case by case."""
    if not principal.roles & MASKED:
        return true()
    return _seen_by(principal, [role for role in BY_AREA if role not in MASKED])


def _selected(principal: Principal, *more: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *_LISTED,
            *more,
            _STATE.label("state"),
            _plain(principal).label("plain"),
            Case.number.label("case_number"),
            DocumentKind.name_zh,
            DocumentKind.name_en,
            _ADDRESSEE.code.label("addressee_code"),
            _ADDRESSEE.name.label("addressee_name"),
            _ISSUER.name.label("issuer_name"),
        )
        .select_from(Document)
        .join(Case, Case.id == Document.case_id)
        .join(DocumentKind, DocumentKind.code == Document.kind)
        .join(_ADDRESSEE, _ADDRESSEE.id == Document.addressee_id)
        .join(_ISSUER, _ISSUER.id == Document.issued_by)
        .where(_seen_by(principal, BY_AREA))
    )


def document_page(
    session: Session,
    wanted: DocumentFilter,
    principal: Principal,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """One row more than the page, newest first."""
    query = _selected(principal).where(*_conditions(wanted))
    if after is not None:
        query = query.where(tuple_(Document.issued_at, Document.id) < tuple_(*map(literal, after)))
    return session.execute(query.order_by(Document.issued_at.desc(), Document.id.desc()).limit(limit + 1)).all()


def _conditions(wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        found.append(Document.kind == wanted.kind)
    if wanted.year is not None:
        found.append(Document.year == wanted.year)
    if wanted.state is not None:
        found.append(literal(wanted.state) == _STATE)
    return found


def papers_of(session: Session, case_id: UUID, principal: Principal) -> Sequence[Row[*tuple[Any, ...]]]:
    """The papers about one case that the principal sees, oldest first."""
    query = _selected(principal).where(Document.case_id == case_id)
    return session.execute(query.order_by(Document.issued_at, Document.id)).all()


def find_document(session: Session, document_id: UUID, principal: Principal) -> dict[str, Any] | None:
    """One paper with what was printed, and the case's address as it is kept now; None where it is not seen."""
    whole = (Document.html, Document.masked_html, Document.sha256, Document.masked_sha256, Document.text)
    query = _selected(principal, *whole, Case.address, Case.current_cell, DocumentKind.issuing_roles)
    row = session.execute(query.where(Document.id == document_id)).one_or_none()
    return None if row is None else dict(row._mapping)  # noqa: SLF001 -- the documented way to a row's mapping


def lock_document(session: Session, document_id: UUID) -> None:
    """Until the end of the transaction nobody else notes anything on this paper."""
    session.execute(select(Document.id).where(Document.id == document_id).with_for_update(key_share=True))


def kind_of(session: Session, code: str) -> Row[*tuple[Any, ...]] | None:
    """A kind of paper as this city issues it."""
    return session.execute(select(*table(DocumentKind).c).where(DocumentKind.code == code)).one_or_none()


def kinds(session: Session) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every kind of paper of this city."""
    return session.execute(select(*table(DocumentKind).c).order_by(table(DocumentKind).c.code)).all()


def change_kind(session: Session, code: str, values: Mapping[str, Any]) -> None:
    session.execute(update(table(DocumentKind)).where(table(DocumentKind).c.code == code).values(dict(values)))


def next_serial(session: Session, kind: str, year: int) -> int:
    """The next number of a range. Its row stays locked until the transaction ends, which takes the number back if it
    is rolled back: so numbers never skip and never repeat.
    """
    series = table(DocumentSeries)
    first = upsert(series).values(kind=kind, year=year, last_serial=1)
    taken = first.on_conflict_do_update(
        index_elements=[series.c.kind, series.c.year], set_={"last_serial": series.c.last_serial + 1}
    )
    return int(session.execute(taken.returning(series.c.last_serial)).scalar_one())


def add_document(session: Session, values: Mapping[str, Any]) -> None:
    session.execute(insert(table(Document)).values(dict(values)))


def note(session: Session, document_id: UUID, values: Mapping[str, Any]) -> None:
    """Add a delivery or a cancelling to a paper."""
    session.execute(update(table(Document)).where(table(Document).c.id == document_id).values(dict(values)))
