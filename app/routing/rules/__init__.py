"""Who answers for a type at a place: rules, their order, their trace, and how a written list is checked."""

from app.routing.rules.bindings import (
    CONTRACT_FIELDS,
    PART_COLUMNS,
    Contract,
    KnownOwners,
    PartOwner,
    contradict,
    read_contracts,
    read_part_owners,
)
from app.routing.rules.branches import Branch, BranchRow, branches_at, twins
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
    "CONTRACT_FIELDS",
    "GROUND_RANK",
    "MOST_FAULTS",
    "PART_COLUMNS",
    "PART_OWNER",
    "RULE_COLUMNS",
    "SHOPFRONT",
    "TARGET_RANK",
    "TERRITORY",
    "AreaRow",
    "Branch",
    "BranchRow",
    "Candidate",
    "Contract",
    "Coverage",
    "Gap",
    "Ground",
    "GroundMap",
    "Key",
    "Known",
    "KnownOwners",
    "Owner",
    "PartOwner",
    "Rule",
    "RuleBook",
    "Spot",
    "Target",
    "branches_at",
    "candidates",
    "contradict",
    "coverage",
    "describe",
    "keys_for",
    "read_contracts",
    "read_part_owners",
    "read_rules",
    "ties",
    "trace",
    "twins",
    "winner",
]
