"""The table of who answers for which duty zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.administration.queries import registers as queries
from app.administration.rules.registers import DUTY_ZONE_PEOPLE
from app.administration.service.work import Hand, Present, Table, Work
from app.grid import service as grid


def read(session: Session, _hand: Hand) -> Sequence[Present]:
    return [
        Present({"zone": row.zone, "username": row.username}, row.user_id) for row in queries.duty_zone_people(session)
    ]


def apply(session: Session, work: Work) -> None:
    """Each zone that gains or loses people is changed once."""
    users, zones = queries.user_ids(session), queries.zone_codes(session)
    coming: dict[str, set[UUID]] = defaultdict(set)
    leaving: dict[str, set[UUID]] = defaultdict(set)
    for line in work.changes.added:
        if line.row["zone"] not in zones:
            work.blame(line.number, "zone", f"there is no duty zone {line.row['zone']}")
        if line.row["username"] not in users:
            work.blame(line.number, "username", f"there is no member of staff {line.row['username']}")
    if work.faults:
        return
    for line in work.changes.added:
        coming[line.row["zone"]].add(users[line.row["username"]])
    for row in work.changes.ended:
        leaving[row["zone"]].add(users[row["username"]])
    for zone in sorted({*coming, *leaving}):
        grid.change_zone_people(
            session, zone, coming[zone], leaving[zone], now=work.hand.now, actor_id=work.hand.actor_id
        )


TABLE = Table(DUTY_ZONE_PEOPLE, read, apply, lock=grid.lock_grid)
