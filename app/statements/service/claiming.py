"""Taking what is due: each due instant becomes one delivery, however many workers there are and whenever one dies."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.core.jobs import enqueue
from app.statements import queries
from app.statements.rules import DeliveryState, latest_due, next_due
from app.statements.service.keeping import schedule_of

AT_ONCE = 50


def claim_due(session: Session, *, now: datetime, zone: ZoneInfo) -> bool:
    """Record and queue a delivery for every statement that is due; whether there are more.

    The delivery, its job and the next instant are written together. Where several instants were missed, the newest is
    delivered: the ones before would say the same of an older time, all at once.
    """
    rows = queries.due(session, now, AT_ONCE)
    for row in rows:
        schedule, delivery_id = schedule_of(row.schedule), new_id()
        due = max(row.next_at, latest_due(schedule, now, zone))
        recorded = {"id": delivery_id, "statement_id": row.id, "due_at": due, "state": DeliveryState.WAITING}
        if queries.add_delivery(session, recorded | {"created_at": now}):
            enqueue(session, "statements.deliver", delivery_id=str(delivery_id))
        queries.change_statement(session, row.id, {"next_at": next_due(schedule, now, zone)})
    return len(rows) == AT_ONCE
