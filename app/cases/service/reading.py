"""Cases as people see them: what is shown to whom, clocks counted to this instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.errors import CaseNotFound
from app.cases.rules import END_STATES, INPUTS, Action, State
from app.cases.rules.filters import CaseFilter
from app.cases.service.standing import identifies
from app.cases.service.work import THE_SYSTEM
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.core.errors import Fault
from app.core.paging import BadCursor, cursor_id, cursor_instant, decode_cursor, page
from app.grid import service as grid
from app.media import service as media
from app.sla import service as sla
from app.sla.rules import Calendar, Unit, elapsed, lamp

INSTANTS = (
    "opened_at",
    "filed_at",
    "dispatched_at",
    "handled_at",
    "closed_at",
    "updated_at",
    "due_at",
    "yellow_at",
    "supervised_due_at",
)
COUNTS = ("extensions", "holds", "reworks", "returns", "reopens")
AS_IT_IS = (
    "id",
    "number",
    "state",
    "version",
    "source",
    "stage",
    "due_at",
    "paused",
    "supervised",
    "forced",
    "reworks",
    "opened_at",
    "updated_at",
    "closed_at",
)
FLAGS = ("forced", "self_handled", "supervised", "reopened_by_reporter")


def instant(value: datetime | None) -> str | None:
    return None if value is None else to_rfc3339(value)


def cases_for(
    session: Session, found: CaseFilter, principal: Principal, *, now: datetime, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the cases that the principal sees, and the cursor of the next.

    Raises: BadCursor.
    """
    after = None if cursor is None else _edge(cursor, found.sort)
    rows = queries.cases_page(session, found, principal, now=now, limit=limit, after=after)
    column = found.sort.removeprefix("-")
    shown, following = page(
        rows, limit, lambda row: (found.sort, instant(getattr(row, column)) or NO_CLOCK, str(row.id))
    )
    return [item(row, now) for row in shown], following


NO_CLOCK = ""
"""In the place of the deadline in a cursor, after a case that has none."""


def _edge(cursor: str, sort: str) -> tuple[datetime | None, UUID]:
    order, at, case_id = decode_cursor(cursor, 3)
    if order != sort:
        fault = Fault("/cursor", "use it with the sort of the answer that it is of, or leave it out")
        raise BadCursor("This cursor is of a list in another order: start again without one.", faults=[fault])
    timeless = at == NO_CLOCK and sort.endswith("due_at")
    return None if timeless else cursor_instant(at), cursor_id(case_id)


def item(row: Row[*tuple[Any, ...]], now: datetime) -> dict[str, Any]:
    """A case in a list. Ids and instants stay what they are: the JSON of an answer writes them, faster than we can."""
    case = named(row)
    plain = case["plain"]
    return {
        **{name: case[name] for name in AS_IT_IS},
        "type": _type(case),
        "description": case["description"] if plain else None,
        "address": case["address"] if plain else None,
        "position": {"lon": case["lon"], "lat": case["lat"], "crs": "wgs84"},
        "cell": {"code": case["filed_cell"], "name": case["cell_name"]},
        "owner": _owner(case),
        "lamp": _lamp(case, now),
    }


