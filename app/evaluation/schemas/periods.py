"""Shapes of periods, from open to published."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from app.core.schemas import Body, Id, Out, Path, Query
from app.evaluation.rules.freezing import PeriodState
from app.evaluation.rules.indicators import Subject
from app.evaluation.rules.reviewing import ReviewState
from app.evaluation.schemas.figures import PERIOD, SubjectOut


class PeriodPath(Path):
    period: str = Field(max_length=10, description=PERIOD)


class PeriodsQuery(Query):
    year: int | None = Field(None, ge=2000, le=2200, description="Of the city's calendar; left out: this one")


class PeriodQuery(Query):
    revision: int | None = Field(None, ge=1, le=10_000, description="Left out: the one in force")


class ReviewIn(Body):
    """Nothing to say."""


class ReviseIn(Body):
    reason: str = Field(min_length=1, max_length=500, description="Why the published figures change")


class PersonRefOut(Out):
    id: Id
    name: str


class ReckoningProblemOut(Out):
    type: str
    title: str
    detail: str


class StaleOut(Out):
    """Granted appeals of handlings that the revision in force counts: a new revision would take them out."""

    figures: int
    cases: int


class ReckoningOut(Out):
    """A review of a large city on its way. `state` of the period is review meanwhile, without anything to publish."""

    state: ReviewState
    progress: int = Field(description="Per cent")
    asked_at: datetime
    by: PersonRefOut
    again: bool = Field(description="It failed, or was not heard of for minutes: ask for the review again")
    problem: ReckoningProblemOut | None = Field(description="Why it failed")


class PeriodOut(Out):
    period: str
    state: PeriodState
    version: int = Field(description="For If-Match; 0: nobody has reviewed it")
    ready_at: datetime = Field(description="From then on it may be reviewed")
    revision: int | None = Field(description="The one in force")
    as_of: datetime | None = Field(description="View instant of the revision in force")
    published_at: datetime | None
    stale: StaleOut | None = Field(description="Null before the first revision")
    reckoning: ReckoningOut | None = Field(description="A review that the worker makes, or could not make")


class PeriodsOut(Out):
    items: list[PeriodOut]


class FrozenFigureOut(Out):
    numerator: int | None
    denominator: int | None
    value: float | None
    exempt: int
    deferred: int


class FigureChangeOut(Out):
    """A figure that changed. `came` and `went`: the cases by their side of it."""

    kind: Subject
    subject: SubjectOut
    indicator: str
    old: FrozenFigureOut | None
    new: FrozenFigureOut | None
    came: dict[str, list[str]]
    went: dict[str, list[str]]


class ScoreStandingOut(Out):
    score: float | None
    grade: str | None
    rank: int | None
    group: str


class ScoreChangeOut(Out):
    kind: Subject
    subject: SubjectOut
    old: ScoreStandingOut | None
    new: ScoreStandingOut | None


class CaseChangesOut(Out):
    came: list[str]
    went: list[str]
    changed: list[str]


class InputChangeOut(Out):
    name: str
    old: int | None
    new: int | None


class DiffOut(Out):
    """What a revision changed of the one before."""

    against: int
    figures: list[FigureChangeOut]
    scores: list[ScoreChangeOut]
    cases: CaseChangesOut
    inputs: list[InputChangeOut]


class InputsOut(Out):
    indicators: int
    definitions: dict[str, int]
    calendars: dict[str, int]


class ReviewOut(Out):
    """A review that waits for somebody else to publish it."""

    as_of: datetime
    by: PersonRefOut
    inputs: InputsOut
    diff: DiffOut | None = Field(description="Null before the first revision, and for whoever sees not the whole city")
    proposed_reason: str | None = Field(
        description="What a revision may give as its reason, in the accepted language: the appeals granted since. "
        "Null where there is none, and for whoever sees not the whole city"
    )


class RevisionOut(Out):
    revision: int
    as_of: datetime
    reason: str | None
    reviewed_by: PersonRefOut
    reviewed_at: datetime
    published_by: PersonRefOut
    published_at: datetime
    sha256: str


class RevisionDetailOut(RevisionOut):
    inputs: InputsOut
    parts: dict[str, list[str]] = Field(description="SHA-256 of each chunk of each part that was frozen")
    diff: DiffOut | None = Field(description="Null of the first one, and for whoever sees not the whole city")


class PeriodDetailOut(PeriodOut):
    review: ReviewOut | None
    revisions: list[RevisionOut]
    shown: RevisionDetailOut | None = Field(description="The revision asked for, or in force")
