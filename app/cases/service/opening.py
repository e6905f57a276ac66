"""Opening a case: from a report, or split off another case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases import queries
from app.cases.rules import GENESIS, SYSTEM, Action, Source, State, find_move
from app.cases.service import clocks, recording
from app.cases.service.work import Command, Work
from app.core.auth import Principal
from app.core.ids import new_id
from app.sla import service as sla
from app.sla.rules import Stage, local_day


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case is opened with.

    Units: lon, lat in degrees, WGS 84. `area_code` is the cell, in a gap the smallest area around the point.
    """

    report_id: UUID
    source: Source
    lon: float
    lat: float
    area_code: str
    zone_code: str | None
    reporter_id: UUID | None
    description: str
    address: str | None = None
    type_id: UUID | None = None
    type_ref: Mapping[str, str] | None = None
    part_code: str | None = None
    photo_ids: Sequence[UUID] = ()
    device: str | None = None


# Every column of a case that is not said by its opening, as a new case has it.
FRESH: Mapping[str, Any] = {
    "condition_id": None,
    "lead_id": None,
    "handler_id": None,
    "holder_id": None,
    "routing": None,
    "pending": None,
    "hold_until": None,
    "extensions": 0,
    "holds": 0,
    "reworks": 0,
    "returns": 0,
    "reopens": 0,
    "reopened_by_reporter": False,
    "forced": False,
    "self_handled": False,
    "supervised": False,
    "supervised_due_at": None,
    "appeal": None,
    "rating": None,
    "merged_into": None,
    "split_from": None,
    "stage": None,
    "yellow_at": None,
    "due_at": None,
    "paused": False,
    "filed_at": None,
    "dispatched_at": None,
    "handled_at": None,
    "closed_at": None,
}


def month_of(instant: datetime) -> date:
    """The first day of an instant's UTC month: the partition of the case's events, never changed."""
    return date(instant.year, instant.month, 1)


def open_case(session: Session, opening: Opening, *, principal: Principal, now: datetime) -> dict[str, Any]:
    """Open the case of a report: its row, its first event, its accept clock. The report has the case's number.

    Shape: the case's row, as `act` answers it.
    """
    move = find_move(None, Action.SUBMIT, SYSTEM, {}, frozenset())
    case = _blank(session, now) | {
        "state": move.target.value,
        "source": opening.source.value,
        "type_id": opening.type_id,
        "description": opening.description,
        "address": opening.address,
        "lon": opening.lon,
        "lat": opening.lat,
        "filed_cell": opening.area_code,
        "current_cell": opening.area_code,
        "zone_code": opening.zone_code,
        "part_code": opening.part_code,
        "reporter_id": opening.reporter_id,
    }
    work = Work(session, case, Command(Action.SUBMIT), principal, now, SYSTEM, move=move)
    inputs = {
        "source": opening.source.value,
        "type": opening.type_ref,
        "report_id": opening.report_id,
        "description": opening.description or None,
        "position": {"lon": opening.lon, "lat": opening.lat, "crs": "wgs84"},
        "photo_ids": list(opening.photo_ids) or None,
        "device": opening.device,
    }
    _write(work, Stage.ACCEPT, inputs, _tie(case, opening, now))
    queries.add_photos(session, case["id"], opening.photo_ids, "before", 1, now)
    return case


def _tie(case: Mapping[str, Any], opening: Opening, now: datetime) -> dict[str, Any]:
    """The row that ties the report to its case."""
    return {
        "report_id": opening.report_id,
        "case_id": case["id"],
        "number": case["number"],
        "reporter_id": opening.reporter_id,
        "source": opening.source.value,
        "reported_at": now,
        "rating": None,
        "reopened_at": None,
        "opened_at": now,
    }


def open_linked(work: Work, *, type_id: UUID, condition_id: UUID | None) -> str:
    """Open a case beside another, of another type and in the same state; returns its number."""
    parent = work.case
    copied = (
        "source",
        "description",
        "address",
        "lon",
        "lat",
        "filed_cell",
        "current_cell",
        "zone_code",
        "reporter_id",
    )
    case = _blank(work.session, work.now) | {name: parent[name] for name in copied}
    case |= {"state": parent["state"], "type_id": type_id, "condition_id": condition_id, "split_from": parent["id"]}
    case["part_code"] = None
    stage = Stage.ACCEPT if State(case["state"]) is State.RECEIVED else Stage.FILE
    linked = Work(work.session, case, Command(Action.SPLIT), work.principal, work.now, work.standing)
    _write(linked, stage, {"split_from": parent["number"], "source": parent["source"]})
    queries.copy_reports_and_photos(work.session, parent["id"], case["id"], work.now)
    return str(case["number"])


def _blank(session: Session, now: datetime) -> dict[str, Any]:
    month = month_of(now)
    number = queries.next_number(session, local_day(now, sla.calendar(session)), month)
    return {
        **FRESH,
        "id": new_id(),
        "number": number,
        "case_month": month,
        "version": 1,
        "helper_ids": [],
        "unit_ids": [],
        "opened_at": now,
        "updated_at": now,
        "head_hash": GENESIS,
    }


def _write(work: Work, stage: Stage, inputs: Mapping[str, Any], report: Mapping[str, Any] | None = None) -> None:
    """Case, first clock, tie to its report and first event, thought out first and written once each."""
    clock = clocks.first(work, stage)
    brought = {**inputs, "actor": recording.actor_of(work.principal)}
    link = recording.seal(work.case, None, action=Action.SUBMIT, at=work.now, inputs=brought)
    queries.add_case(work.session, work.case, clock, report)
    recording.write(work.session, work.case, link)
