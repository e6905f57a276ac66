"""Calls to the hotline, and what becomes due when their cases end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import clock
from app.reports import service

CALLER = {"name": "李女士", "phone": "138 0000-0009", "call_back": True, "language": "zh-CN"}


def follow(session: Session, number: str) -> None:
    """What the reader of the feed does with all events of a case, in one go."""
    query = text("SELECT case_id, seq FROM case_events WHERE number = :number ORDER BY seq")
    events = [(row.case_id, row.seq) for row in session.execute(query, {"number": number})]
    service.follow_events(session, events, now=clock.now())
    session.commit()


def a_call(api: Any, who: str = "operator", **changes: Any) -> Any:
    """A call that somebody enters; what they got."""
    return api.report(who, **{"source": "hotline", "caller": CALLER, **changes})


def ended(api: Any, number: str, end: str = "closed") -> None:
    """Play a case that was just received to an end, over HTTP, and let its callers be owed what they are."""
    if end == "closed":
        api.act("admin", number, "force_close", reason="已现场处理")
    elif end == "rejected":
        api.act("operator", number, "reject", reason="不属于城市管理范围")
    else:
        accepted = {"type": {"scheme": "GB/T 47678.5-2026", "kind": "matter", "code": "06010"}}
        api.act("operator", number, "accept", **accepted, condition_id=api.city.condition())
        api.act("leader", number, "file")
        api.act("leader", number, "void", reason="重复立案")
    follow(api.session, number)
