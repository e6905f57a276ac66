"""Cases over HTTP: the list, one case, its events, what one may do, and doing it."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from app.cases import queries, service
from app.cases.schemas import (
    ActionIn,
    ActionPath,
    CaseOut,
    CasesPage,
    CasesQuery,
    ChainOut,
    ChoicesOut,
    EventsPage,
    EventsQuery,
    NumberPath,
    RoutingTraceOut,
)
from app.cases.service.filtering import check_known, filter_of
from app.cases.views.inputs import command_of
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.config import config
from app.core.db import read_unit
from app.core.errors import Fault
from app.core.http import answer, if_match, json_response, write_unit
from app.core.paging import BadCursor, decode_cursor, encode_cursor
from app.core.schemas import problems

cases = APIBlueprint("cases", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Cases")])
COUNT_AT_MOST = 10_000
UNSEEN = problems(401, 403, 404)


@cases.get("/cases", operation_id="list_cases", responses={200: CasesPage, **problems(401, 403)})
@needs("case.list")
def list_cases(query: CasesQuery) -> Response:
    """Cases I may see, newest first."""
    found, principal, now = filter_of(query, config().city_tz), current_principal(), clock.now()
    with read_unit() as session:
        found, unknown = queries.named(session, found)
        check_known(unknown)
        items, cursor = service.cases_for(session, found, principal, now=now, limit=query.limit, cursor=query.cursor)
        body: dict[str, Any] = {"items": items, "next_cursor": cursor}
        if query.count:
            value, exact = queries.estimate(session, found, principal, now=now, most=COUNT_AT_MOST)
            body["count"] = {"value": value, "exact": exact}
    return json_response(body)


@cases.get("/cases/<number>", operation_id="get_case", responses={200: CaseOut, **UNSEEN})
@needs("case.read")
def get_case(path: NumberPath) -> Response:
    """One case with its clocks, reports and photos."""
    with read_unit() as session:
        case = service.case_card(session, path.number, current_principal(), now=clock.now())
    return json_response(case, version=case["version"])


@cases.get("/cases/<number>/events", operation_id="list_case_events", responses={200: EventsPage, **UNSEEN})
@needs("case.read")
def list_case_events(path: NumberPath, query: EventsQuery) -> Response:
    """The chain of a case's events, oldest first."""
    after = cursor_number(decode_cursor(query.cursor, 1)[0]) if query.cursor else 0
    principal = current_principal()
    with read_unit() as session:
        case = service.case_row(session, path.number, principal)
        items = service.events_for(session, case, principal, after=after, limit=query.limit + 1)
    more = len(items) > query.limit
    shown = items[: query.limit]
    return json_response({"items": shown, "next_cursor": encode_cursor(shown[-1]["seq"]) if more else None})


@cases.get("/cases/<number>/actions", operation_id="list_case_actions", responses={200: ChoicesOut, **UNSEEN})
@needs("case.read")
def list_case_actions(path: NumberPath) -> Response:
    """What I may do to the case now, with the inputs each action takes, or why not."""
    principal = current_principal()
    with read_unit() as session:
        case = service.case_row(session, path.number, principal)
        found = service.choices_of(session, case, principal=principal, now=clock.now())
    items = [
        {"action": one.action, "allowed": one.allowed, "why": one.why, "why_code": one.why_code, "schema": one.schema}
        for one in found
    ]
    return json_response({"items": items}, version=case["version"])


@cases.post(
    "/cases/<number>/actions/<action>",
    operation_id="act_on_case",
    responses={200: CaseOut, **problems(401, 403, 404, 409, 412, 428)},
)
@needs("case.act")
def act_on_case(path: ActionPath, body: ActionIn) -> Response:
    """Do something to a case: needs If-Match with its version."""
    principal, now = current_principal(), clock.now()
    with write_unit() as session:
        command = command_of(path.action, body, expected_version=if_match())
        case = service.act(session, path.number, command, principal=principal, now=now)
        shown = service.case_after(session, case, principal, now=now)
        return answer(session, shown, version=case["version"])


def cursor_number(value: Any) -> int:
    """An event's number out of a cursor.

    Raises: BadCursor.
    """
    if not isinstance(value, int) or not 0 <= value < 2**31:
        fault = Fault("/cursor", "use next_cursor of an earlier answer, or leave it out")
        raise BadCursor("This cursor was not made here: start again without one.", faults=[fault])
    return value


@cases.get(
    "/cases/<number>/routing",
    operation_id="get_case_routing",
    responses={200: RoutingTraceOut, **UNSEEN},
)
@needs("case.read")
def get_case_routing(path: NumberPath) -> Response:
    """Which rules proposed the owner, and why."""
    with read_unit() as session:
        case = service.case_row(session, path.number, current_principal())
    return json_response(case["routing"] or {"lead": None, "helpers": [], "auto": False, "version": None, "trace": []})


@cases.post(
    "/cases/<number>/verify-chain",
    operation_id="verify_case_chain",
    responses={200: ChainOut, **UNSEEN},
)
@needs("case.verify_chain")
def verify_case_chain(path: NumberPath) -> Response:
    """Check that the case's events are those that were written."""
    with read_unit() as session:
        case = service.case_row(session, path.number, current_principal())
        verdict = service.verify_chain(session, case)
    faults = [{"seq": fault.seq, "code": fault.code, "detail": fault.detail} for fault in verdict.faults]
    return json_response({"ok": verdict.ok, "checked": verdict.checked, "redacted": verdict.redacted, "faults": faults})
