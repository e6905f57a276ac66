"""Figures for people: indicators of every subject, as of an instant, and the cases behind each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.clock import to_rfc3339
from app.evaluation import queries
from app.evaluation.errors import FiguresNotReady, SubjectNotFound
from app.evaluation.queries.figures import BehindRow, Overlay, Window
from app.evaluation.rules.counting import Mark
from app.evaluation.rules.indicators import (
    AREAS,
    INDICATORS,
    QUANTILES,
    Figure,
    Form,
    Indicator,
    Layout,
    Side,
    Subject,
)
from app.evaluation.service.counting import AT_ONCE, count_cases

WAITING_AT_MOST = 5_000
"""More cases than these are not counted while somebody waits: the worker is at them."""

CHANGED_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: whose figures, of which stretch of time (half-open), as of when, on whose ground.

    Shape: `prefixes` of area codes, "" for the whole city; `units` None for all.
    """

    subject: Subject
    start: datetime
    end: datetime
    at: datetime
    prefixes: tuple[str, ...]
    units: tuple[UUID, ...] | None = None


def indicators_of(
    session: Session, asked: Asked, wanted: Sequence[Indicator], *, now: datetime
) -> list[tuple[str, str, str, Mapping[str, Figure]]]:
    """(key, code, name, figures by indicator) of every subject, in the order of the codes.

    Raises: FiguresNotReady while too much waits to be counted.
    """
    return indicators_in(session, asked.subject, wanted, window_of(session, asked, now=now))


def indicators_in(
    session: Session, subject: Subject, wanted: Sequence[Indicator], window: Window
) -> list[tuple[str, str, str, Mapping[str, Figure]]]:
    """(key, code, name, figures by indicator) of every subject, in the order of the codes, from these entries."""
    layout = Layout(wanted, subject)
    counts = queries.numbers(session, subject, layout.counts, window)
    nothing = (0,) * len(layout.counts)
    times = {
        form: queries.quantile(session, subject, QUANTILES[form], window)
        for form in {one.form for one in wanted} & QUANTILES.keys()
    }
    keys = counts.keys() | queries.roster(session, subject, window)
    if subject is Subject.CITY:
        keys = {""}
    found: list[tuple[str, str, str, Mapping[str, Figure]]] = []
    for key, (code, name) in sorted(names_of(session, subject, keys).items(), key=lambda one: one[1]):
        quantiles = {form: measured.get(key) for form, measured in times.items()}
        figures = layout.figures(counts.get(key, nothing), quantiles)
        found.append((key, code, name, figures))
    return found


def cases_behind(
    session: Session, asked: Asked, indicator: Indicator, code: str, side: Side, *, now: datetime
) -> list[dict[str, Any]]:
    """The cases on one side of a figure, in the order of the instants that count them, each once for each entry.

    Raises: SubjectNotFound, FiguresNotReady.
    """
    window = window_of(session, asked, now=now)
    key = _key(session, asked.subject, code, window)
    behind = queries.entries_behind(session, asked.subject, key, indicator.counted_for(asked.subject), window)
    return shown_cases(session, [entry for entry in behind if side in indicator.side(Mark(entry[1]))])


def shown_cases(session: Session, listed: Sequence[BehindRow]) -> list[dict[str, Any]]:
    """What is shown of the case of each entry."""
    cases = queries.cases_of(session, {case_id for case_id, *_ in listed})
    return [_item(cases[case_id], Mark(marks), at, value) for case_id, marks, at, value in listed]


def window_of(session: Session, asked: Asked, *, now: datetime) -> Window:
    """Which entries count, with those of cases that are kept as of another instant counted anew.

    Raises: FiguresNotReady.
    """
    overlay = overlay_at(session, asked.at, now=now)
    return Window(asked.start, asked.end, asked.at, asked.prefixes, asked.units, overlay)


