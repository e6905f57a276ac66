"""Whose a case is: routing with its trace, and the imports of what it goes by."""

from app.routing.service.bindings import Bindings, import_part_owners, import_shopfronts, load_part_owners
from app.routing.service.importing import Imported, import_rules, load_rules
from app.routing.service.listing import rules_for, versions_for
from app.routing.service.routes import Bound, Routing, bound, coverage_on, route, rule_book

__all__ = [
    "Bindings",
    "Bound",
    "Imported",
    "Routing",
    "bound",
    "coverage_on",
    "import_part_owners",
    "import_rules",
    "import_shopfronts",
    "load_part_owners",
    "load_rules",
    "route",
    "rule_book",
    "rules_for",
    "versions_for",
]
