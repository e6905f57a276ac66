"""Figures, scores and lists of cases as they were published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session

from app.core.clock import to_rfc3339
from app.core.db import read_unit
from app.core.http import json_response
from app.evaluation import service
from app.evaluation.rules.indicators import Figure, Indicator, Subject
from app.evaluation.schemas import IndicatorCasesQuery
from app.evaluation.service import Asked, Ground, Row
from app.evaluation.views.comparing import parsed_period

Revision = SqlRow[*tuple[Any, ...]]


def find(session: Session, period: str, revision: int) -> Revision:
    """A revision of a period.

    Raises: RevisionNotFound.
    """
    return service.find_revision(session, parsed_period(period), revision)


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
    mine = service.seen(session, subject, Ground(asked.prefixes, asked.units), span, revision.as_of)
    return [row for row in service.rows_of(session, revision, subject) if mine(row.key)]


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
    then = service.published_before(session, other, revision.published_at)
    return [] if then is None else figures(session, then, asked, wanted)


def cases_answer(query: IndicatorCasesQuery, asked: Asked) -> Response:
    """The cases behind a figure of a revision.

    Raises: RevisionNotFound, SubjectNotFound.
    """
    ground = Ground(asked.prefixes, asked.units)
    with read_unit() as session:
        revision = find(session, query.period, query.revision or 0)
        key = service.key_in(rows(session, revision, query.subject, asked), query.subject, query.subject_code)
        wanted = (query.subject, key, query.indicator, query.side)
        items = service.cases_of_revision(session, revision, wanted, ground)
    return json_response(head(revision) | {"items": items})
