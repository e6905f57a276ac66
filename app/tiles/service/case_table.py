"""What the map shows of cases, as a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.core.errors import Fault
from app.core.paging import BadCursor, decode_cursor, encode_cursor
from app.grid.rules.codes import Level
from app.tiles.queries.case_points import Question
from app.tiles.queries.encoding import area_names
from app.tiles.rules.case_points import ENDED, KINDS
from app.tiles.service.cases import area_counts
from app.tiles.service.seeing import seen_by

CODE_LENGTHS = {"city": 4, "district": 6, "street": 9, "community": 12, "cell": 15}


def table_of(session: Session, asked: Question, level: str, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """A page of the areas of a level in which there are such cases, by code, with all of them together.

    Raises: BadCursor, SearchTooWide.
    """
    after = _after(cursor)
    rows, counts = area_counts(seen_by(session, asked, None), CODE_LENGTHS[level])
    codes = sorted(code for code, row in rows.items() if code > after and counts[row].any())
    shown, more = codes[:limit], len(codes) > limit
    names = area_names(session, shown)
    items = []
    for code in shown:
        found = names.get(code)
        said = {"name": found.name, "level": Level(found.level).word} if found else {"name": None, "level": None}
        items.append({"code": code, **said, **_counted(counts[rows[code]])})
    total = counts.sum(axis=0)
    return {"items": items, "total": _counted(total), "next_cursor": encode_cursor(shown[-1]) if more else None}


def _counted(row: NDArray[np.int64]) -> dict[str, int]:
    by_kind = {name: int(row[kind]) for kind, name in enumerate(KINDS)}
    return {"open": int(row[:ENDED].sum()), **by_kind, "count": int(row.sum())}


def _after(cursor: str | None) -> str:
    if cursor is None:
        return ""
    code = decode_cursor(cursor, 1)[0]
    if not isinstance(code, str):
        fault = Fault("/cursor", "use next_cursor of an earlier answer, or leave it out")
        raise BadCursor("This cursor was not made here: start again without one.", faults=[fault])
    return code
