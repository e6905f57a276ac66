"""What is frozen when a period is reviewed: in which bytes, under which hash, and what differs between two freezes.

A freeze is a set of parts, each canonical JSON (RFC 8785) in one or more chunks: `figures.<subject>` with every figure,
score and rank; `entries.<counted>` with all that was counted, from which the list of cases behind any figure follows;
`cases` with what a list shows of each; `inputs` with the definitions. Source: figures.md, "Publishing".
"""

from __future__ import annotations

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias, TypeVar

import orjson

from app.cases.rules import canonical
from app.evaluation.rules.counting import Counted, Mark
from app.evaluation.rules.indicators import INDICATORS, Figure, Indicator, Side, Subject

Json: TypeAlias = Any
T = TypeVar("T")

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
MICROSECOND = timedelta(microseconds=1)


class PeriodState(StrEnum):
    """How far a period is on its way."""

    OPEN = "open"
    REVIEW = "review"
    PUBLISHED = "published"


class Frozen(NamedTuple):
    """An entry as it is frozen: what it counts for, of which case, whose, and when.

    Shape: `at` in microseconds since 1970, which JSON can say exactly; people and units by their ids.
    """

    number: str
    ordinal: int
    at: int
    cell: str
    unit: str | None
    inspector: str | None
    operator: str | None
    leader: str | None
    dispatcher: str | None
    marks: int
    value: int | None


class CaseRow(NamedTuple):
    """What a list of cases shows of each, as it was at the view instant."""

    number: str
    state: str
    scheme: str | None
    kind: str | None
    code: str | None
    name: str | None
    cell: str
    source: str
    owner_code: str | None
    owner_name: str | None
    opened_at: int
    closed_at: int | None
    forced: bool


