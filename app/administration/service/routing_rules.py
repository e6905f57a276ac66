"""The table of responsibility rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from app.administration.queries import standards as queries
from app.administration.rules.sheets import Key, Line
from app.administration.rules.standards import ROUTING_RULES
from app.administration.service.work import Hand, Present, Table, Work, numbered
from app.core.errors import Invalid
from app.routing import service as routing

_POINTER = re.compile(r"/rules/(\d+)/(\w+)")
_TIED = re.compile(r"^row (\d+) is")
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
    numbers = {work.sheet.key_of(row): number for number, row in numbered(work.changes)}
    wanted = list(work.outcome())
    at = [numbers.get(work.sheet.key_of(row)) for row in wanted]
    try:
        routing.import_rules(session, wanted, now=work.hand.now, actor_id=work.hand.actor_id)
    except Invalid as refused:
        for fault in refused.faults:
            found = _POINTER.fullmatch(fault.pointer)
            detail = _TIED.sub(lambda tied: f"{_called(at[int(tied[1])])} is", fault.detail)
            if found is None:
                work.blame(None, None, detail)
            else:
                _blame_rule(work, at[int(found[1])], found[2], detail, wanted[int(found[1])]["lead"])


def _called(number: int | None) -> str:
    return "a rule in force" if number is None else f"row {number}"


def _blame_rule(work: Work, number: int | None, column: str, detail: str, lead: str) -> None:
    before = "" if number is not None else f"a rule of {lead} that is in force: "
    work.blame(number, column, before + detail)


TABLE = Table(ROUTING_RULES, read, apply, settle)
