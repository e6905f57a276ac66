"""The table of responsibility rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.administration.queries import standards as queries
from app.administration.rules.sheets import Key, Line, Row
from app.administration.rules.standards import ROUTING_RULES
from app.administration.service.work import Hand, Present, Table, Work, whole_list
from app.routing import service as routing

CITY_DIGITS = 4


def read(session: Session, _hand: Hand) -> Sequence[Present]:
    names = ROUTING_RULES.names
    return [
        Present({name: found[name] for name in names}, found["id"])
        for found in (row._asdict() for row in queries.routing_rules(session))
    ]


def settle(_session: Session, lines: Sequence[Line], _present: Mapping[Key, Present], _hand: Hand) -> list[Line]:
    """The whole city is no area: a rule that names the city's code is for any ground."""
    return [
        Line(line.number, {**line.row, "area": ""}) if len(line.row["area"]) == CITY_DIGITS else line for line in lines
    ]


def apply(session: Session, work: Work) -> None:
    """The whole set of rules as it shall be; what it says of rules that stay is what they said."""
    with whole_list(work, _name) as wanted:
        routing.import_rules(session, wanted, now=work.hand.now, actor_id=work.hand.actor_id)


def _name(row: Row) -> str:
    return f"a rule of {row['lead']} that is in force"


TABLE = Table(ROUTING_RULES, read, apply, settle)
