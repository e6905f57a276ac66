"""What the catalogue speaks of: types, filing conditions, units of limits, and ids that are the same everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid5

CATALOGUE = UUID("6f1f3a52-7f2e-5a0c-9f6e-5d2b7c1e4a90")
LONGEST = Decimal(10_000)
DECIMALS = 4


class Kind(StrEnum):
    """Parts (部件) are things with a place and an owner, matters (事项) are what happens. Source: domain.md §3."""

    PART = "part"
    MATTER = "matter"


class Unit(StrEnum):
    """In what a limit is counted. Source: domain.md §6."""

    URGENT_HOUR = "urgent_hour"
    NATURAL_DAY = "natural_day"
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"

    @property
    def runs_always(self) -> bool:
        """Whether the unit runs day and night, so that no calendar is needed to count it."""
        return self in {Unit.URGENT_HOUR, Unit.NATURAL_DAY}


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time in a unit; 15 minutes are `Limit(Decimal("0.25"), Unit.URGENT_HOUR)`.

    Units:  amount in `unit`, 0 to 10 000, at most four decimals, so that every limit is a whole number of microseconds.
    Raises: ValueError for an amount outside of that.
    """

    amount: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse an amount that no clock could keep exactly."""
        if not (self.amount.is_finite() and 0 <= self.amount <= LONGEST):
            raise ValueError(f"a limit is between 0 and {LONGEST} units, not {self.amount}")
        if self.amount != round(self.amount, DECIMALS):
            raise ValueError(f"a limit has at most {DECIMALS} decimals, not {self.amount}")


def type_id(scheme: str, kind: Kind, code: str) -> UUID:
    """The id of a type: the same in every database, because it is made from the key."""
    return uuid5(CATALOGUE, f"{scheme}|{kind}|{code}")


def condition_id(scheme: str, kind: Kind, code: str, row: int) -> UUID:
    """The id of the first filing condition in a row of a type, made from the type's key and the row."""
    return uuid5(CATALOGUE, f"{scheme}|{kind}|{code}|{row}")


@dataclass(frozen=True, slots=True)
class Condition:
    """A filing condition (立案条件): when a case of the type is filed, its limit, and what closes it."""

    id: UUID
    type_id: UUID
    row: int
    text: str
    limit: Limit
    close_text: str


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A type of part or matter with the filing conditions in force, in the order of their rows."""

    id: UUID
    scheme: str
    kind: Kind
    code: str
    class_code: str
    class_name: str
    name: str
    self_handle_allowed: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All types as they stood at one state of the catalogue, found by key or by id."""

    stamp: UUID
    by_key: Mapping[tuple[str, str, str], TypeRow]
    by_id: Mapping[UUID, TypeRow]
