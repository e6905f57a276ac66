"""What a routing rule is: which types, which ground, when, and who answers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class Target(StrEnum):
    """What types a rule is for, from the most to the least specific."""

    TYPE = "type"
    CLASS = "class"
    ANY = "any"


class Ground(StrEnum):
    """What ground a rule is for, from the most to the least specific."""

    CELL = "cell"
    DUTY_ZONE = "duty_zone"
    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"
    ANY = "any"


TARGET_RANK = {target: rank for rank, target in enumerate(reversed(Target), start=1)}
GROUND_RANK = {ground: rank for rank, ground in enumerate(reversed(Ground), start=1)}
RANKS_OF_GROUND = 10
"""Target before ground: one step of the target outweighs every step of the ground."""
PART_OWNER, SHOPFRONT, TERRITORY = 100, 90, 0
"""Specificity of what is not a rule: a part's own owner and a shopfront contract come before, the territory after."""


class Key(NamedTuple):
    """What a rule is for. Empty texts where the target or the ground is `any`; `code` is the type's or the class's."""

    target: Target
    scheme: str
    kind: str
    code: str
    ground: Ground
    place: str

    @property
    def specificity(self) -> int:
        """A number that is higher the more specific the key is: 11 (any, any) to 36 (type, cell)."""
        return TARGET_RANK[self.target] * RANKS_OF_GROUND + GROUND_RANK[self.ground]


@dataclass(frozen=True, slots=True)
class Rule:
    """A responsibility rule. It holds from `valid_from` until the day before `valid_to`; None is open."""

    id: UUID
    key: Key
    lead_id: UUID
    helper_ids: tuple[UUID, ...]
    auto: bool
    valid_from: date | None
    valid_to: date | None
    version: int

    def holds_on(self, day: date) -> bool:
        """Whether the rule is valid on this day of the city."""
        return self.starts <= day < self.ends

    def overlaps(self, other: "Rule") -> bool:
        """Whether there is a day on which both are valid."""
        return self.starts < other.ends and other.starts < self.ends

    @property
    def starts(self) -> date:
        """The first day."""
        return self.valid_from or date.min

    @property
    def ends(self) -> date:
        """The first day on which it no longer holds."""
        return self.valid_to or date.max
