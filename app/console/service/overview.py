"""Live counts for the desk, and what the wall shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.cases.rules import END_STATES, State
from app.cases.rules.filters import CaseFilter
from app.console.queries import counting
from app.console.rules import Stretch, days_back, hours_of_day
from app.core.auth import Principal
from app.core.clock import to_rfc3339
from app.sla.rules import Lamp

AnyRow = Row[*tuple[Any, ...]]
# What `counting.open_by_owner_and_type` says a row is of: a bit for each column that the row does not speak of.
_BY_OWNER, _BY_TYPE = 0b01, 0b10


def counts_for(session: Session, found: CaseFilter, principal: Principal, *, now: datetime) -> dict[str, Any]:
    """How many open cases the principal sees in each state and with each lamp, exactly; two statements."""
    rows = {row.state: row._asdict() for row in counting.open_counts(session, found, principal, now=now)}
    nothing = dict.fromkeys(("open", *Lamp), 0)
    states = [state for state in State if state not in END_STATES]
    counts = {state: rows.get(state, nothing) for state in states}
    mine = counting.my_counts(session, found, principal, now=now)
    return {
        "at": to_rfc3339(now),
        "items": [
            {"state": state, "open": row["open"], **{lamp.value: row[lamp.value] for lamp in Lamp}}
            for state, row in counts.items()
        ],
        "open": _total(counts.values(), "open"),
        "overdue": _total(counts.values(), Lamp.RED),
        "mine": {"open": mine.open, "overdue": mine.overdue},
    }


def _total(rows: Iterable[Any], name: str) -> int:
    return sum(row[name] for row in rows)


def overview_for(session: Session, principal: Principal, *, days: int, zone: str, now: datetime) -> dict[str, Any]:
    """What the wall shows of the principal's ground: three statements however much there is."""
    trend = days_back(now, days, zone)
    today = trend[-1][1]
    hours = hours_of_day(today, zone)
    spans: list[Stretch] = [*(span for _, span in trend), *(span for _, span in hours)]
    flow = counting.received_and_closed(session, principal, spans)
    of_day = counting.today(session, principal, today)
    shares = counting.open_by_owner_and_type(session, principal, now=now)
    of_owners = [row._asdict() for row in shares if row.of == _BY_OWNER]
    return {
        "at": to_rfc3339(now),
        "numbers": {
            "received_today": flow[len(trend) - 1].received,
            "filed_today": of_day.filed,
            "closed_today": flow[len(trend) - 1].closed,
            "open": _total(of_owners, "open"),
            "overdue": _total(of_owners, "overdue"),
            "on_duty": of_day.on_duty,
            "on_time_today": {"numerator": of_day.in_time, "denominator": of_day.handled},
        },
        "trend": [{"on": day.isoformat(), **row._asdict()} for (day, _), row in zip(trend, flow, strict=False)],
        "by_hour": [{"hour": hour, **row._asdict()} for (hour, _), row in zip(hours, flow[len(trend) :], strict=True)],
        "overdue_by_unit": _by_unit(shares),
        "by_class": _by_class(shares),
    }


def _by_unit(shares: Sequence[AnyRow]) -> list[dict[str, Any]]:
    units = [row for row in shares if row.of == _BY_OWNER and row.owner_id is not None]
    units.sort(key=lambda row: (-row.overdue, -row.open, row.owner_code))
    return [
        {
            "unit": {"id": str(row.owner_id), "code": row.owner_code, "name": row.owner_name},
            "open": row.open,
            "overdue": row.overdue,
        }
        for row in units
    ]


def _by_class(shares: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Types summed up to their classes."""
    sums: dict[tuple[str, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in shares:
        if row.of == _BY_TYPE and row.class_code is not None:
            total = sums[row.scheme, row.kind, row.class_code, row.class_name]
            total[0] += row.open
            total[1] += row.overdue
    ordered = sorted(sums.items(), key=lambda item: (-item[1][0], item[0]))
    names = ("scheme", "kind", "code", "name")
    return [{**dict(zip(names, named, strict=True)), "open": total[0], "overdue": total[1]} for named, total in ordered]
