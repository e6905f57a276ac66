"""The table of what the city asks of people on duty: one row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.administration.rules.practice import CITY, DUTY_TERMS
from app.administration.service.work import Hand, Present, Table, Work, numbered
from app.duty import service as duty
from app.duty.rules import Terms


def read(session: Session, _hand: Hand) -> Sequence[Present]:
    terms = duty.terms(session)
    return [Present({"scope": CITY, **{name: str(value) for name, value in terms._asdict().items()}})]


def apply(session: Session, work: Work) -> None:
    for number, row in numbered(work.changes):
        wanted = Terms(*(int(row[name]) for name in Terms._fields))
        with work.on(number):
            duty.change_terms(session, wanted, now=work.hand.now, actor_id=work.hand.actor_id)


TABLE = Table(DUTY_TERMS, read, apply)
