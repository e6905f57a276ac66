"""The ladder of reminders: when a rung is reached, and who is reminded on it.

Source: domain.md §6 (at yellow, at red, then the unit's manager, the district, the supervisor: local, so it is data).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from app.accounts.rules import Role
from app.cases.rules.states import State
from app.core.errors import Fault
from app.sla.rules import Calendar, Limit, budget, elapsed

MICROSECOND = timedelta(microseconds=1)
LONG_AGO = timedelta(days=36_525)
DISTRICT_DIGITS = 6


class Audience(StrEnum):
    """Who is reminded on a rung."""

    HOLDER = "holder"  # whoever has to act now, in person; else the desk or the unit whose turn it is
    UNIT_MANAGER = "unit_manager"  # of the lead owner; where nobody manages it, who dispatches there
    SHIFT_LEADER = "shift_leader"
    DISTRICT = "district"  # the managers of the district's own organisation
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of a ladder. `base` is yellow, red or supervised; the delay is shorter for a supervised case."""

    ladder: str
    rung: int
    base: str
    delay: Limit
    supervised_delay: Limit
    audience: Audience


LADDERS = ("handling", "stage")
BASES = ("yellow", "red", "supervised")


def ladder_faults(rungs: Sequence[Rung]) -> list[Fault]:
    """What is wrong with rungs that shall be the whole ladder, each with its place.

    Shape:  a fault's pointer is `/items/{i}/{member}`, i counted from 0 as the rungs were given.
    """
    faults: list[Fault] = []
    seen: dict[tuple[str, int], int] = {}
    for i, rung in enumerate(rungs):
        first = seen.setdefault((rung.ladder, rung.rung), i)
        if first != i:
            faults.append(Fault(f"/items/{i}/rung", f"is the rung of item {first} of the same ladder already"))
        if rung.supervised_delay.amount > rung.delay.amount:
            advice = "is at most the delay: supervision shortens the ladder"
            faults.append(Fault(f"/items/{i}/supervised_delay", advice))
    faults += [
        Fault("/items", f"the ladder {ladder} has no rung at yellow or red: nobody would be reminded")
        for ladder in LADDERS
        if not any(rung.ladder == ladder and rung.base != "supervised" for rung in rungs)
    ]
    return faults


def reached_before(now: datetime, delay: Limit, calendar: Calendar) -> datetime:
    """The border of a rung: whatever turned before it turned at least `delay` ago.

    One border for all cases, so that the database finds them by comparing: working time is not computed per case.

    Raises: ValueError for a naive datetime.
    Source: domain.md §6; a lamp turns in the instant after its threshold
    """
    wanted = budget(delay, calendar)
    if not wanted:
        return now
    if delay.unit.runs_always:
        return now - wanted + MICROSECOND
    back = wanted
    while back < LONG_AGO and elapsed(now - back, now, delay.unit, calendar) < wanted:
        back *= 2
    if back >= LONG_AGO:  # so little is worked that nothing has ever turned that long ago
        return now - LONG_AGO
    low, high = 0, back // MICROSECOND
    while low < high:  # the least time back in which the delay has passed
        middle = (low + high) // 2
        if elapsed(now - middle * MICROSECOND, now, delay.unit, calendar) < wanted:
            low = middle + 1
        else:
            high = middle
    return now - low * MICROSECOND + MICROSECOND


class Post(NamedTuple):
    """Somebody holds a role; `territory` is the area code of the organisation where that is a territory."""

    role: str
    user_id: UUID
    organization_id: UUID
    area_code: str
    territory: str | None