def named(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A row by the names of its columns."""
    return dict(zip(row._fields, row, strict=True))


def _type(case: Mapping[str, Any]) -> dict[str, Any] | None:
    if case["type_code"] is None:
        return None
    return {
        "scheme": case["type_scheme"],
        "kind": case["type_kind"],
        "code": case["type_code"],
        "name": case["type_name"],
    }


def _owner(case: Mapping[str, Any]) -> dict[str, Any] | None:
    if case["lead_id"] is None:
        return None
    return {"id": str(case["lead_id"]), "code": case["lead_code"], "name": case["lead_name"]}


def _lamp(case: Mapping[str, Any], now: datetime) -> str | None:
    """The lamp of the running clock; None where none runs."""
    if case["due_at"] is None or State(case["state"]) in END_STATES:
        return None
    return lamp(now, case["yellow_at"], case["due_at"], paused=case["paused"]).value


def case_row(session: Session, number: str, principal: Principal) -> dict[str, Any]:
    """The case with the names of what it refers to.

    Raises: CaseNotFound.
    """
    case = queries.card(session, number, principal)
    if case is None:
        raise CaseNotFound(f"There is no case {number} that you may see.")
    return case


def case_card(session: Session, number: str, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """One case with everything around it, as the API shows it.

    Raises: CaseNotFound.
    """
    return _card(session, case_row(session, number, principal), principal, now)


def case_after(session: Session, case: Mapping[str, Any], principal: Principal, *, now: datetime) -> dict[str, Any]:
    """The case as it is after what the principal did to it, shown once more even if they see it no longer."""
    return _card(session, case_row(session, case["number"], THE_SYSTEM), principal, now)


def _card(session: Session, case: Mapping[str, Any], principal: Principal, now: datetime) -> dict[str, Any]:
    areas = [
        {"level": area.level, "code": area.code, "name": area.name} for area in grid.chain(session, case["filed_cell"])
    ]
    return {
        "id": str(case["id"]),
        "number": case["number"],
        "state": case["state"],
        "version": case["version"],
        "source": case["source"],
        "type": _type(case),
        "condition": _condition(case),
        "description": case["description"] if case["plain"] else None,
        "address": case["address"] if case["plain"] else None,
        "position": {"lon": case["lon"], "lat": case["lat"], "crs": "wgs84"},
        "part_code": case["part_code"],
        "areas": areas,
        "cell": {"code": areas[-1]["code"], "name": areas[-1]["name"]},
        "current_cell": case["current_cell"],
        "duty_zone": case["zone_code"],
        "owner": _owner(case),
        "helpers": case["helpers"] or [],
        "handler": _handler(case),
        "stage": case["stage"],
        "lamp": _lamp(case, now),
        "paused": case["paused"],
        "clocks": _clocks(session, case, now),
        "reports": _reports(session, case, principal),
        "photos": _photos(session, case, now),
        "tasks": [_task(row, plain=case["plain"]) for row in queries.tasks_of(session, case["id"])],
        "opinions": _opinions(session, case),
        "pending": case["pending"],
        "hold_until": case["hold_until"] and case["hold_until"].isoformat(),
        "appeal": case["appeal"],
        "rating": case["rating"],
        "merged_into": case["merged_into_number"],
        "split_from": case["split_from_number"],
        **{name: case[name] for name in (*COUNTS, *FLAGS)},
        **{name: instant(case[name]) for name in INSTANTS},
    }


def _clocks(session: Session, case: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    calendar = sla.calendar(session)
    return [clock_view(row, calendar, now) for row in queries.clocks_of(session, case["id"])]


def _handler(case: Mapping[str, Any]) -> dict[str, Any] | None:
    if case["handler_id"] is None or not case["plain"]:
        return None
    return {"id": str(case["handler_id"]), "name": case["handler_name"]}


def _condition(case: Mapping[str, Any]) -> dict[str, Any] | None:
    if case["condition_id"] is None:
        return None
    return {
        "id": str(case["condition_id"]),
        "text": case["condition_text"],
        "limit": float(case["condition_limit"]),
        "unit": case["condition_unit"],
        "close_text": case["condition_close_text"],
    }


def clock_view(clock: Row[Any], calendar: Calendar, now: datetime) -> dict[str, Any]:
    """A clock counted to this instant, or to the one it ended at.

    Units: `elapsed_s` seconds of the limit's kind of time; `limit` in `unit`.
    """
    until = clock.ended_at or clock.paused_at or now
    spent = int(clock.spent_us) * timedelta(microseconds=1)
    if clock.ended_at is None and clock.paused_at is None and until > clock.segment_at:
        spent += elapsed(clock.segment_at, until, Unit(clock.unit), calendar)
    paused = clock.paused_at is not None and clock.ended_at is None
    return {
        "stage": clock.stage,
        "limit": float(clock.amount),
        "unit": clock.unit,
        "started_at": instant(clock.started_at),
        "yellow_at": instant(clock.yellow_at),
        "due_at": instant(clock.due_at),
        "ended_at": instant(clock.ended_at),
        "outcome": clock.outcome,
        "elapsed_s": round(spent.total_seconds(), 3),
        "paused": paused,
        "lamp": lamp(until, clock.yellow_at, clock.due_at, paused=paused).value,
        "provisional": clock.provisional,
        "calendar": {"code": clock.calendar_code, "version": clock.calendar_version},
    }


def _reports(session: Session, case: Mapping[str, Any], principal: Principal) -> list[dict[str, Any]]:
    identify = identifies(case, principal)
    return [
        {
            "id": str(row.report_id),
            "number": row.number,
            "source": row.source,
            "reported_at": instant(row.reported_at),
            "reporter": _reporter(row) if identify else None,
        }
        for row in queries.reports_of(session, case["id"])
    ]


def _reporter(row: Row[Any]) -> dict[str, Any] | None:
    if row.reporter_id is None:
        return None
    return {"id": str(row.reporter_id), "name": row.reporter_name, "kind": row.reporter_kind}


def _photos(session: Session, case: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Masked readers get the copies that hide everybody, once these exist."""
    on_case = queries.photos_of(session, case["id"])
    rows = media.photos_by_id(session, [row.photo_id for row in on_case])
    by_id: dict[str, dict[str, Any]]
    if case["plain"]:
        views = media.views_of([rows[row.photo_id] for row in on_case if row.photo_id in rows], now)
        by_id = {str(view.id): view.model_dump(mode="json") for view in views}
    else:
        public = [row for row in rows.values() if row.privacy_at is not None]
        by_id = {
            str(row.id): {"id": str(row.id), "urls": media.photo_urls(row.id, now, public=True).model_dump()}
            for row in public
        }
    return [
        {**by_id[str(row.photo_id)], "role": row.role, "seq": row.seq, "added_at": instant(row.added_at)}
        for row in on_case
        if str(row.photo_id) in by_id
    ]


def _opinions(session: Session, case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What helping organisations said, oldest first; nothing is asked where none ever helped."""
    if len(case["unit_ids"]) < 2:
        return []
    return [
        {
            "organization": {"id": str(row.id), "code": row.code, "name": row.name},
            "text": row.text if case["plain"] else None,
            "at": instant(row.at),
            "by": _adviser(row.actor) if case["plain"] else None,
        }
        for row in queries.opinions_of(session, case["case_month"], case["id"])
    ]


def _adviser(actor: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if actor is None else {"id": actor["id"], "name": actor["name"]}


def _task(row: Row[Any], *, plain: bool) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "assignee": {"id": str(row.assignee_id), "name": row.assignee_name} if plain else None,
        "asked_at": instant(row.created_at),
        "accepted_at": instant(row.accepted_at),
        "closed_at": instant(row.closed_at),
        "outcome": row.outcome,
        "reason": row.reason if plain else None,
    }


def events_for(
    session: Session, case: Mapping[str, Any], principal: Principal, *, after: int, limit: int
) -> list[dict[str, Any]]:
    """Events of the case in order, with what this principal may see of their personal parts.

    Masked readers get digests; the reporter stays hidden from those who may not identify reporters.
    """
    rows: Sequence[Row[Any]] = queries.events_page(session, case["case_month"], case["id"], after=after, limit=limit)
    identify = identifies(case, principal)
    return [_event(row, case, principal, identify=identify) for row in rows]


def _event(row: Row[Any], case: Mapping[str, Any], principal: Principal, *, identify: bool) -> dict[str, Any]:
    details: Mapping[str, Any] = row.details or {}
    own = INPUTS[Action(row.action)]["properties"] if row.action in set(Action) else {}
    if not case["plain"]:
        details = {}
    if _of_reporter(row, details, principal) and not identify:
        details = {**details, "actor": _unnamed(row, details), "device": None}
    photos = details.get("photo_ids")
    return {
        "seq": row.seq,
        "action": row.action,
        "actor": details.get("actor") or _gone(row),
        "at": instant(row.at),
        "from": row.before,
        "to": row.after,
        "inputs": {**row.inputs, **{name: details[name] for name in own if name in details}},
        "reason": details.get("reason"),
        "photos": photos if photos is not None else [],
        "position": _position(details.get("position")),
        "device": details.get("device"),
        "digests": row.digests,
        "redacted": sorted(set(row.digests) - set(row.details or {})),
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    }


def _position(kept: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if kept is None else {name: kept[name] for name in ("lon", "lat", "crs") if name in kept}


def _of_reporter(row: Row[Any], details: Mapping[str, Any], principal: Principal) -> bool:
    """Whether somebody else made this event as the sender of a report: it names the report."""
    actor: Mapping[str, Any] | None = details.get("actor")
    return actor is not None and "report_id" in row.inputs and actor["id"] != str(principal.id)


def _unnamed(row: Row[Any], details: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": None, "name": None, "kind": details["actor"]["kind"], "digest": row.digests.get("actor")}


def _gone(row: Row[Any]) -> dict[str, Any] | None:
    """An actor who was erased, or is masked for this reader."""
    digest = row.digests.get("actor")
    return None if digest is None else {"id": None, "name": None, "kind": None, "digest": digest}
