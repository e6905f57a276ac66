"""Issuing papers about a case, and noting what becomes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.cases import service as cases
from app.cases.rules import END_STATES, State
from app.core.auth import Principal
from app.core.errors import Fault
from app.core.ids import new_id
from app.documents import queries
from app.documents.errors import BadOrder, CaseEnded, DocumentSettled, NotYoursToIssue
from app.documents.rules.kinds import Delivery, DocumentKind, delivery_fault, due_fault, issues, number_of, year_of
from app.documents.rules.sketch import HALF_HEIGHT_M, HALF_WIDTH_M, Shape
from app.documents.service.case_file import figures, map_around, words_in
from app.documents.service.pages import ADDRESS, render
from app.documents.service.register import document_row
from app.documents.service.telling import tell_addressee
from app.documents.service.words import Words


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be issued. `addressee_id`: None for the case's lead owner."""

    kind: DocumentKind
    language: str = "zh-CN"
    due_at: datetime | None = None
    text: str | None = None
    addressee_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Paper:
    """A paper before it has a number."""

    kind: Any
    order: Order
    case: Mapping[str, Any]
    card: Mapping[str, Any]
    addressee: Any
    due_at: datetime | None
    shapes: list[Shape]


def issue(session: Session, number: str, order: Order, *, principal: Principal, now: datetime) -> UUID:
    """Issue a paper about a case to the organisation that has to act; returns its id.

    The number is taken last, and its range is locked from then to the end of the transaction.
    Raises: CaseNotFound, NotYoursToIssue, CaseEnded, BadOrder.
    """
    case = cases.case_row(session, number, principal)
    kind = queries.kind_of(session, order.kind)
    if kind is None:
        raise BadOrder(f"This city issues no {order.kind}.", faults=[Fault("/kind", "is not issued in this city")])
    _check_post(principal, kind.issuing_roles, case["current_cell"])
    if State(case["state"]) in END_STATES:
        raise CaseEnded(f"The case is {case['state']}: nothing is left to demand.", state=case["state"])
    addressee = _addressee(session, case, order)
    due_at = _due(case, order, now)
    card = cases.case_card(session, number, principal, now=now)
    paper = _Paper(kind, order, case, card, addressee, due_at, map_around(session, case))
    return _numbered(session, paper, principal, now)


def _addressee(session: Session, case: Mapping[str, Any], order: Order) -> Any:
    wanted = order.addressee_id or case["lead_id"]
    if wanted is None:
        fault = Fault("/addressee_id", "name the organisation: the case has no lead owner yet")
        raise BadOrder("Nobody is named to whom the document goes.", faults=[fault])
    if (found := queries.organization(session, wanted)) is None:
        raise BadOrder("There is no such organisation.", faults=[Fault("/addressee_id", "is no organisation's id")])
    return found


def _due(case: Mapping[str, Any], order: Order, now: datetime) -> datetime | None:
    """The date that is named, else that of the case's clock or of its supervision, as long as it is still to come."""
    orders = order.kind is DocumentKind.RECTIFICATION
    due_at = order.due_at or (case["due_at"] if orders else case["supervised_due_at"])
    if order.due_at is None and due_at is not None and due_fault(due_at, now):
        due_at = None
    if due_at is None and orders:
        fault = Fault("/due_at", "name it: the case has no deadline that is still to come")
        raise BadOrder("An order to rectify says until when.", faults=[fault])
    if due_at is not None and (wrong := due_fault(due_at, now)):
        raise BadOrder(f"due_at {wrong}.", faults=[Fault("/due_at", wrong)])
    return due_at


def _numbered(session: Session, paper: _Paper, principal: Principal, now: datetime) -> UUID:
    words = words_in(paper.order.language)
    year = year_of(now, words.zone)
    serial = queries.next_serial(session, paper.order.kind, year)
    number = number_of(paper.kind.number_format, year, serial)
    html, masked = (_page(paper, words, number, (principal, now), plain=plain) for plain in (True, False))
    document_id = new_id()
    values = {
        "id": document_id,
        "kind": str(paper.order.kind),
        "year": year,
        "serial": serial,
        "number": number,
        "case_id": paper.case["id"],
        "case_version": paper.case["version"],
        "addressee_id": paper.addressee.id,
        "language": paper.order.language,
        "due_at": paper.due_at,
        "text": paper.order.text,
        "html": html,
        "sha256": hashlib.sha256(html.encode()).hexdigest(),
        "masked_html": masked,
        "masked_sha256": hashlib.sha256(masked.encode()).hexdigest(),
        "issued_by": principal.id,
        "issued_at": now,
    }
    queries.add_document(session, values)
    tell_addressee(session, paper.addressee.id, paper.case["number"], now=now)
    return document_id


