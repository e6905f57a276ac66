"""Figures, scores and lists of cases as they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from app.core.clock import to_rfc3339
from app.evaluation.rules.indicators import Figure, Indicator, Subject
from app.evaluation.schemas import IndicatorCasesQuery
from app.evaluation.service.asking import parsed_period
from app.evaluation.service.figures import Asked
from app.evaluation.service.frozen import Ground, cases_of_revision, key_in, published_before, rows_of, seen
from app.evaluation.service.periods import find_revision
from app.evaluation.service.scores import Row

Revision = SqlRow[*tuple[Any, ...]]


def find(session: Session, period: str, revision: int) -> Revision:
    """A revision of a period.

    Raises: RevisionNotFound.
    """
    return find_revision(session, parsed_period(period), revision)


def head(revision: Revision) -> dict[str, str]:
    """What begins an answer about indicators."""
    versions = revision.manifest["inputs"]
    return {
        "period": revision.period,
        "as_of": to_rfc3339(revision.as_of),
        "definitions": str(versions["indicators"]),
    }


def rows(session: Session, revision: Revision, subject: Subject, asked: Asked) -> list[Row]:
    """The subjects of a revision that are mine to see."""
    span: tuple[datetime, datetime] = (asked.start, asked.end)
    mine = seen(session, subject, Ground(asked.prefixes, asked.units), span, revision.as_of)
    return [row for row in rows_of(session, revision, subject) if mine(row.key)]


def figures(
    session: Session, revision: Revision, asked: Asked, wanted: Sequence[Indicator]
) -> list[tuple[str, str, str, Mapping[str, Figure]]]:
    """(key, code, name, figures by indicator) of the subjects of a revision that are mine to see."""
    names = [one.name for one in wanted]
    return [
        (row.key, row.code, row.name, {name: row.figures[name] for name in names if name in row.figures})
        for row in rows(session, revision, asked.subject, asked)
    ]


def figures_then(
    session: Session, revision: Revision, other: str, asked: Asked, wanted: Sequence[Indicator]
) -> list[tuple[str, str, str, Mapping[str, Figure]]]:
    """The figures of another period as they stood when a revision was published; none where none did."""
    then = published_before(session, other, revision.published_at)
    return [] if then is None else figures(session, then, asked, wanted)


def behind(session: Session, query: IndicatorCasesQuery, asked: Asked) -> dict[str, Any]:
    """The cases behind a figure of a revision: {period, as_of, definitions, items}.

    Raises: RevisionNotFound, SubjectNotFound.
    """
    revision = find(session, query.period, query.revision or 0)
    key = key_in(rows(session, revision, query.subject, asked), query.subject, query.subject_code)
    wanted = (query.subject, key, query.indicator, query.side)
    items = cases_of_revision(session, revision, wanted, Ground(asked.prefixes, asked.units))
    return head(revision) | {"items": items}
