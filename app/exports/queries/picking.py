"""Which cases an export has: decided once, in one statement, before the first row is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, LargeBinary, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from app.cases.queries.listing import ORDERS, narrowed
from app.cases.queries.ways import Walk, walked, ways_to_see
from app.cases.rules.filters import CaseFilter
from app.core.auth import Principal

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Picked:
    """The cases of an export in its order, sixteen bytes each."""

    packed: bytes

    def __len__(self) -> int:
        return len(self.packed) // ID_BYTES

    def batch(self, begin: int, size: int) -> list[str]:
        """The ids from this place on, as hexadecimal digits."""
        piece = self.packed[begin * ID_BYTES : (begin + size) * ID_BYTES].hex()
        return [piece[at : at + 2 * ID_BYTES] for at in range(0, len(piece), 2 * ID_BYTES)]


def picked_cases(session: Session, found: CaseFilter, principal: Principal, *, now: datetime, most: int) -> Picked:
    """The cases that the filter means and the principal sees, each once; of more than ``most``, any so many.

    They come packed as one value, which takes a tenth of the time and memory of as many rows.
    """
    column, descending = ORDERS[found.sort]
    limit = bindparam("most", type_=Integer())
    ways = ways_to_see(principal, narrow=False, worded=found.q is not None)
    each = walked(ways, [narrowed(found, principal)], Walk(column, descending, limit, ordered=False))
    chosen = select(each.c.at, each.c.id).limit(limit).subquery("chosen")
    at, case_id = chosen.c.at, chosen.c.id
    order = (at.desc().nulls_last(), case_id.desc()) if descending else (at.nulls_last(), case_id.asc())
    packed = func.string_agg(
        func.uuid_send(case_id), aggregate_order_by(literal(b"", LargeBinary), *order), type_=LargeBinary
    )
    value = session.connection().execute(select(packed), {"now": now, "most": most}).scalar()
    return Picked(bytes(value or b""))
