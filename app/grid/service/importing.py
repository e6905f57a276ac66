"""Boundary files in: read, checked as a whole, accepted in one transaction or refused with every fault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from geoalchemy2 import WKBElement
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.core import audit
from app.core.jobs import enqueue
from app.grid.errors import GridMoved, UnknownImport
from app.grid.models import GridImport
from app.grid.queries import imports, live
from app.grid.rules.checking import Verdict, check
from app.grid.rules.codes import scheme_of
from app.grid.rules.measure import area_m2
from app.grid.rules.proposal import Feature, Proposal, Standing
from app.grid.service.reading import Wanted, read_boundaries

# More than this tells a surveyor nothing new; `counts` says how many there are.
MOST_FAULTS = 5_000


@dataclass(frozen=True, slots=True)
class LiveGrid:
    """The grid that a file is checked against, as of one moment (`stamp`)."""

    stamp: str
    standing: list[Standing]
    retired_codes: frozenset[str]


def live_grid(session: Session) -> LiveGrid:
    """Everything a check needs to know, so that the long check itself needs no open transaction."""
    return LiveGrid(live.state(session).stamp, imports.standing(session), imports.retired_codes(session))


def check_file(data: bytes, wanted: Wanted, grid: LiveGrid) -> Verdict:
    """Read a boundary file and check it against a live grid; changes nothing.

    Source: domain.md §1.
    """
    reading = read_boundaries(data, wanted)
    if reading.faults:
        return Verdict(reading.faults, Proposal(), [], len(reading.features))
    return check(reading.features, grid.standing, grid.retired_codes)


def import_file(
    session: Session, data: bytes, wanted: Wanted, *, now: datetime, actor_id: UUID | None = None
) -> Verdict:
    """Check a boundary file and, when it has no faults, accept it in this session: whole or not at all."""
    imports.lock_grid(session)
    verdict = check_file(data, wanted, live_grid(session))
    if not verdict.faults:
        accept(session, verdict, now=now, actor_id=actor_id)
    return verdict


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file somebody handed in: where its bytes are kept and how it is to be read."""

    file_key: str
    file_name: str
    wanted: Wanted
    dry_run: bool


def request_import(session: Session, handed_in: HandedIn, *, by: UUID | None, now: datetime) -> UUID:
    """Record a file and queue its check; answers the import's id."""
    wanted = handed_in.wanted
    import_id = imports.add_import(
        session,
        {
            "level": wanted.level,
            "crs": wanted.crs,
            "fields": dict(wanted.fields),
            "dry_run": handed_in.dry_run,
            "file_key": handed_in.file_key,
            "file_name": handed_in.file_name,
            "created_by": by,
            "created_at": now,
        },
    )
    enqueue(session, "grid.check_import", import_id=str(import_id))
    return import_id


def find_import(session: Session, import_id: UUID) -> GridImport:
    """An import as it stands.

    Raises: UnknownImport.
    """
    found = imports.grid_import(session, import_id)
    if found is None:
        raise UnknownImport(f"There is no import {import_id}.")
    return found


def wanted_of(found: GridImport) -> Wanted:
    """How a recorded file is to be read."""
    return Wanted(found.level, found.crs, found.fields)


def conclude_import(session: Session, import_id: UUID, verdict: Verdict, *, checked: str, now: datetime) -> None:
    """Accept or refuse a pending import; one that was concluded before stays as it is.

    `checked` is the stamp of the grid that the verdict was reached on.
    Raises: GridMoved when the grid changed since: the file has to be checked again.
    """
    imports.lock_grid(session)
    found = imports.grid_import(session, import_id, locked=True)
    if found is None or found.status != "pending":
        return
    if live.state(session).stamp != checked:
        raise GridMoved("Another import was accepted while this file was checked: check it again.")
    status = "refused" if verdict.faults else "checked" if found.dry_run else "accepted"
    if status == "accepted":
        accept(session, verdict, now=now, actor_id=found.created_by)
    faults = [fault.as_json() for fault in verdict.faults[:MOST_FAULTS]]
    row = {"status": status, "faults": faults, "counts": verdict.counts, "finished_at": now}
    imports.finish_import(session, import_id, row)


def accept(session: Session, verdict: Verdict, *, now: datetime, actor_id: UUID | None = None) -> None:
    """Carry out what a clean verdict proposes: add, reshape, rename, retire, record successors, move the version.

    Grants on retired areas move to their successors. Open cases are located again by those who keep cases.
    Raises: ValueError when the verdict has faults.
    """
    if verdict.faults:
        message = "a file with faults is never accepted"
        raise ValueError(message)
    proposal = verdict.proposal
    retired = [area.code for area in proposal.retired]
    imports.retire_areas(session, retired, now)
    added = sorted(proposal.added, key=lambda feature: feature.level)
    imports.add_areas(session, _rows(added, now))
    imports.reshape_areas(session, [{**_attributes(one), **_outline(one)} for one in proposal.reshaped])
    imports.rename_areas(session, [_attributes(feature) for feature in proposal.renamed])
    imports.add_successions(session, verdict.successions)
    imports.hand_on_zones(session, retired, now)
    accounts.follow_successors(session, _heirs(verdict), now=now)
    imports.move_version(session, now)
    detail = {
        "counts": dict(verdict.counts),
        "added": [one.code for one in added],
        "reshaped": [one.code for one in proposal.reshaped],
        "renamed": [one.code for one in proposal.renamed],
        "retired": retired,
    }
    audit.note(session, action="grid.import", subject="grid:areas", detail=detail, actor_id=actor_id, now=now)


def _heirs(verdict: Verdict) -> dict[str, list[str]]:
    """Each retired area with those on its ground; one that nobody took over keeps its grants, which reach nothing."""
    heirs: dict[str, list[str]] = {}
    for old, new, _ in verdict.successions:
        heirs.setdefault(old, []).append(new)
    return heirs


def _rows(features: Sequence[Feature], now: datetime) -> list[dict[str, Any]]:
    return [
        {
            **_attributes(feature),
            "level": int(feature.level),
            "parent_code": feature.belongs_to,
            "code_scheme": scheme_of(feature.code).value,
            "area_m2": area_m2(feature.geom),
            "valid_from": now,
            "geom": WKBElement(_wkb(feature), srid=4326),
        }
        for feature in features
    ]


def _attributes(feature: Feature) -> dict[str, Any]:
    return {
        "code": feature.code,
        "name": feature.name,
        "land_use": feature.land_use,
        "management_grade": feature.management_grade,
    }


def _outline(feature: Feature) -> dict[str, Any]:
    return {"geom": _wkb(feature), "area_m2": area_m2(feature.geom)}


def _wkb(feature: Feature) -> bytes:
    """The outline as a multipolygon, as all outlines are stored."""
    return bytes(shapely.to_wkb(shapely.multipolygons(shapely.get_parts(feature.geom))))
