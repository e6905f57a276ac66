"""Keeping statements: defined, changed and removed by their owner, seen by others where they are shared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.core import audit
from app.core.clock import to_rfc3339
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.paging import edge_of, page
from app.core.row_versions import check_version
from app.notices.rules import Channel, masked
from app.statements import queries
from app.statements.errors import BadStatement, NotItsOwner, StatementNotFound, TooManyStatements
from app.statements.rules import Every, Form, Schedule, What, next_due
from app.statements.service.recipients import refused
from app.statements.service.running import Asked, checked

MOST_STATEMENTS = 100
CONTENT = ("name", "what", "params", "format", "shared", "schedule")


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, when, by which clock."""

    user_id: UUID
    now: datetime
    zone: ZoneInfo


def asked_of(row: Any) -> Asked:
    """What a statement asks for."""
    return Asked(What(row.what), row.params, Form(row.format))


def schedule_of(content: Mapping[str, Any]) -> Schedule:
    """A schedule as it is reckoned."""
    return Schedule(
        Every(content["every"]),
        time.fromisoformat(content["at"]),
        content["weekday"] or 1,
        content["day"] or 1,
    )


def create(session: Session, content: Mapping[str, Any], by: By) -> dict[str, Any]:
    """Keep a statement.

    Raises: BadStatement, TooManyStatements.
    """
    queries.lock_statements_of(session, by.user_id)
    if queries.count_of(session, by.user_id) >= MOST_STATEMENTS:
        raise TooManyStatements(f"You keep {MOST_STATEMENTS} statements: remove one that nobody needs.")
    _check(session, content)
    row = dict(content) | {"id": new_id(), "owner_id": by.user_id, "version": 1, "created_at": by.now}
    queries.add_statement(session, row | {"changed_at": by.now, "next_at": _next_at(content, by)})
    _note(session, "create", row["id"], {"after": _told(content)}, by)
    return shown(find(session, row["id"], by.user_id), by.user_id)


def change(
    session: Session, statement_id: UUID, content: Mapping[str, Any], *, expected: int | None, by: By
) -> dict[str, Any]:
    """Keep a statement otherwise; its schedule begins anew.

    Raises: StatementNotFound, NotItsOwner, Stale, BadStatement.
    """
    before = _own(session, statement_id, expected, by)
    _check(session, content)
    if {name: getattr(before, name) for name in CONTENT} != dict(content):
        row = {**content, "version": before.version + 1, "changed_at": by.now, "next_at": _next_at(content, by)}
        queries.change_statement(session, statement_id, row)
        told = {"before": _told(before._mapping), "after": _told(content)}  # noqa: SLF001 -- the documented way
        _note(session, "change", statement_id, told, by)
    return shown(find(session, statement_id, by.user_id), by.user_id)


def remove(session: Session, statement_id: UUID, *, expected: int | None, by: By) -> None:
    """Forget a statement and its deliveries; their files go with the next clearing.

    Raises: StatementNotFound, NotItsOwner, Stale.
    """
    before = _own(session, statement_id, expected, by)
    queries.remove_statement(session, statement_id)
    _note(session, "remove", statement_id, {"before": _told(before._mapping)}, by)  # noqa: SLF001 -- the documented way


def find(session: Session, statement_id: UUID, reader_id: UUID) -> Any:
    """A statement of the reader's, or a shared one.

    Raises: StatementNotFound.
    """
    found = queries.statement(session, statement_id, reader_id)
    if found is None:
        raise StatementNotFound("You have no statement with this id, and nobody shares one.")
    return found


def statements_of(
    session: Session, reader_id: UUID, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the reader's statements and shared ones, newest first, and the cursor of the next.

    Raises: BadCursor.
    """
    found = queries.statements_page(session, reader_id, limit=limit, after=edge_of(cursor))
    rows, following = page(found, limit, lambda row: (to_rfc3339(row.created_at), str(row.id)))
    return [shown(row, reader_id) for row in rows], following


def shown(row: Any, reader_id: UUID) -> dict[str, Any]:
    """A statement as the API shows it; addresses in full to its owner alone."""
    mine = row.owner_id == reader_id
    schedule = None if row.schedule is None else dict(row.schedule)
    if schedule is not None and not mine:
        schedule["emails"] = [masked(Channel.EMAIL, one) for one in schedule["emails"]]
    return {
        "id": str(row.id),
        **{name: getattr(row, name) for name in CONTENT},
        "schedule": schedule,
        "owner": {"id": str(row.owner_id), "name": row.owner_name},
        "mine": mine,
        "version": row.version,
        "next_at": None if row.next_at is None else to_rfc3339(row.next_at),
        "created_at": to_rfc3339(row.created_at),
        "changed_at": to_rfc3339(row.changed_at),
    }


def _own(session: Session, statement_id: UUID, expected: int | None, by: By) -> Any:
    found = queries.statement(session, statement_id, by.user_id, lock=True)
    if found is None:
        raise StatementNotFound("You have no statement with this id, and nobody shares one.")
    if found.owner_id != by.user_id:
        raise NotItsOwner(f"{found.owner_name} keeps it: keep one of your own with the same content.")
    check_version(expected, found.version, "The statement")
    return found


def _check(session: Session, content: Mapping[str, Any]) -> None:
    checked(Asked(What(content["what"]), content["params"], Form(content["format"])))
    emails = (content["schedule"] or {}).get("emails", [])
    not_allowed = set(refused(session, emails))
    if not_allowed:
        detail = "no user confirmed this address, and its domain is not allowed: an administrator may allow it"
        faults = [Fault(f"/schedule/emails/{place}", detail) for place, one in enumerate(emails) if one in not_allowed]
        raise BadStatement("Figures may not be mailed to everybody named here.", faults=faults)


def _next_at(content: Mapping[str, Any], by: By) -> datetime | None:
    schedule = content["schedule"]
    if schedule is None or not schedule["active"]:
        return None
    return next_due(schedule_of(schedule), by.now, by.zone)


def _told(content: Mapping[str, Any]) -> dict[str, Any]:
    """What the record says of a statement: of addresses only how many there are."""
    schedule = content["schedule"]
    told = {name: content[name] for name in ("what", "params", "format", "shared")}
    return told | {"schedule": None if schedule is None else {**schedule, "emails": len(schedule["emails"])}}


def _note(session: Session, deed: str, statement_id: UUID, detail: Mapping[str, Any], by: By) -> None:
    audit.note(
        session,
        action=f"statement.{deed}",
        subject=f"statement:{statement_id}",
        detail=detail,
        actor_id=by.user_id,
        now=by.now,
    )
