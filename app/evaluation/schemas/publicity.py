"""Shapes of what everybody may see."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import Field, field_validator

from app.core.schemas import Body, Day, Integer, Out, Query
from app.evaluation.schemas.figures import PERIOD
from app.evaluation.schemas.scores import DefinitionOut, GradeBody, RankedOut

ShownSubject: TypeAlias = Literal["district", "street", "community", "unit"]


class PublicityBody(Body):
    """What of the published rankings everybody may see."""

    subjects: list[ShownSubject] = Field(default_factory=list, max_length=4, description="None: nothing is public")
    since: Day | None = Field(None, description="Only of periods that begin on this day or later")

    @field_validator("subjects")
    @classmethod
    def each_once(cls, value: list[ShownSubject]) -> list[ShownSubject]:
        if len(set(value)) < len(value):
            message = "name each kind once"
            raise ValueError(message)
        return value


class PublishingIn(Body):
    earliest_days: Integer = Field(ge=0, le=366, description="Days after the end of a period")
    public: PublicityBody = Field(default_factory=PublicityBody)


class PublishingOut(DefinitionOut):
    earliest_days: int
    public: PublicityBody = Field(default_factory=PublicityBody)


class PublicRankingQuery(Query):
    period: str = Field(max_length=10, description=PERIOD)
    subject: ShownSubject


class PublicPeriodOut(Out):
    """The revision in force of a published period."""

    period: str
    revision: int
    as_of: datetime
    published_at: datetime
    sha256: str = Field(description="What the whole revision is sealed with")


class PublicPeriodsOut(Out):
    subjects: list[ShownSubject] = Field(description="Whose rankings are public; none: none are")
    items: list[PublicPeriodOut] = Field(description="The newest first")


class PublicGroupOut(Out):
    code: str
    name: str | None = Field(description="Null: all who are in no group of their own")


class PublicPartOut(Out):
    indicator: str
    weight: float


class PublicRankingOut(PublicPeriodOut):
    """A ranking as it was published, with what it was made by."""

    subject: ShownSubject
    reason: str | None = Field(description="Why it was revised; null for the first revision")
    groups: list[PublicGroupOut]
    grades: list[GradeBody]
    parts: list[PublicPartOut] = Field(description="What the score is made of")
    minimum_sample: int
    items: list[RankedOut] = Field(description="Group by group, the first ones first")
