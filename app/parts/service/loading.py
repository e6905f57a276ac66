"""Parts in bulk, by those who made sure themselves that they are sound."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.parts.queries import writing
from app.parts.rules.lines import PartRows, lines_of


def load(session: Session, rows: PartRows, *, now: datetime) -> int:
    """Add parts that are new, without asking what they are; answers how many.

    Nothing is checked but what the database checks itself: codes, types, owners, states, points or lines. The caller
    knows that types and cells are right. Give 10 000 to 50 000 at a time, each batch in a unit of work of its own, in
    an order that keeps neighbours together: the index of places then grows in one corner at a time.

    Shape:  `PartRows`, columns of one length; geoms as shapely points or lines.
    Units:  EPSG:4326, (longitude, latitude).
    Raises: IntegrityError for a code that is taken and for what the database refuses.
    """
    added = writing.copy_parts(session, lines_of(rows), now)
    writing.move_version(session, now)
    return added