def _page(paper: _Paper, words: Words, number: str, issued: tuple[Principal, datetime], *, plain: bool) -> str:
    """The paper as it is kept, for readers who may see people and words, or for those who may not."""
    principal, now = issued
    kind, case = paper.kind, paper.case
    before = {**paper.card, "photos": [one for one in paper.card["photos"] if one["role"] in {"before", "verify"}]}
    body = f"{paper.order.kind}_body"
    if paper.order.kind is DocumentKind.SUPERVISION and paper.due_at is not None:
        body += "_until"
    return render(
        "notice.html",
        words,
        lang=words.language,
        kind=paper.order.kind,
        kind_name=kind.name_en if words.language == "en" else kind.name_zh,
        issuing_body=kind.issuing_body,
        basis=kind.basis,
        number=number,
        addressee=paper.addressee.name,
        body=words.say(body, until=words.instant(paper.due_at)),
        case=case,
        areas=[area["name"] for area in paper.card["areas"]],
        has_address=case["address"] is not None,
        address_slot=Markup(ADDRESS + "<br>"),  # noqa: S704 -- our own comment, no input
        due_at=paper.due_at,
        demand=paper.order.text,
        figures=figures(before, (), words, plain=plain),
        shapes=paper.shapes,
        half=(HALF_WIDTH_M, HALF_HEIGHT_M),
        issued_on=now.astimezone(words.zone).date(),
        issuer=principal.name,
        plain=plain,
    )


def deliver(  # noqa: PLR0913 -- which paper, the three facts of a delivery, who notes it and when
    session: Session, document_id: UUID, *, at: datetime, to: str, how: Delivery, principal: Principal, now: datetime
) -> None:
    """Note that a paper reached its addressee (送达回证); once.

    Raises: DocumentNotFound, NotYoursToIssue, DocumentSettled, BadOrder.
    """
    paper = _locked(session, document_id, principal)
    if paper["state"] != "issued":
        raise DocumentSettled(f"{paper['number']} is {paper['state']}.", state=paper["state"])
    if wrong := delivery_fault(at, paper["issued_at"], now):
        raise BadOrder(f"at {wrong}.", faults=[Fault("/at", wrong)])
    noted = {"delivery_noted_by": principal.id, "delivery_noted_at": now}
    queries.note(session, document_id, {"delivered_at": at, "delivered_to": to, "delivered_how": str(how), **noted})


def cancel(session: Session, document_id: UUID, reason: str, *, principal: Principal, now: datetime) -> None:
    """Cancel a paper, delivered or not; its number stays used.

    Raises: DocumentNotFound, NotYoursToIssue, DocumentSettled.
    """
    paper = _locked(session, document_id, principal)
    if paper["state"] == "cancelled":
        raise DocumentSettled(f"{paper['number']} is cancelled already.", state=paper["state"])
    queries.note(session, document_id, {"cancelled_at": now, "cancel_reason": reason, "cancelled_by": principal.id})


def _locked(session: Session, document_id: UUID, principal: Principal) -> dict[str, Any]:
    """A paper that this principal could have issued, as it is once nobody else can note anything on it."""
    document_row(session, document_id, principal)
    queries.lock_document(session, document_id)
    paper = document_row(session, document_id, principal)
    _check_post(principal, paper["issuing_roles"], paper["current_cell"])
    return paper


def _check_post(principal: Principal, roles: Sequence[str], cell: str) -> None:
    """Let pass whoever holds one of the roles over this ground.

    Raises: NotYoursToIssue.
    """
    posts = [(grant.role, grant.area_code) for grant in principal.grants]
    if not issues(posts, roles, cell):
        posts_named = " or ".join(role.replace("_", " ") for role in roles)
        raise NotYoursToIssue(f"Only a {posts_named} of the case's ground does this.", roles=list(roles))
