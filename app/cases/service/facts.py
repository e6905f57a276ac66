"""Which facts of the move table hold: one small question each, asked only where a move needs the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from pyproj import Geod

from app.cases import queries
from app.cases.rules import (
    END_STATES,
    EXTENSIONS_AT_MOST,
    HOLD_AT_MOST,
    REOPEN_WITHIN,
    VERIFY_WITHIN_M,
    Action,
    Fact,
    Relation,
    State,
)
from app.cases.service import asking
from app.cases.service.clocks import converted, handling_limit
from app.cases.service.types import find_type
from app.cases.service.work import Work
from app.catalog import service as catalog
from app.sla import service as sla
from app.sla.rules import Limit, Unit, budget, local_day

WGS84 = Geod(ellps="WGS84")
JOIN_WITHIN_M = 300.0
"""How near a reporter's own place a case has to lie to be joined, so that numbers far away reveal nothing."""


def holding(work: Work, wanted: Iterable[Fact]) -> frozenset[Fact]:
    """Those of the wanted facts that hold; what was looked up on the way is kept in `work.found`."""
    return frozenset(fact for fact in wanted if fact in HOLDS and HOLDS[fact](work))


def _new_photos(work: Work) -> bool:
    """Every photo is new to the case, by its bytes: the same picture sent again is no evidence of work."""
    if not work.photos:
        return False
    known = {sha256 for _, sha256 in queries.photo_prints(work.session, work.case_id)}
    return not known & {photo.sha256 for photo in work.photos}


def _before_photo(work: Work) -> bool:
    return any(role == "before" for role, _ in queries.photo_prints(work.session, work.case_id))


def distance_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres on the ellipsoid between two points in WGS 84, (longitude, latitude)."""
    return float(WGS84.inv(lon, lat, other_lon, other_lat)[2])


def _near(work: Work) -> bool:
    position = work.inputs.get("position")
    if position is None:
        return False
    away = distance_m(position["lon"], position["lat"], work.case["lon"], work.case["lat"])
    return away <= VERIFY_WITHIN_M


def _inspector(work: Work) -> bool:
    named = work.inputs.get("inspector_id")
    if named is None:
        without = [found for found in (work.case["reporter_id"],) if found]
        work.found["inspector_id"] = asking.suggest(work.session, work.case, "verify", without, work.now)
    elif queries.zone_inspector(work.session, named, work.case["current_cell"], work.now):
        work.found["inspector_id"] = named
    return work.found.get("inspector_id") is not None


def _handler(work: Work) -> bool:
    named, lead = work.inputs.get("handler_id"), work.case["lead_id"]
    return bool(named and lead and queries.unit_handler(work.session, named, lead, work.now))


def _owner(work: Work) -> bool:
    """A lead that exists: the one named, else the router's; so do the helpers, each once and none the lead itself."""
    routed = work.case["routing"] or {}
    named, given = work.inputs.get("lead_id"), work.inputs.get("helper_ids")
    lead = named or (UUID(routed["lead"]["id"]) if routed.get("lead") else None)
    if lead is None:
        return False
    proposed = [UUID(helper["id"]) for helper in routed.get("helpers", ())] if named is None else []
    helpers = [helper for helper in dict.fromkeys(proposed if given is None else given) if helper != lead]
    work.found["lead_id"], work.found["helper_ids"] = lead, helpers
    return queries.known_organizations(work.session, [lead, *helpers]) == {lead, *helpers}


def _target(work: Work) -> bool:
    number = work.inputs.get("into")
    if number is None or number == work.case["number"]:
        return False
    joining = Relation.JOINER in work.standing.relations
    target_id = (
        queries.near_case(work.session, number, work.case["lon"], work.case["lat"], JOIN_WITHIN_M)
        if joining
        else queries.target_case(work.session, number, work.principal)
    )
    if target_id is None:
        return False
    target = queries.lock_by_id(work.session, target_id)[0]
    work.found["target"] = target
    return State(target["state"]) not in END_STATES


def _other_type(work: Work) -> bool:
    given = work.inputs.get("type")
    if given is None:
        return False
    work.found["other_type"] = find_type(work.session, given)
    return bool(work.found["other_type"].id != work.case["type_id"])


