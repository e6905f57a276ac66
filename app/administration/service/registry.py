"""Which tables there are, in the order in which a new city fills them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.administration.errors import UnknownTable
from app.administration.service import (
    catalogue,
    document_kinds,
    duty_terms,
    duty_zone_people,
    grants,
    organizations,
    part_owners,
    people,
    reminders,
    routing_rules,
    sources,
    working_time,
)
from app.administration.service.work import Table

_ALL = (
    organizations.TABLE,
    people.TABLE,
    grants.TABLE,
    duty_zone_people.TABLE,
    catalogue.TYPE_TABLE,
    catalogue.CONDITION_TABLE,
    routing_rules.TABLE,
    part_owners.TABLE,
    working_time.CALENDAR_TABLE,
    working_time.CORRECTION_TABLE,
    working_time.STAGE_LIMIT_TABLE,
    reminders.TABLE,
    sources.RULE_TABLE,
    sources.LIMIT_TABLE,
    duty_terms.TABLE,
    document_kinds.TABLE,
)
TABLES: Mapping[str, Table] = MappingProxyType({table.sheet.name: table for table in _ALL})


def table_of(name: str) -> Table:
    """The table of this name.

    Raises: UnknownTable.
    """
    found = TABLES.get(name)
    if found is None:
        raise UnknownTable(f"There is no table {name}: use {', '.join(TABLES)}.")
    return found
