"""The line of one photo: from what somebody sent to an open case with its owner to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases import service as cases
from app.cases.rules import Source
from app.catalog.rules import TypeRow
from app.core.auth import Principal
from app.core.config import config
from app.core.errors import Fault
from app.core.ids import new_id
from app.core.jobs import enqueue
from app.grid import service as grid
from app.grid.errors import GridGap, OutsideCity
from app.grid.service import Place
from app.media import service as media
from app.media.service import PhotoRow
from app.parts.errors import UnknownPart
from app.parts.service import register as parts
from app.reports import queries
from app.reports.errors import CapturedInFuture, IntakeLimit, NothingReported, PlaceOutsideCity, ReportIdTaken
from app.reports.rules import (
    AHEAD_AT_MOST,
    SubmitReport,
    fingerprint,
    sender_hash,
    tracking_code,
    tracking_hash,
)
from app.reports.service.sourcing import keep_caller, sourced
from app.reports.service.status import leading_case

DUPLICATES_SINCE = timedelta(days=30)


def submit_report(
    session: Session, command: SubmitReport, *, principal: Principal, now: datetime
) -> tuple[dict[str, Any], bool]:
    """Record a report and open its case; (what the reporter gets, whether it is new).

    Repeating the same command is harmless: the same id with the same content is the stored report.
    Raises: PlaceOutsideCity, CapturedInFuture, NothingReported, ReportIdTaken (same id, other content or sender),
            IntakeLimit, SourceNotYours, TypeNotKnown, UnknownPart, UnknownPhoto.
    Source: domain.md §5; ADR 0004 (idempotent submit).
    """
    sender = sender_hash(config().data_key, principal.key)
    if command.report_id is not None:
        queries.hold_id(session, command.report_id)
        if stored := queries.report(session, command.report_id):
            return _stored_if_same(stored, command, sender), False
    _check(session, command, sender, principal, now)
    source = sourced(session, command, principal)
    place = _place(session, command)
    found = None if command.type_ref is None else cases.find_type(session, command.type_ref)
    photos = media.photos(session, command.photo_ids, principal=principal)
    duplicates = possible_duplicates(session, command, found, now)
    report_id = command.report_id or new_id()
    opening = _opening(command, place, found, photos, _by(principal, command, report_id, source))
    case = cases.open_case(session, opening, principal=_unnamed(principal) if command.anonymous else principal, now=now)
    code = tracking_code(config().data_key, report_id)
    row = _row(command, opening, now) | {
        "number": case["number"],
        "sender": sender,
        "tracking_hash": tracking_hash(code),
        "flags": _flags(command, photos),
        "duplicates": duplicates,
    }
    queries.add_report(session, row)
    if command.caller is not None:
        keep_caller(session, row, command.caller)
    if opening.reporter_id is not None and principal.kind == "citizen":
        enqueue(session, "reports.acknowledge", report_id=str(report_id))
    return _receipt(report_id, code, place, duplicates, case), True


def _receipt(
    report_id: UUID, code: str, place: Place, duplicates: list[dict[str, Any]], case: Mapping[str, Any]
) -> dict[str, Any]:
    """What the reporter gets."""
    return {
        "id": str(report_id),
        "number": case["number"],
        "status": case["state"],
        "tracking_code": code,
        "cell": {"code": place.cell.code, "name": place.cell.name},
        "possible_duplicates": duplicates,
        "case": {"number": case["number"], "state": case["state"]},
    }


def _by(principal: Principal, command: SubmitReport, report_id: UUID, source: Source) -> dict[str, Any]:
    """Which report of whom it is, as far as its sender wishes that to be known."""
    reporter_id = None if command.anonymous else principal.id
    return {"report_id": report_id, "reporter_id": reporter_id, "source": source}


def _opening(
    command: SubmitReport, place: Place, found: TypeRow | None, photos: Sequence[PhotoRow], by: dict[str, Any]
) -> cases.Opening:
    """What the case of this report starts with."""
    return cases.Opening(
        **by,
        lon=command.lon,
        lat=command.lat,
        area_code=place.cell.code,
        zone_code=place.duty_zone.code if place.duty_zone else None,
        description=command.description,
        address=command.address,
        type_id=found.id if found else None,
        type_ref=command.type_ref,
        part_code=command.part_code,
        photo_ids=[photo.id for photo in photos],
    )


def _row(command: SubmitReport, opening: cases.Opening, now: datetime) -> dict[str, Any]:
    """What the report's row holds of what was sent."""
    return {
        "id": opening.report_id,
        "reporter_id": opening.reporter_id,
        "source": opening.source.value,
        "fingerprint": fingerprint(command, config().data_key),
        "type_id": opening.type_id,
        "description": command.description,
        "address": command.address,
        "stated": dict(command.stated),
        "lon": command.lon,
        "lat": command.lat,
        "area_code": opening.area_code,
        "photo_ids": list(opening.photo_ids),
        "part_code": command.part_code,
        "captured_at": command.captured_at or now,
        "received_at": now,
        "acknowledged_at": None,
        "erased_at": None,
    }


