"""The table of who owns which parts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.administration.queries import standards as queries
from app.administration.rules.sheets import Row
from app.administration.rules.standards import PART_OWNERS
from app.administration.service.work import Hand, Present, Table, Work, whole_list
from app.core import audit
from app.core.audit import Note
from app.routing import service as routing


def read(session: Session, _hand: Hand) -> Sequence[Present]:
    return [Present(row._asdict()) for row in queries.part_owners(session)]


def apply(session: Session, work: Work) -> None:
    """The whole list of owners as it shall be."""
    hand = work.hand
    with whole_list(work, _name) as wanted:
        routing.import_part_owners(session, wanted, now=hand.now, actor_id=hand.actor_id)
    audit.note_all(session, _notes(work), actor_id=hand.actor_id, now=hand.now)


def _name(row: Row) -> str:
    return f"the owner {row['owner']} of {row['part']} that is there"


def _notes(work: Work) -> list[Note]:
    changes = work.changes
    found = [_note("create", line.row, after=line.row) for line in changes.added]
    found += [_note("change", one.after, before=one.before, after=one.after) for one in changes.changed]
    return found + [_note("end", row, before=row) for row in changes.ended]


def _note(deed: str, row: Row, **sides: Row) -> Note:
    return Note(f"part_owner.{deed}", f"part_owner:{row['part']}", sides)


TABLE = Table(PART_OWNERS, read, apply)
