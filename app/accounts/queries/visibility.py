"""Row visibility as a WHERE clause: which rows lie on the ground that grants cover."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, false, or_, true
from sqlalchemy.orm import QueryableAttribute

from app.accounts.models import GrantRow
from app.accounts.rules import widest


def covered(column: ColumnElement[Any] | QueryableAttribute[Any], prefixes: Iterable[str]) -> ColumnElement[bool]:
    """Whether the area code in `column` lies in one of the subtrees.

    An index on the column with `text_pattern_ops` serves it. The empty prefix is everything, rows without an area
    included; no prefix is nothing. Pass `principal.areas(role, …)`.

    Example: `select(...).where(covered(cases.c.current_cell, principal.areas("operator")))`
    """
    kept = widest(prefixes)
    if kept == ("",):
        return true()
    if not kept:
        return false()
    return or_(*(column.like(prefix + "%") for prefix in kept))


def live_grants(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether a row of `grants` is valid at this instant."""
    return and_(GrantRow.valid_from <= now, or_(GrantRow.valid_to.is_(None), GrantRow.valid_to > now))