def _limit(work: Work) -> bool:
    """A positive extension of the clock's kind of time, at most the first limit again."""
    amount, unit = work.inputs.get("limit"), work.inputs.get("unit")
    if amount is None or unit is None:
        return False
    first = handling_limit(work)
    calendar = sla.calendar(work.session)
    try:
        asked = Limit(Decimal(str(amount)), Unit(unit))
        converted(asked, first.unit, calendar)
    except (ValueError, InvalidOperation):
        return False
    return timedelta(0) < budget(asked, calendar) <= budget(first, calendar)


def _until(work: Work) -> bool:
    until: date | None = work.inputs.get("until")
    if until is None:
        return False
    today = local_day(work.now, sla.calendar(work.session))
    return today < until <= today + HOLD_AT_MOST


def _hold_is_over(work: Work) -> bool:
    until: date | None = work.case["hold_until"]
    return until is not None and until <= local_day(work.now, sla.calendar(work.session))


def _self_handling(work: Work) -> bool:
    found = catalog.catalogue(work.session).by_id.get(work.case["type_id"])
    return found is not None and found.self_handle_allowed


def _before_due(work: Work) -> bool:
    due_at = work.case["due_at"]
    return due_at is not None and work.now <= due_at


def _closed_lately(work: Work) -> bool:
    closed_at = work.case["closed_at"]
    return closed_at is not None and work.now - closed_at <= REOPEN_WITHIN


def _own_report(work: Work) -> tuple[int | None, datetime | None]:
    """(rating, reopened_at) of the actor's report on the case: each reporter rates and reopens once."""
    found = work.inputs.get("report_id") or work.principal.id
    row = queries.own_report(work.session, work.case_id, found)
    if row is None:
        return None, None
    work.found["report_id"] = row.report_id
    return row.rating, row.reopened_at


def own_report_id(work: Work) -> UUID | None:
    """The actor's report on the case, where they sent one."""
    if work.principal.id is None:
        return None
    row = queries.own_report(work.session, work.case_id, work.principal.id)
    return None if row is None else row.report_id


def _pending(kind: str) -> Callable[[Work], bool]:
    return lambda work: (work.case["pending"] or {}).get("kind") == kind


def _verified(work: Work) -> bool:
    """Nobody has to look first: a report that was seen by an inspector is past this state."""
    return not sla.timing(work.session).sources[work.case["source"]].needs_verification


def _has_its(column: str) -> Callable[[Work], bool]:
    """Filing asks whether the case has it; accepting brings it."""
    return lambda work: work.command.action is Action.FILE and work.case[column] is not None


HOLDS: dict[Fact, Callable[[Work], bool]] = {
    Fact.TYPE: _has_its("type_id"),
    Fact.CONDITION: _has_its("condition_id"),
    Fact.BEFORE_PHOTO: _before_photo,
    Fact.AFTER_PHOTO: _new_photos,
    Fact.POSITION_NEAR: _near,
    Fact.INSPECTOR: _inspector,
    Fact.HANDLER: _handler,
    Fact.OWNER: _owner,
    Fact.OPEN_CASE_TARGET: _target,
    Fact.OTHER_TYPE: _other_type,
    Fact.LIMIT: _limit,
    Fact.UNTIL: _until,
    Fact.SELF_HANDLING_ALLOWED: _self_handling,
    Fact.AUTO: lambda work: bool((work.case["routing"] or {}).get("auto")),
    Fact.BEFORE_DUE: _before_due,
    Fact.EXTENSIONS_LEFT: lambda work: bool(work.case["extensions"] < EXTENSIONS_AT_MOST),
    Fact.NO_OPEN_REQUEST: lambda work: work.case["pending"] is None,
    Fact.OPEN_EXTENSION: _pending("extension"),
    Fact.NOT_HELD_BEFORE: lambda work: bool(work.case["holds"] == 0),
    Fact.OPEN_HOLD: _pending("hold"),
    Fact.UNTIL_REACHED: _hold_is_over,
    Fact.WITHIN_7_DAYS: _closed_lately,
    Fact.NOT_REOPENED_BEFORE: lambda work: _own_report(work)[1] is None,
    Fact.NOT_APPEALED_BEFORE: lambda work: work.case["appeal"] is None,
    Fact.OPEN_APPEAL: lambda work: bool(work.case["appeal"] == "open"),
    Fact.NOT_RATED_BEFORE: lambda work: _own_report(work)[0] is None,
    Fact.VERIFIED: _verified,
}