def micros(at: datetime) -> int:
    """An instant as microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


def instant_of(microseconds: int) -> datetime:
    """The instant, in UTC."""
    return EPOCH + MICROSECOND * microseconds


def rows_as_bytes(rows: Sequence[Sequence[str | int | bool | None]]) -> bytes:
    """Rows of texts, whole numbers below 2⁵³, truth values and nulls as canonical JSON, ten times as fast.

    There are neither members to sort nor doubles to write, for which alone RFC 8785 differs from what JSON writers do.
    """
    return orjson.dumps([list(row) for row in rows])


def canonical_members(rows: Mapping[str, T], said: Callable[[T], Json]) -> bytes:
    """An object as canonical JSON, member by member, each as it is said: the whole is held once, as bytes.

    RFC 8785 sorts names by their UTF-16 units; of ASCII that is the order of the texts.

    Example:
        >>> canonical_members({"b": 2, "a": 1}, lambda value: {"z": value, "a": None})
        b'{"a":{"a":null,"z":1},"b":{"a":null,"z":2}}'
    """
    body, comma = bytearray(b"{"), b""
    for name in sorted(rows, key=_utf16):
        body += comma + canonical(name) + b":" + canonical(said(rows[name]))
        comma = b","
    return bytes(body + b"}")


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")


def packed(content: bytes) -> bytes:
    """The bytes as they are stored; the same for the same content."""
    return gzip.compress(content, compresslevel=6, mtime=0)


def unpacked(body: bytes) -> bytes:
    """What was packed."""
    return gzip.decompress(body)


def sha256(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def seal(manifest: Mapping[str, Json]) -> str:
    """The hash of a revision: SHA-256 of its manifest as canonical JSON; the manifest has the hash of every chunk."""
    return sha256(canonical(dict(manifest)))


KEYS: Mapping[Subject, Callable[[Frozen], str | None]] = MappingProxyType(
    {
        Subject.CITY: lambda _: "",
        Subject.DISTRICT: lambda row: row.cell[:6] if len(row.cell) >= 6 else None,
        Subject.STREET: lambda row: row.cell[:9] if len(row.cell) >= 9 else None,
        Subject.COMMUNITY: lambda row: row.cell[:12] if len(row.cell) >= 12 else None,
        Subject.CELL: lambda row: row.cell if len(row.cell) >= 14 else None,
        Subject.UNIT: lambda row: row.unit,
        Subject.INSPECTOR: lambda row: row.inspector,
        Subject.OPERATOR: lambda row: row.operator,
        Subject.SHIFT_LEADER: lambda row: row.leader,
        Subject.DISPATCHER: lambda row: row.dispatcher,
    }
)
"""What a frozen entry is filed under for each kind of subject; the same as in SQL (queries/figures.py)."""


def figure_row(figure: Figure) -> list[int | float | None]:
    """A figure as it is frozen."""
    return [figure.numerator, figure.denominator, figure.value, figure.exempt, figure.deferred]


def figure_of(row: Sequence[Any]) -> Figure:
    """A figure as it was frozen."""
    return Figure(*row)


class Touched(NamedTuple):
    """A figure by whose it is and what it counts."""

    subject: Subject
    key: str
    indicator: str


@dataclass(slots=True)
class Moved:
    """The entries that came to and went from each list of a figure, as (case, ordinal)."""

    came: dict[Side, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    went: dict[Side, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))

    def settled(self) -> Moved:
        """Without those that came as they went: the same case on the same list."""
        result = Moved()
        for side in Side:
            if came := self.came[side] - self.went[side]:
                result.came[side] = came
            if went := self.went[side] - self.came[side]:
                result.went[side] = went
        return result


def moves(counted: Counted, old: Iterable[Frozen], new: Iterable[Frozen]) -> dict[Touched, Moved]:
    """Which cases came to and went from which lists of which figures, between two freezes of entries of a kind."""
    before, after = set(old), set(new)
    found: dict[Touched, Moved] = defaultdict(Moved)
    for row in before - after:
        for touched, side in places(counted, row):
            found[touched].went[side].add((row.number, row.ordinal))
    for row in after - before:
        for touched, side in places(counted, row):
            found[touched].came[side].add((row.number, row.ordinal))
    return dict(found)


def places(counted: Counted, row: Frozen) -> Iterator[tuple[Touched, Side]]:
    """Every list of every figure on which an entry stands."""
    marks = Mark(row.marks)
    for subject, indicator in _READERS[counted]:
        if (key := KEYS[subject](row)) is not None:
            for side in indicator.side(marks):
                yield Touched(subject, key, indicator.name), side


def _readers(counted: Counted) -> tuple[tuple[Subject, Indicator], ...]:
    return tuple(
        (subject, indicator)
        for indicator in INDICATORS.values()
        for subject in Subject
        if subject in indicator.subjects and indicator.counted_for(subject) is counted
    )


_READERS: Mapping[Counted, tuple[tuple[Subject, Indicator], ...]] = MappingProxyType(
    {counted: _readers(counted) for counted in Counted}
)


def figure_changes(
    subject: Subject, old: Mapping[str, Json], new: Mapping[str, Json], moved: Mapping[Touched, Moved]
) -> list[Json]:
    """Every figure of a kind of subject that is another one, or has other cases behind it, in the order of the keys.

    Shape: `old` and `new` are frozen rows by key. A figure that is not there is null.
    """
    mine = {touched for touched in moved if touched.subject is subject}
    for key in old.keys() | new.keys():
        before, after = _figures(old, key), _figures(new, key)
        names = before.keys() | after.keys()
        mine |= {Touched(subject, key, name) for name in names if before.get(name) != after.get(name)}
    found = []
    for touched in sorted(mine):
        settled = moved[touched].settled() if touched in moved else Moved()
        before, after = _figures(old, touched.key), _figures(new, touched.key)
        was, is_ = before.get(touched.indicator), after.get(touched.indicator)
        if was != is_ or settled.came or settled.went:
            found.append(
                {
                    "subject": subject.value,
                    "key": touched.key,
                    "indicator": touched.indicator,
                    "old": was,
                    "new": is_,
                    "came": _numbers(settled.came),
                    "went": _numbers(settled.went),
                }
            )
    return found


def _figures(rows: Mapping[str, Json], key: str) -> dict[str, Any]:
    return dict(rows[key]["figures"]) if key in rows else {}


def _numbers(sides: Mapping[Side, set[tuple[str, int]]]) -> dict[str, list[str]]:
    return {side.value: sorted({number for number, _ in found}) for side, found in sorted(sides.items()) if found}


def score_changes(subject: Subject, old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Json]:
    """Every score, grade or rank of a kind of subject that is another one, in the order of the keys."""
    found = []
    for key in sorted(old.keys() | new.keys()):
        was, is_ = _placed(old, key), _placed(new, key)
        if was != is_:
            found.append({"subject": subject.value, "key": key, "old": was, "new": is_})
    return found


def _placed(rows: Mapping[str, Json], key: str) -> Json:
    if key not in rows:
        return None
    placed = rows[key]["placed"]
    grade = placed["grade"]
    return {
        "score": placed["score"],
        "grade": None if grade is None else grade["code"],
        "rank": placed["rank"],
        "group": placed["group"],
    }


def appealed_figures(rows: Iterable[Frozen]) -> set[Touched]:
    """The figures that handlings leave whose appeals were granted since: those that counted them before."""
    found: set[Touched] = set()
    for row in rows:
        before = row._replace(marks=int(Mark(row.marks) & ~Mark.EXEMPT))
        found |= {touched for touched, _ in places(Counted.HANDLING, before)}
    return found
