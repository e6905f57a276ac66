"""What the catalogue speaks of, and how a written catalogue is checked. Source: domain.md §3."""

from app.catalog.rules.differing import differences, settled
from app.catalog.rules.reading import CONDITION_COLUMNS, MOST_FAULTS, TYPE_COLUMNS, read_catalogue
from app.catalog.rules.terms import (
    Catalogue,
    Condition,
    Kind,
    Limit,
    TypeRow,
    Unit,
    condition_id,
    type_id,
)

__all__ = [
    "CONDITION_COLUMNS",
    "MOST_FAULTS",
    "TYPE_COLUMNS",
    "Catalogue",
    "Condition",
    "Kind",
    "Limit",
    "TypeRow",
    "Unit",
    "condition_id",
    "differences",
    "read_catalogue",
    "settled",
    "type_id",
]
