"""Versions of rows that have no counter of their own: the transaction that wrote them last, as PostgreSQL keeps it.

Whoever changes such a row (the API, an import, a command, a repair by hand) moves its version; nobody can forget to.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ColumnElement, literal_column

from app.core.errors import Stale
from app.core.models import Base, table


def row_version(model: type[Base]) -> ColumnElement[int]:
    """The version of a row of this table: equal as long as nobody wrote the row. It says nothing about how often."""
    return literal_column(f"CAST(CAST({table(model).name}.xmin AS text) AS bigint)", BigInteger).label("version")


def check_version(expected: int | None, found: int, what: str) -> None:
    """Refuse a change by somebody who saw another version; None is any.

    Raises: Stale.
    """
    if expected is not None and expected != found:
        raise Stale(f"{what} changed in the meantime: read it again, then decide anew.", version=found)
