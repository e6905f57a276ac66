"""Who answers for a type at a place: rules, their order, their trace, and how a written list is checked."""

from app.routing.rules.choosing import Candidate, RuleBook, Spot, candidates, keys_for, ties, winner
from app.routing.rules.coverage import AreaRow, Coverage, Gap, GroundMap, coverage
from app.routing.rules.reading import MOST_FAULTS, RULE_COLUMNS, Known, read_rules
from app.routing.rules.terms import (
    GROUND_RANK,
    PART_OWNER,
    SHOPFRONT,
    TARGET_RANK,
    TERRITORY,
    Ground,
    Key,
    Rule,
    Target,
)
from app.routing.rules.wording import Owner, describe, trace

__all__ = [
    "GROUND_RANK",
    "MOST_FAULTS",
    "PART_OWNER",
    "RULE_COLUMNS",
    "SHOPFRONT",
    "TARGET_RANK",
    "TERRITORY",
    "AreaRow",
    "Candidate",
    "Coverage",
    "Gap",
    "Ground",
    "GroundMap",
    "Key",
    "Known",
    "Owner",
    "Rule",
    "RuleBook",
    "Spot",
    "Target",
    "candidates",
    "coverage",
    "describe",
    "keys_for",
    "read_rules",
    "ties",
    "trace",
    "winner",
]
