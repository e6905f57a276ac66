"""Reviews that are made in the background."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.core.models import table
from app.evaluation.models import EvaluationReview
from app.evaluation.queries.figures import ENTRIES, Window, given
from app.evaluation.queries.periods import AnyRow
from app.evaluation.rules.counting import Counted

REVIEWS = table(EvaluationReview)


def reviews_of(session: Session, periods: Collection[str]) -> dict[str, AnyRow]:
    """The reviews of these periods that are made or failed, by period."""
    found = session.connection().execute(select(REVIEWS).where(REVIEWS.c.period.in_(periods)))
    return {row.period: row for row in found}


def review_of(session: Session, review_id: UUID) -> AnyRow | None:
    """A review by this start of it, locked."""
    query = select(REVIEWS).where(REVIEWS.c.id == review_id).with_for_update()
    return session.connection().execute(query).one_or_none()


def save_review(session: Session, values: Mapping[str, Any]) -> None:
    """Make this the review of its period that is made."""
    changed = {name: value for name, value in values.items() if name != "period"}
    query = upsert(REVIEWS).values(dict(values)).on_conflict_do_update(index_elements=["period"], set_=changed)
    session.connection().execute(query)


def change_review(session: Session, review_id: UUID, values: Mapping[str, Any]) -> bool:
    """Say how far a review is; false where another start of it took its place."""
    query = update(REVIEWS).where(REVIEWS.c.id == review_id).values(dict(values)).returning(REVIEWS.c.id)
    return session.connection().execute(query).one_or_none() is not None


def drop_review(session: Session, period: str) -> None:
    """The period is reviewed: nothing is made any more."""
    session.connection().execute(delete(REVIEWS).where(REVIEWS.c.period == period))


_SUBJECTS = text("""
    SELECT (SELECT count(*) FROM areas WHERE valid_to IS NULL)
         + (SELECT count(*) FROM organizations WHERE closed_at IS NULL)
         + (SELECT count(*) FROM users WHERE kind = 'staff' AND disabled_at IS NULL)""")


def size_of(session: Session, window: Window, most: int) -> tuple[int, int]:
    """(subjects that have figures, reports in a window up to a number that is enough to know)."""
    reports = text(f"WITH {ENTRIES} SELECT count(*) FROM (SELECT 1 FROM entries LIMIT :most) AS some_of_them")  # noqa: S608
    subjects = int(session.connection().execute(_SUBJECTS).scalar_one())
    counted = session.connection().execute(reports, given([Counted.REPORT], window) | {"most": most})
    return subjects, int(counted.scalar_one())
