"""Types and filing conditions for the rest of the house: looked up, imported, changed one at a time."""

from app.catalog.service.catalogue import (
    Imported,
    TypeKey,
    catalogue,
    find_condition,
    find_type,
    import_types,
    load_catalog,
)
from app.catalog.service.changing import (
    ConditionTerms,
    add_condition,
    change_condition,
    change_type,
    one_condition,
    one_type,
    retire_condition,
)

__all__ = [
    "ConditionTerms",
    "Imported",
    "TypeKey",
    "add_condition",
    "catalogue",
    "change_condition",
    "change_type",
    "find_condition",
    "find_type",
    "import_types",
    "load_catalog",
    "one_condition",
    "one_type",
    "retire_condition",
]
