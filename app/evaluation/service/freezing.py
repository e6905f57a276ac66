"""Freezing a period: everything that is published of it, as packed bytes, from one state of the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy.orm import Session

from app.cases.rules import canonical
from app.core.clock import to_rfc3339
from app.evaluation import queries
from app.evaluation.queries import Chunk
from app.evaluation.queries.figures import Window
from app.evaluation.rules.counting import Counted
from app.evaluation.rules.freezing import (
    CaseRow,
    Frozen,
    Moved,
    Touched,
    canonical_members,
    figure_changes,
    figure_row,
    micros,
    moves,
    packed,
    rows_as_bytes,
    score_changes,
    sha256,
    unpacked,
)
from app.evaluation.rules.indicators import DEFINITIONS, INDICATORS, PEOPLE, Subject
from app.evaluation.rules.periods import Period
from app.evaluation.service.definitions import Regime, regime
from app.evaluation.service.figures import indicators_in, overlay_at, wanted_indicators
from app.evaluation.service.scores import WHOLE, Row, placed

CASES_AT_ONCE = 10_000
EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Freeze:
    """What a review freezes: the versions of what it is made by, and the packed parts, made while they are taken."""

    as_of: datetime
    inputs: dict[str, Any]
    chunks: Iterator[Chunk]


def figures_part(subject: Subject) -> str:
    """The name of the part with the figures of a kind of subject."""
    return f"figures.{subject.value}"


def entries_part(counted: Counted) -> str:
    """The name of the part with what is counted of a kind."""
    return f"entries.{counted.value}"


def freeze(session: Session, period: Period, zone: ZoneInfo, now: datetime, *, against: int | None) -> Freeze:
    """Everything that is published of a period, as of now; `against` is the revision in force, None before the first.

    Shape: the session sees one state of the database throughout; nothing is written.
    Raises: FiguresNotReady.
    """
    by = regime(session)
    window = Window(period.start(zone), period.end(zone), now, WHOLE, None, overlay_at(session, now, now=now))
    inputs = _versions(session, by)
    difference = None if against is None else Difference(session, period.name, against)
    return Freeze(now, inputs, _numbered(_contents(session, period, window, by, difference)))


def _numbered(contents: Iterator[tuple[str, bytes]]) -> Iterator[Chunk]:
    """The chunks of each part in their order."""
    places: Counter[str] = Counter()
    for part, content in contents:
        yield Chunk(part, places[part], sha256(content), packed(content))
        places[part] += 1


def _contents(
    session: Session, period: Period, window: Window, by: Regime, difference: Difference | None
) -> Iterator[tuple[str, bytes]]:
    """(part, content of its next chunk): one after the other, so that no more than one is held.

    What is compared with the revision in force is taken along: first the entries, then the figures they explain.
    """
    yield "inputs", canonical(_inputs(session, period, window, by))
    ids: set[str] = set()
    for counted, rows, cases in _entries(session, window):
        yield entries_part(counted), rows_as_bytes(rows)
        ids |= cases
        if difference is not None:
            difference.take(counted, rows)
    yield EXEMPT, rows_as_bytes([[one.number] for one in queries.exempt_handlings(session, window)])
    for some in queries.cases_in_order(session, ids, CASES_AT_ONCE):
        yield "cases", rows_as_bytes([_case(row) for row in some])
    for subject in Subject:
        placed_ = {row.key: row for row in _figures(session, subject, window, by)}
        said = _of_people if subject in PEOPLE else _of_places
        yield figures_part(subject), canonical_members(placed_, said)
        if difference is not None:
            difference.compare(subject, {key: said(row) for key, row in placed_.items()})
    if difference is not None:
        yield "diff", canonical(difference.told(_versions(session, by)))


def _versions(session: Session, by: Regime) -> dict[str, Any]:
    return {
        "indicators": DEFINITIONS,
        "definitions": dict(by.versions),
        "calendars": queries.calendar_versions(session),
    }


def _inputs(session: Session, period: Period, window: Window, by: Regime) -> dict[str, Any]:
    """What a freeze was made by, complete: whoever has the entries can count again."""
    indicators = {
        name: {
            "counted": one.counted.value,
            "form": one.form.value,
            "of": int(one.of),
            "having": int(one.having),
            "lacking": int(one.lacking),
            "subjects": sorted(subject.value for subject in one.subjects),
        }
        for name, one in INDICATORS.items()
    }
    span = {"start": to_rfc3339(window.start), "end": to_rfc3339(window.end), "as_of": to_rfc3339(window.at)}
    contents = {name: dict(content) for name, content in by.contents.items()}
    made = {"indicators": indicators, "definitions": contents, "versions": _versions(session, by)}
    return {"period": period.name} | span | made


def _figures(session: Session, subject: Subject, window: Window, by: Regime) -> list[Row]:
    wanted = wanted_indicators(subject, ())
    return placed(subject, indicators_in(session, subject, wanted, window), by)


def _of_people(row: Row) -> dict[str, Any]:
    """A row as it is frozen. Of people nothing but the id, its key: a name is shown as long as it may be."""
    return {"figures": {name: figure_row(figure) for name, figure in row.figures.items()}, "placed": row.placed}


def _of_places(row: Row) -> dict[str, Any]:
    """A row of an area or a unit, with its code and name."""
    return {"code": row.code, "name": row.name, **_of_people(row)}


def _entries(session: Session, window: Window) -> Iterator[tuple[Counted, list[Frozen], set[str]]]:
    """(kind, some entries of it, ids of their cases), kind by kind."""
    for some in queries.all_entries(session, window):
        for counted, found in groupby(some, key=lambda one: one[0]):
            listed = list(found)
            yield counted, [row for _, row, _ in listed], {case_id for _, _, case_id in listed}


def _case(row: Any) -> CaseRow:
    return CaseRow(
        number=row.number,
        state=row.state,
        scheme=row.scheme,
        kind=row.kind,
        code=row.code,
        name=row.name,
        cell=row.filed_cell,
        source=row.source,
        owner_code=row.owner_code,
        owner_name=row.owner_name,
        opened_at=micros(row.opened_at),
        closed_at=None if row.closed_at is None else micros(row.closed_at),
        forced=row.forced,
    )


class Difference:
    """What changes of the revision in force, taken while a freeze is made: entries kind by kind, then figures."""

    def __init__(self, session: Session, period: str, revision: int) -> None:
        self._session, self._period, self._revision = session, period, revision
        self._moved: dict[Touched, Moved] = {}
        self._cases: dict[str, set[str]] = {name: set() for name in ("was", "now", "changed")}
        self._left = list(Counted)
        self._counted: Counted | None = None
        self._new: set[Frozen] = set()
        self._told: dict[str, list[dict[str, Any]]] = {"figures": [], "scores": []}

    def take(self, counted: Counted, rows: Iterable[Frozen]) -> None:
        """More entries of a kind; those of one kind come together."""
        if counted is not self._counted:
            self._settle(self._counted)
            self._counted = counted
        self._new.update(rows)

    def _settle(self, counted: Counted | None) -> None:
        """All entries of a kind are there: compare them, and keep only what moved."""
        if counted is None:
            return
        old, new = set(self._entries(counted)), self._new
        self._moved |= moves(counted, old, new)
        for name, rows in (("was", old), ("now", new), ("changed", old ^ new)):
            self._cases[name] |= {row.number for row in rows}
        self._left.remove(counted)
        self._new = set()

    def compare(self, subject: Subject, after: Mapping[str, Any]) -> None:
        """The figures and scores of a kind of subject, after all entries."""
        self._settle(self._counted)
        self._counted = None
        for gone in list(self._left):
            self._settle(gone)
        before = self._json(figures_part(subject))
        changes = figure_changes(subject, before, after, self._moved)
        self._told["figures"] += [_named(one, before, after) for one in changes]
        self._told["scores"] += [_named(one, before, after) for one in score_changes(subject, before, after)]

    def told(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """What changed, figure by figure, score by score, case by case, definition by definition."""
        was, now, changed = (self._cases[name] for name in ("was", "now", "changed"))
        cases = {"came": now - was, "went": was - now, "changed": changed & was & now}
        return {
            "against": self._revision,
            **self._told,
            "cases": {name: sorted(numbers) for name, numbers in cases.items()},
            "inputs": input_changes(self._json("inputs")["versions"], inputs),
        }

    def _json(self, part: str) -> Any:
        return orjson.loads(unpacked(queries.result(self._session, self._period, self._revision, part)[0]))

    def _entries(self, counted: Counted) -> Iterator[Frozen]:
        return frozen_entries(queries.result(self._session, self._period, self._revision, entries_part(counted)))


def _named(change: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """A change with the code and name that its subject had, where these are frozen: people have neither."""
    row = after.get(change["key"], before.get(change["key"], {}))
    return {**change, **{name: row[name] for name in ("code", "name") if name in row}}


def frozen_entries(chunks: Iterable[bytes]) -> Iterator[Frozen]:
    """The entries of packed chunks."""
    for body in chunks:
        for row in orjson.loads(unpacked(body)):
            yield Frozen(*row)


def input_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Which definitions and calendars are of another version: name, old and new one."""
    before, after = _flat(old), _flat(new)
    names: Collection[str] = sorted(before.keys() | after.keys())
    return [
        {"name": name, "old": before.get(name), "new": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]


def _flat(inputs: Mapping[str, Any]) -> dict[str, int]:
    calendars = {f"calendars.{code}": version for code, version in inputs["calendars"].items()}
    return {"indicators": inputs["indicators"], **inputs["definitions"], **calendars}
