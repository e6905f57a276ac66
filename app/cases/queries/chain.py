"""Reading and appending the chain of events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, insert, select, text
from sqlalchemy.orm import Session

from app.cases.models import CaseEvent, EventDetails
from app.cases.rules import Detail, Event
from app.core.models import table

_EVENT = insert(table(CaseEvent))
# Both at once: what a bound value is for stands before its name.
_BOTH = (
    insert(table(EventDetails))
    .values({column.name: bindparam(f"details_{column.name}") for column in table(EventDetails).columns})
    .add_cte(
        _EVENT.values({column.name: bindparam(f"event_{column.name}") for column in table(CaseEvent).columns}).cte(
            "event"
        )
    )
)


def add_event(
    session: Session, month: date, event: Event, details: Mapping[str, Any], salts: Mapping[str, str]
) -> None:
    """Append an event, and apart from it what is personal or free in it; salts in hex. One statement."""
    values = {
        "case_month": month,
        "case_id": event.case_id,
        "seq": event.seq,
        "number": event.number,
        "action": event.action,
        "at": event.at,
        "before": None if event.before is None else dict(event.before),
        "after": dict(event.after),
        "inputs": dict(event.inputs),
        "digests": dict(event.digests),
        "prev_hash": event.prev_hash,
        "hash": event.hash,
    }
    if not details:
        session.connection().execute(_EVENT, values)
        return
    beside = {
        "case_month": month,
        "case_id": event.case_id,
        "seq": event.seq,
        "details": dict(details),
        "salts": dict(salts),
    }
    bound = {f"event_{name}": value for name, value in values.items()}
    session.connection().execute(_BOTH, bound | {f"details_{name}": value for name, value in beside.items()})


_JOINED = (
    select(CaseEvent.__table__, EventDetails.details, EventDetails.salts)
    .select_from(CaseEvent)
    .outerjoin(
        EventDetails,
        and_(
            EventDetails.case_month == CaseEvent.case_month,
            EventDetails.case_id == CaseEvent.case_id,
            EventDetails.seq == CaseEvent.seq,
        ),
    )
    .order_by(CaseEvent.seq)
)


def events_page(session: Session, month: date, case_id: UUID, *, after: int = 0, limit: int) -> Sequence[Row[Any]]:
    """Events of a case in the order of `seq`, each with its details (null where all was erased)."""
    return session.execute(
        _JOINED.where(CaseEvent.case_month == month, CaseEvent.case_id == case_id, CaseEvent.seq > after).limit(limit)
    ).all()


def chain_of(session: Session, month: date, case_id: UUID) -> tuple[list[Event], list[Detail]]:
    """The whole chain as the rules check it."""
    events: list[Event] = []
    details: list[Detail] = []
    for row in session.execute(_JOINED.where(CaseEvent.case_month == month, CaseEvent.case_id == case_id)):
        events.append(
            Event(
                case_id=row.case_id,
                number=row.number,
                seq=row.seq,
                action=row.action,
                at=row.at,
                before=row.before,
                after=row.after,
                inputs=row.inputs,
                digests=row.digests,
                prev_hash=row.prev_hash,
                hash=row.hash,
            )
        )
        salts: dict[str, str] = row.salts or {}
        details += [Detail(row.seq, name, bytes.fromhex(salts[name]), row.details[name]) for name in salts]
    return events, details


_ERASE = text("""
    UPDATE event_details d
       SET details = d.details - CAST(:names AS text[]), salts = d.salts - CAST(:names AS text[])
      FROM event_details old
     WHERE d.case_month = :month AND d.case_id = :case_id AND d.seq = ANY(:seqs) AND d.details ?| CAST(:names AS text[])
       AND old.case_month = d.case_month AND old.case_id = d.case_id AND old.seq = d.seq
    RETURNING d.seq, ARRAY(SELECT key FROM jsonb_object_keys(old.details) key
                            WHERE key = ANY(CAST(:names AS text[])) ORDER BY key)""")


def erase_details(
    session: Session, month: date, case_id: UUID, seqs: Sequence[int], names: Collection[str]
) -> list[tuple[int, list[str]]]:
    """Delete these values with their salts from these events of a case; (seq, names that were there)."""
    found = {"month": month, "case_id": case_id, "seqs": list(seqs), "names": sorted(names)}
    rows = session.execute(_ERASE, found).all()
    return sorted((row[0], list(row[1])) for row in rows)