def overlay_at(session: Session, at: datetime, *, now: datetime) -> Overlay:
    """The cases whose kept entries are not those of this instant, with what theirs are.

    Those that changed since they were counted; for an earlier instant also those that went on after it, and what
    hangs on them.
    """
    ids = queries.waiting(session, WAITING_AT_MOST + 1)
    if len(ids) > WAITING_AT_MOST:
        raise FiguresNotReady("Many cases are being counted at the moment: try again in a minute.", retry_after_s=60)
    if ids:
        ids |= queries.repeated_by(session, ids)
    if at < now:
        ids |= queries.changed_since(session, at, CHANGED_AT_MOST + 1) | queries.repeated_lately(session, at)
    if len(ids) > CHANGED_AT_MOST:
        raise FiguresNotReady("Too many cases went on since then: ask for a later instant.", retry_after_s=60)
    if not ids:
        return Overlay()
    ids = queries.with_merged(session, ids)
    rows, listed = [], sorted(ids)
    for start in range(0, len(listed), AT_ONCE):
        counted = count_cases(session, listed[start : start + AT_ONCE], at if at < now else None, now)
        rows += [queries.row_of(case.known, entry) for case in counted for entry in case.entries]
    return Overlay(ids, rows)


TABLES: Mapping[Subject, str] = {
    **dict.fromkeys(AREAS, "areas"),
    Subject.UNIT: "organizations",
}


def names_of(session: Session, subject: Subject, keys: Collection[str]) -> dict[str, tuple[str, str]]:
    """(code, name) by key; an area that is no longer known keeps its code."""
    if subject is Subject.CITY:
        return {"": queries.city(session)}
    names = queries.named(session, TABLES.get(subject, "users"), keys)
    return {key: names.get(key, (key, key)) for key in keys}


def _key(session: Session, subject: Subject, code: str, window: Window) -> str:
    key = queries.key_of(session, subject, code)
    if key is None or not _covered(session, subject, key, window):
        raise SubjectNotFound(f"There is no {subject.value} {code} whose figures you may see.")
    return key


def _covered(session: Session, subject: Subject, key: str, window: Window) -> bool:
    """Whether it is one of the subjects that are shown; people who neither work nor did anything there are not."""
    if subject in AREAS:
        return any(key.startswith(prefix) or prefix.startswith(key) for prefix in window.prefixes)
    if subject is Subject.UNIT:
        return window.units is None or UUID(key) in window.units
    kinds = {one.counted_for(subject) for one in wanted_indicators(subject, ())}
    there = key in queries.roster(session, subject, window)
    return there or queries.is_counted(session, subject, key, kinds, window)


def _item(case: Any, marks: Mark, at: datetime, value: int | None) -> dict[str, Any]:
    return {
        "number": case.number,
        "state": case.state,
        "type": None
        if case.code is None
        else {name: getattr(case, name) for name in ("scheme", "kind", "code", "name")},
        "cell": case.filed_cell,
        "source": case.source,
        "owner": None if case.owner_code is None else {"code": case.owner_code, "name": case.owner_name},
        "opened_at": to_rfc3339(case.opened_at),
        "closed_at": None if case.closed_at is None else to_rfc3339(case.closed_at),
        "counted_at": to_rfc3339(at),
        "value": value,
        "forced": bool(marks & Mark.FORCED),
    }


def wanted_indicators(subject: Subject, names: Iterable[str]) -> list[Indicator]:
    """The indicators by these names that the subject has; all of them where none is named.

    Raises: KeyError for a name that is none, or none of this subject.
    """
    chosen = list(names) or [one.name for one in INDICATORS.values() if subject in one.subjects]
    found = [INDICATORS[name] for name in chosen]
    for one in found:
        if subject not in one.subjects and subject is not Subject.CITY:
            raise KeyError(one.name)
    return found


__all__ = ["Asked", "Form", "cases_behind", "indicators_of", "overlay_at", "wanted_indicators", "window_of"]