@dataclass(frozen=True, slots=True)
class Posts:
    """Who holds which post, found by area, by organisation, by territory."""

    by_area: Mapping[tuple[str, str], list[UUID]] = field(default_factory=dict)
    by_unit: Mapping[tuple[str, UUID], list[UUID]] = field(default_factory=dict)
    by_territory: Mapping[tuple[str, str], list[UUID]] = field(default_factory=dict)

    @classmethod
    def of(cls, posts: Iterable[Post]) -> "Posts":
        """The posts, arranged."""
        found = cls(defaultdict(list), defaultdict(list), defaultdict(list))
        for post in posts:
            found.by_area[post.role, post.area_code].append(post.user_id)
            found.by_unit[post.role, post.organization_id].append(post.user_id)
            if post.territory is not None:
                found.by_territory[post.role, post.territory].append(post.user_id)
        return found

    def covering(self, role: Role, cell: str) -> Iterator[UUID]:
        """Whoever has the role over an area that holds the cell."""
        for end in range(len(cell) + 1):
            yield from self.by_area.get((role, cell[:end]), ())

    def managing(self, unit_id: UUID | None) -> Iterable[UUID]:
        """The managers of a unit."""
        return () if unit_id is None else self.by_unit.get((Role.UNIT_MANAGER, unit_id), ())

    def answering(self, area_code: str) -> Iterable[UUID]:
        """The managers of the organisation that answers for an area."""
        return self.by_territory.get((Role.UNIT_MANAGER, area_code), ())


@dataclass(frozen=True, slots=True)
class Reminded:
    """What of a case decides who is reminded. `asked` are those with an open task on it."""

    state: State
    cell: str
    lead_id: UUID | None
    handler_id: UUID | None
    holder_id: UUID | None
    asked: tuple[UUID, ...] = ()


# Whose desk a case lies on that nobody holds in person.
DESKS: Mapping[State, Role] = MappingProxyType(
    {
        State.RECEIVED: Role.OPERATOR,
        State.VERIFYING: Role.OPERATOR,
        State.TO_FILE: Role.SHIFT_LEADER,
        State.TO_DISPATCH: Role.DISPATCHER,
        State.TO_CHECK: Role.SHIFT_LEADER,
        State.TO_CLOSE: Role.SHIFT_LEADER,
    }
)


def whom(audience: Audience, case: Reminded, posts: Posts) -> tuple[UUID, ...]:
    """The people that a rung reminds, each once, in a fixed order; empty where nobody has the post.

    Example:
        >>> case = Reminded(State.TO_DISPATCH, "310101001001001", None, None, None)
        >>> whom(Audience.SUPERVISOR, case, Posts())
        ()
    """
    return tuple(sorted(set(_WHOM[audience](case, posts))))


def _holders(case: Reminded, posts: Posts) -> Iterable[UUID]:
    persons = [person for person in (case.holder_id, *case.asked) if person is not None]
    if case.state is State.HANDLING and case.handler_id is not None:
        persons.append(case.handler_id)
    if persons:
        return persons
    desk = DESKS.get(case.state)
    return _owners(case, posts) if desk is None else posts.covering(desk, case.cell)


def _owners(case: Reminded, posts: Posts) -> Iterable[UUID]:
    """The managers of the lead; where nobody manages it, whoever may take the case back from it."""
    managers = posts.managing(case.lead_id)
    if managers or case.lead_id is None or case.state in DESKS:
        return managers
    return posts.covering(Role.DISPATCHER, case.cell)


def _district(case: Reminded, posts: Posts) -> Iterable[UUID]:
    """Where a district has no organisation of its own, whoever supervises it."""
    return posts.answering(case.cell[:DISTRICT_DIGITS]) or posts.covering(Role.SUPERVISOR, case.cell)


_WHOM: Mapping[Audience, Callable[[Reminded, Posts], Iterable[UUID]]] = {
    Audience.HOLDER: _holders,
    Audience.UNIT_MANAGER: _owners,
    Audience.SHIFT_LEADER: lambda case, posts: posts.covering(Role.SHIFT_LEADER, case.cell),
    Audience.DISTRICT: _district,
    Audience.SUPERVISOR: lambda case, posts: posts.covering(Role.SUPERVISOR, case.cell),
}
