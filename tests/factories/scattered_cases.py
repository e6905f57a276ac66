"""A crowd of cases by SQL, all over the small city: of every state, source, type, owner and lamp."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.cases.models import Case
from app.cases.rules import END_STATES, Source, State
from app.core.ids import new_id
from app.core.models import table
from tests.factories.cases import City

WORDS = ("路口垃圾桶满了", "井盖松动", "占道经营", "路灯不亮", "电话 13912345678")


def scatter(session: Session, city: City, count: int, now: datetime, seed: int = 1) -> list[str]:
    """So many cases; their numbers."""
    chance = random.Random(seed)
    cells = sorted(area.code for area in city.areas if len(area.code) == 15)
    rows = [_row(chance, city, cells, now, seed * 1_000_000 + place) for place in range(count)]
    session.execute(insert(table(Case)), rows)
    return [row["number"] for row in rows]


def _row(chance: random.Random, city: City, cells: list[str], now: datetime, place: int) -> dict[str, object]:
    state = chance.choice([*State, State.CLOSED, State.CLOSED, State.HANDLING])
    ended = state in END_STATES
    cell = chance.choice(cells)
    lon, lat = city.spot(cell)
    opened = now - timedelta(seconds=chance.randrange(1, 60 * 86_400))
    yellow = now + timedelta(hours=chance.choice([-30, -3, 2, 40]))
    units = [unit for code, unit in city.units.items() if code.startswith("U")]
    lead = chance.choice([*units, None])
    helped = [chance.choice(units)] if chance.random() < 0.3 else []
    zones = {"310101001001": "Z1", "310101001002": "Z2", "310102001001": "Z3"}
    return {
        "id": new_id(),
        "number": f"{opened:%Y%m%d}-{place:06d}",
        "case_month": opened.date().replace(day=1),
        "version": 1,
        "state": state.value,
        "source": chance.choice(list(Source)).value,
        "type_id": chance.choice([*(one.id for one in city.types.values()), None]),
        "description": chance.choice(WORDS),
        "lon": lon + chance.uniform(-0.0004, 0.0004),
        "lat": lat + chance.uniform(-0.0004, 0.0004),
        "filed_cell": cell if chance.random() < 0.9 else chance.choice(cells),
        "current_cell": cell if chance.random() < 0.9 else cell[:12],
        "zone_code": zones.get(cell[:12]),
        "lead_id": lead,
        "helper_ids": helped,
        "unit_ids": [one for one in (lead, *helped) if one],
        "handler_id": chance.choice([city.people["handler1"], city.people["handler2"], None]),
        "yellow_at": None if ended else yellow,
        "due_at": None if ended else yellow + timedelta(hours=chance.choice([1, 10])),
        "paused": state is State.ON_HOLD,
        "supervised": chance.random() < 0.1,
        "opened_at": opened,
        "updated_at": opened,
        "head_hash": "0" * 64,
    }
