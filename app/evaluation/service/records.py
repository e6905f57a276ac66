"""A freeze as papers speak of it: a revision or a review's draft, whole, and what was counted by source and type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy.orm import Session

from app.core.errors import Stale
from app.evaluation import queries
from app.evaluation.errors import PeriodNotReady
from app.evaluation.queries.periods import AnyRow
from app.evaluation.rules.counting import Mark
from app.evaluation.rules.freezing import unpacked
from app.evaluation.rules.indicators import Indicator, Side, Subject
from app.evaluation.rules.periods import Period
from app.evaluation.service.freezing import entries_part, figures_part, frozen_entries
from app.evaluation.service.frozen import frozen_indicator, published_before, rows_in
from app.evaluation.service.periods import find_revision, standing
from app.evaluation.service.scores import Row

HANDLINGS = "rework_rate"
"""The indicator whose two sides are the reworked handlings and all that were due."""


@dataclass(frozen=True, slots=True)
class Record:
    """A freeze as it is kept.

    Shape: `revision` is the number that it has, or would have; `until` is the instant of its publication, or of its
           review: what was published later is not compared with. `sha256` and `published_at` None: a draft.
    """

    period: str
    revision: int
    as_of: datetime
    until: datetime
    sha256: str | None
    draft_id: Any = None

    @property
    def is_draft(self) -> bool:
        return self.draft_id is not None

    def part(self, session: Session, name: str) -> Iterator[Any]:
        """The chunks of a part, read."""
        return (orjson.loads(unpacked(body)) for body in self.bodies(session, name))

    def bodies(self, session: Session, name: str) -> list[bytes]:
        """The chunks of a part, packed; of entries of a kind there may be none."""
        if self.draft_id is None:
            return queries.result(session, self.period, self.revision, name)
        return queries.draft(session, self.draft_id, name)


class TypeNumbers(NamedTuple):
    """What was counted of the cases of a type; `code` None: they have none.

    Shape: `filed` those filed in the period; `due` the handlings that were due in it, `reworked` of these.
    """

    scheme: str | None
    kind: str | None
    code: str | None
    name: str | None
    filed: int
    due: int
    reworked: int


class Composition(NamedTuple):
    """What the cases of a period were: filed by source, and by type, the most filed first."""

    sources: Mapping[str, int]
    types: tuple[TypeNumbers, ...]


def record_of_revision(session: Session, period: Period, revision: int | None) -> Record:
    """A published revision; None is the one in force.

    Raises: RevisionNotFound.
    """
    return _record(find_revision(session, period, revision))


def record_of_draft(session: Session, period: Period) -> Record:
    """What the review of a period froze and nobody has published yet.

    Raises: PeriodNotReady.
    """
    found = standing(session, period)
    if found.row is None or found.row.draft_id is None:
        state = found.state.value
        raise PeriodNotReady(f"{period.name} is {state}: there is a draft only while it is in review.", state=state)
    row = found.row
    return Record(period.name, len(found.revisions) + 1, row.as_of, row.reviewed_at, None, row.draft_id)


def record_before(session: Session, record: Record, other: str) -> Record | None:
    """What was in force of another period when a record was published or reviewed."""
    found = published_before(session, other, record.until)
    return None if found is None else _record(found)


def inputs_of_record(session: Session, record: Record) -> dict[str, Any]:
    """The definitions by which a record was made.

    Raises: Stale where a draft was replaced or published meanwhile: all of it goes at once.
    """
    return dict(_one(session, record, "inputs"))


def standings_of(session: Session, record: Record, subject: Subject) -> list[Row]:
    """Every subject of a kind with figures, score and rank, in the order of the codes.

    Raises: Stale.
    """
    return rows_in(session, _one(session, record, figures_part(subject)), subject)


def _one(session: Session, record: Record, name: str) -> Any:
    """A part that is one chunk."""
    found = list(record.part(session, name))
    if not found:
        raise Stale(f"{record.period} was reviewed again or published meanwhile: ask again.")
    return found[0]


def composition(session: Session, record: Record) -> Composition:
    """What was filed by source and type, and due and done again by type: counted from the entries that were frozen.

    Raises: Stale.
    """
    indicators = inputs_of_record(session, record)["indicators"]
    cases = _Cases(session, record)
    filed = _counted(session, record, frozen_indicator("filed", indicators["filed"]), cases)
    handled = _counted(session, record, frozen_indicator(HANDLINGS, indicators[HANDLINGS]), cases)
    sources: Counter[str] = Counter()
    numbers: dict[tuple[Any, ...], list[int]] = {}
    for (*type_, source), number in filed[Side.NUMERATOR].items():
        sources[source] += number
        numbers.setdefault(tuple(type_), [0, 0, 0])[0] += number
    for place, side in ((1, Side.DENOMINATOR), (2, Side.NUMERATOR)):
        for (*type_, _), number in handled[side].items():
            numbers.setdefault(tuple(type_), [0, 0, 0])[place] += number
    types = [TypeNumbers(*type_, *found) for type_, found in numbers.items()]
    types.sort(key=lambda one: (-one.filed, -one.due, one.scheme or "", one.kind or "", one.code or ""))
    return Composition(dict(sorted(sources.items(), key=lambda one: (-one[1], one[0]))), tuple(types))


class _Cases:
    """Type and source of each frozen case; the cases of a kind share what says it, as a year has a million."""

    def __init__(self, session: Session, record: Record) -> None:
        self._kinds: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        self._of: dict[str, tuple[Any, ...]] = {}
        for rows in record.part(session, "cases"):
            for row in rows:
                # number, state, then scheme, kind, code and name of the type; the source after the cell.
                kind = (*row[2:6], row[7])
                self._of[row[0]] = self._kinds.setdefault(kind, kind)

    def of(self, number: str) -> tuple[Any, ...]:
        return self._of[number]


def _counted(
    session: Session, record: Record, indicator: Indicator, cases: _Cases
) -> dict[Side, Counter[tuple[Any, ...]]]:
    """How many entries of each kind of case stand on each side of an indicator of the whole city."""
    found: dict[Side, Counter[tuple[Any, ...]]] = {side: Counter() for side in Side}
    counted = indicator.counted_for(Subject.CITY)
    for row in frozen_entries(record.bodies(session, entries_part(counted))):
        for side in indicator.side(Mark(row.marks)):
            found[side][cases.of(row.number)] += 1
    return found


def _record(row: AnyRow) -> Record:
    return Record(row.period, row.revision, row.as_of, row.published_at, row.sha256)
