"""Which rule answers for a type at a place, and why: the most specific that holds, types before ground."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from uuid import UUID

from app.catalog.rules import TypeRow
from app.grid.errors import AreaName
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

    Shape: `areas` from the city down, as many as are known; `zone` is the code of the duty zone.
    """

    type_row: TypeRow | None
    areas: tuple[AreaName, ...]
    zone: str | None = None
    part_owner_id: UUID | None = None
    shopfront_id: UUID | None = None

    @property
    def street(self) -> AreaName | None:
        """The street, whose territory answers where nobody else does."""
        return next((area for area in self.areas if area.level == STREET), None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could answer. `source` is part_owner, shopfront, rule or territory."""

    source: str
    lead_id: UUID | None
    specificity: int
    matched: bool
    rule: Rule | None = None
    helper_ids: tuple[UUID, ...] = ()
    auto: bool = False


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


def candidates(book: RuleBook, spot: Spot, territory_id: UUID | None, on: date) -> list[Candidate]:
    """Everybody who could answer on this day of the city, the most specific first; the first that matched answers.

    A part's own owner comes first, then a shopfront contract, then the rules, last the territory of the street
    (属地兜底). Rules for this spot that do not hold on the day are listed as not matched.
    Source: domain.md §4 "Routing rules"
    """
    return [
        *_bound("part_owner", spot.part_owner_id, PART_OWNER),
        *_bound("shopfront", spot.shopfront_id, SHOPFRONT),
        *(
            Candidate("rule", rule.lead_id, key.specificity, rule.holds_on(on), rule, rule.helper_ids, rule.auto)
            for key in keys_for(spot)
            for rule in book.by_key.get(key, ())
        ),
        Candidate("territory", territory_id, TERRITORY, matched=territory_id is not None),
    ]


def _bound(source: str, lead_id: UUID | None, specificity: int) -> list[Candidate]:
    return [] if lead_id is None else [Candidate(source, lead_id, specificity, matched=True)]


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