def _unnamed(principal: Principal) -> Principal:
    """Somebody signed in who wishes to stay unnamed leaves no name in the case's events either."""
    return Principal(None, "anonymous", "", None, (), principal.verbs)


def _stored_if_same(stored: Row[*tuple[Any, ...]], command: SubmitReport, sender: str) -> dict[str, Any]:
    if stored.sender != sender or stored.fingerprint != fingerprint(command, config().data_key):
        raise ReportIdTaken("This id belongs to a report that is not the same as this one: send it with a new id.")
    return submitted(stored)


def submitted(stored: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """A stored report as its sender got it, with the state of today."""
    status, case = leading_case(stored.cases)
    return {
        "id": str(stored.id),
        "number": stored.number,
        "status": status,
        "tracking_code": tracking_code(config().data_key, stored.id),
        "cell": {"code": stored.area_code, "name": stored.cell_name},
        "possible_duplicates": stored.duplicates,
        "case": {"number": case["number"], "state": case["state"]},
    }


def _check(session: Session, command: SubmitReport, sender: str, principal: Principal, now: datetime) -> None:
    if command.captured_at is not None and command.captured_at > now + AHEAD_AT_MOST:
        fault = Fault("/captured_at", "at most five minutes ahead of the server; set the phone's clock")
        raise CapturedInFuture("captured_at lies in the future: is the phone's clock right?", faults=[fault])
    if not command.description.strip() and not command.photo_ids:
        fault = Fault("/description", "write what is wrong, or add a photo")
        raise NothingReported("There is neither a description nor a photo.", faults=[fault])
    most = config().intake_limit(principal.kind)
    if most is not None and queries.sent_since(session, sender, now - timedelta(hours=1)) >= most:
        raise IntakeLimit(f"{most} reports came from you within an hour: go on later.", retry_after_s=600)
    _check_part(session, command)


def _check_part(session: Session, command: SubmitReport) -> None:
    """A part that is named has to be in the register, once the city has one."""
    problem = None if command.part_code is None else parts.check_code(session, command.part_code)
    if problem is not None:
        raise UnknownPart(problem, faults=[Fault("/part_code", "take one of GET /parts/nearest, or leave it out")])


def _place(session: Session, command: SubmitReport) -> Place:
    """Where the report lies; one in a gap of the grid goes to a human with the smallest area around it."""
    try:
        return grid.locate(session, command.lon, command.lat)
    except GridGap as gap:
        return Place(gap.areas, None)
    except OutsideCity as outside:
        fault = Fault("/position", "give a point inside the city, and its crs if it is not wgs84")
        raise PlaceOutsideCity(outside.detail, faults=[fault]) from outside


def possible_duplicates(
    session: Session, command: SubmitReport, found: TypeRow | None, now: datetime
) -> list[dict[str, Any]]:
    """Open cases nearby that may be about the same thing, nearest first."""
    rows = cases.like_cases(
        session,
        command.lon,
        command.lat,
        class_code=found.class_code if found else None,
        since=now - DUPLICATES_SINCE,
    )
    return [
        {
            "case_number": row.number,
            "distance_m": round(row.distance_m, 1),
            "type": None
            if row.code is None
            else {"scheme": row.scheme, "kind": row.kind, "code": row.code, "name": row.name},
        }
        for row in rows
    ]


def _flags(command: SubmitReport, photos: Sequence[PhotoRow]) -> list[str]:
    """Where a photo's own position or time disagrees with what was stated: shown, never a reason to refuse."""
    stated = (command.lon, command.lat)
    found = (media.compare_exif(photo.position, photo.taken_at, stated, command.captured_at) for photo in photos)
    return sorted({flag for flags in found for flag in flags})
