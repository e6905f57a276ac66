"""Which rule answers for a type at a place, and why: the most specific that holds, types before ground."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from types import MappingProxyType
from uuid import UUID

from app.catalog.rules import TypeRow
from app.grid.errors import AreaName
from app.routing.rules.branches import Branch
from app.routing.rules.terms import PART_OWNER, SHOPFRONT, TERRITORY, Ground, Key, Rule, Target

STREET = "street"
GROUND_OF_LEVEL = {
    "cell": Ground.CELL,
    "community": Ground.COMMUNITY,
    "street": Ground.STREET,
    "district": Ground.DISTRICT,
}


@dataclass(frozen=True, slots=True)
class Spot:
    """What is to be routed: a type (None while nobody knows it), the areas that hold the point, and who is bound to it.

    Shape: `areas` from the city down, as many as are known; `zone` is the code of the duty zone; `part` and `contract`
           say in short by what the owner and the shop are bound.
    """

    type_row: TypeRow | None
    areas: tuple[AreaName, ...]
    zone: str | None = None
    part_owner_id: UUID | None = None
    shopfront_id: UUID | None = None
    part: str | None = None
    contract: str | None = None

    @property
    def place(self) -> str | None:
        """The code of the smallest area that is known to hold the point."""
        return self.areas[-1].code if self.areas else None

    @property
    def street(self) -> AreaName | None:
        """The street, whose territory answers where nobody else does."""
        return next((area for area in self.areas if area.level == STREET), None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could answer. `source` is part_owner, shopfront, rule or territory.

    `of` says in short which part or which contract. Where a branch answers for the organisation that the rule names,
    that is `branch_of`; where none does because several could, `twins` are their codes.
    """

    source: str
    lead_id: UUID | None
    specificity: int
    matched: bool
    rule: Rule | None = None
    helper_ids: tuple[UUID, ...] = ()
    auto: bool = False
    of: str | None = None
    branch_of: UUID | None = None
    twins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in force or to come, found by what they are for."""

    version: int
    by_key: Mapping[Key, Sequence[Rule]] = field(default_factory=dict)

    @classmethod
    def of(cls, version: int, rules: Iterable[Rule]) -> "RuleBook":
        """The rules by key, the earliest first."""
        found: dict[Key, list[Rule]] = {}
        for rule in sorted(rules, key=lambda one: one.starts):
            found.setdefault(rule.key, []).append(rule)
        return cls(version, found)


def keys_for(spot: Spot) -> list[Key]:
    """The keys under which a rule for this spot can stand, the most specific first."""
    targets = [(Target.ANY, "", "", "")]
    if (row := spot.type_row) is not None:
        kind = str(row.kind)
        targets = [
            (Target.TYPE, row.scheme, kind, row.code),
            (Target.CLASS, row.scheme, kind, row.class_code),
            *targets,
        ]
    return [Key(*target, *ground) for target in targets for ground in _grounds(spot)]


def _grounds(spot: Spot) -> list[tuple[Ground, str]]:
    found = {GROUND_OF_LEVEL[area.level]: area.code for area in spot.areas if area.level in GROUND_OF_LEVEL}
    if spot.zone is not None:
        found[Ground.DUTY_ZONE] = spot.zone
    found[Ground.ANY] = ""
    return [(ground, found[ground]) for ground in Ground if ground in found]


NO_BRANCHES: Mapping[UUID, Branch] = MappingProxyType({})


def candidates(
    book: RuleBook,
    spot: Spot,
    territory_id: UUID | None,
    on: date,
    branches: Mapping[UUID, Branch] = NO_BRANCHES,
) -> list[Candidate]:
    """Everybody who could answer on this day of the city, the most specific first; the first that matched answers.

    A part's own owner comes first, then a shopfront contract, then the rules, last the territory of the street
    (属地兜底). Rules for this spot that do not hold on the day are listed as not matched. Where the organisation that a
    rule names has a branch here, the branch answers, or helps; specificity stays that of the rule.
    Source: domain.md §4 "Routing rules"
    """
    return [
        *_bound("part_owner", spot.part_owner_id, PART_OWNER, spot.part),
        *_bound("shopfront", spot.shopfront_id, SHOPFRONT, spot.contract),
        *(_ruled(rule, on, branches) for key in keys_for(spot) for rule in book.by_key.get(key, ())),
        Candidate("territory", territory_id, TERRITORY, matched=territory_id is not None),
    ]


def _bound(source: str, lead_id: UUID | None, specificity: int, of: str | None) -> list[Candidate]:
    return [] if lead_id is None else [Candidate(source, lead_id, specificity, matched=True, of=of)]


def _ruled(rule: Rule, on: date, branches: Mapping[UUID, Branch]) -> Candidate:
    branch = branches.get(rule.lead_id, Branch(None))
    lead_id = branch.id or rule.lead_id
    helpers = (branches.get(helper, Branch(None)).id or helper for helper in rule.helper_ids)
    return Candidate(
        source="rule",
        lead_id=lead_id,
        specificity=rule.key.specificity,
        matched=rule.holds_on(on),
        rule=rule,
        helper_ids=tuple(helper for helper in dict.fromkeys(helpers) if helper != lead_id),
        auto=rule.auto,
        branch_of=rule.lead_id if branch.id else None,
        twins=branch.twins,
    )


def winner(found: Sequence[Candidate]) -> Candidate | None:
    """Who answers: the first that matched; None where not even the street has an organisation."""
    return next((one for one in found if one.matched), None)


def ties(rules: Iterable[Rule]) -> list[tuple[Rule, Rule]]:
    """Pairs of rules for the same types and ground that hold on the same day: nothing could choose between them.

    Rules with different keys never tie: a point lies in one cell, one duty zone, one community, one street.
    """
    found: list[tuple[Rule, Rule]] = []
    for same in RuleBook.of(0, rules).by_key.values():
        found += [(one, other) for one, other in combinations(same, 2) if one.overlaps(other)]
    return found
