"""The table of the ladders of reminders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from app.administration.rules.cells import plain
from app.administration.rules.sheets import Row
from app.administration.rules.standards import REMINDER_LADDER
from app.administration.service.work import Hand, Present, Table, Work, numbered
from app.cases.errors import BadLadder
from app.cases.rules.reminders import Audience, Rung
from app.cases.service.ladders import replace_ladder
from app.cases.service.reminding import ladder
from app.catalog.rules import Limit, Unit

_POINTER = re.compile(r"/items/(\d+)(?:/(\w+))?")
MOST_RUNGS = 99
# Delays are kept to the hundredth, which is 36 seconds of an hour.
LONGEST, PLACES = Decimal(10_000), 2


def read(session: Session, _hand: Hand) -> Sequence[Present]:
    return [
        Present(
            {
                "ladder": one.ladder,
                "rung": str(one.rung),
                "base": one.base,
                "delay": plain(one.delay.amount),
                "unit": one.delay.unit.value,
                "supervised_delay": plain(one.supervised_delay.amount),
                "audience": one.audience.value,
            }
        )
        for one in ladder(session)
    ]


def apply(session: Session, work: Work) -> None:
    """The whole ladder as it shall be."""
    numbers = {work.sheet.key_of(row): number for number, row in numbered(work.changes)}
    wanted = list(work.outcome())
    at = [numbers.get(work.sheet.key_of(row)) for row in wanted]
    for number, row in zip(at, wanted, strict=True):
        if number is not None:
            _check(work, number, row)
    if work.faults:
        return
    try:
        replace_ladder(
            session, [_rung(row) for row in wanted], expected=None, now=work.hand.now, actor_id=work.hand.actor_id
        )
    except BadLadder as refused:
        for fault in refused.faults:
            found = _POINTER.fullmatch(fault.pointer)
            work.blame(at[int(found[1])] if found else None, found[2] if found else None, fault.detail)


def _check(work: Work, number: int, row: Row) -> None:
    if not 1 <= int(row["rung"]) <= MOST_RUNGS:
        work.blame(number, "rung", f"rungs are numbered from 1 to {MOST_RUNGS}")
    for column in ("delay", "supervised_delay"):
        amount = Decimal(row[column])
        if not 0 <= amount <= LONGEST or amount != round(amount, PLACES):
            work.blame(number, column, f"is between 0 and {LONGEST} and has at most {PLACES} decimals")
    if Decimal(row["supervised_delay"]) > Decimal(row["delay"]):
        work.blame(number, "supervised_delay", "supervised cases are reminded sooner or as soon: at most delay")


def _rung(row: Row) -> Rung:
    unit = Unit(row["unit"])
    return Rung(
        row["ladder"],
        int(row["rung"]),
        row["base"],
        Limit(Decimal(row["delay"]), unit),
        Limit(Decimal(row["supervised_delay"]), unit),
        Audience(row["audience"]),
    )


TABLE = Table(REMINDER_LADDER, read, apply)
