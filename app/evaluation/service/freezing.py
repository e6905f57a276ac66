"""Freezing a period: everything that is published of it, as packed bytes, from one state of the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
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
    """What a review froze: the versions of what it was made by, and the packed parts."""

    as_of: datetime
    inputs: dict[str, Any]
    chunks: tuple[Chunk, ...]


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
    rows = {subject: _frozen_rows(_figures(session, subject, window, by), subject) for subject in Subject}
    entries, ids = _entries(session, window)
    parts: dict[str, list[bytes]] = {
        "inputs": [canonical(_inputs(session, period, window, by))],
        **{figures_part(subject): [canonical(found)] for subject, found in rows.items()},
        **{entries_part(counted): [rows_as_bytes(some) for some in found] for counted, found in entries.items()},
        "cases": [rows_as_bytes(some) for some in _cases(session, ids)],
        EXEMPT: [rows_as_bytes([[one.number] for one in queries.exempt_handlings(session, window)])],
    }
    inputs = _versions(session, by)
    if against is not None:
        before = Before(session, period.name, against)
        parts["diff"] = [canonical(before.difference(rows, entries, inputs))]
    chunks = tuple(
        Chunk(part, place, sha256(content), packed(content))
        for part, contents in parts.items()
        for place, content in enumerate(contents)
    )
    return Freeze(now, inputs, chunks)


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


def _frozen_rows(rows: Iterable[Row], subject: Subject) -> dict[str, Any]:
    """The rows by key. Of people nothing but the id is frozen: a name is shown as long as it may be."""
    return {
        row.key: {
            **({} if subject in PEOPLE else {"code": row.code, "name": row.name}),
            "figures": {name: figure_row(figure) for name, figure in row.figures.items()},
            "placed": row.placed,
        }
        for row in rows
    }


def _entries(session: Session, window: Window) -> tuple[dict[Counted, list[list[Frozen]]], dict[str, str]]:
    """(chunks of entries by kind, ids of their cases by number)."""
    found: dict[Counted, list[list[Frozen]]] = {counted: [] for counted in Counted}
    ids: dict[str, str] = {}
    for some in queries.all_entries(session, window):
        kinds: dict[Counted, list[Frozen]] = defaultdict(list)
        for counted, row, case_id in some:
            kinds[counted].append(row)
            ids[row.number] = case_id
        for counted, rows in kinds.items():
            found[counted].append(rows)
    return found, ids


def _cases(session: Session, ids: Mapping[str, str]) -> Iterator[list[CaseRow]]:
    """What a list shows of these cases, in the order of their numbers."""
    numbers = iter(sorted(ids))
    while some := list(islice(numbers, CASES_AT_ONCE)):
        rows = queries.cases_of(session, {ids[number] for number in some})
        yield [_case(rows[ids[number]]) for number in some]


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


@dataclass(frozen=True, slots=True)
class Before:
    """The revision in force, against which a new freeze is compared."""

    session: Session
    period: str
    revision: int

    def difference(
        self,
        rows: Mapping[Subject, Mapping[str, Any]],
        entries: Mapping[Counted, Sequence[Sequence[Frozen]]],
        inputs: Mapping[str, Any],
    ) -> dict[str, Any]:
        """What changed, figure by figure, score by score, case by case, definition by definition."""
        moved: dict[Touched, Moved] = {}
        was: set[str] = set()
        now: set[str] = set()
        changed: set[str] = set()
        for counted, chunks in entries.items():
            old = set(self._entries(counted))
            new = {row for rows_ in chunks for row in rows_}
            moved |= moves(counted, old, new)
            was |= {row.number for row in old}
            now |= {row.number for row in new}
            changed |= {row.number for row in old ^ new}
        figures, scores = [], []
        for subject in Subject:
            before = self._json(figures_part(subject))
            after = rows[subject]
            figures += [_named(one, before, after) for one in figure_changes(subject, before, after, moved)]
            scores += [_named(one, before, after) for one in score_changes(subject, before, after)]
        cases = {"came": now - was, "went": was - now, "changed": changed & was & now}
        return {
            "against": self.revision,
            "figures": figures,
            "scores": scores,
            "cases": {name: sorted(numbers) for name, numbers in cases.items()},
            "inputs": input_changes(self._json("inputs")["versions"], inputs),
        }

    def _json(self, part: str) -> Any:
        return orjson.loads(unpacked(queries.result(self.session, self.period, self.revision, part)[0]))

    def _entries(self, counted: Counted) -> Iterator[Frozen]:
        return frozen_entries(queries.result(self.session, self.period, self.revision, entries_part(counted)))


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
