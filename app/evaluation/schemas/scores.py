"""Shapes of scores and rankings, and of what the city decides about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from app.core.schemas import Body, Integer, Number, Out, Path, Query
from app.evaluation.rules.indicators import Subject
from app.evaluation.rules.scores import Compared, Unranked
from app.evaluation.schemas.figures import FrozenQuery, SubjectOut

Amount: TypeAlias = Annotated[Number, Field(ge=-1_000_000_000, le=1_000_000_000)]
Percent: TypeAlias = Annotated[Number, Field(ge=0, le=100)]


class ScoresQuery(FrozenQuery):
    compare: Compared | None = Field(None, description="previous: the period before (环比); year_before: 同比")


class ScoreListQuery(ScoresQuery):
    code: str | None = Field(None, max_length=80, description="Only this one: its code, or user name")


class RankingQuery(ScoresQuery):
    group: str | None = Field(None, max_length=40, description="Code of a peer group; left out: all of them")


class GradeRefOut(Out):
    code: str
    colour: str


class ScoredPartOut(Out):
    indicator: str
    weight: float
    numerator: int | None
    denominator: int | None
    value: float | None
    points: float | None = Field(description="0 to 100; null: nothing to count, left out of the score")


class RankComparedOut(Out):
    """How a score stands against another period. Null where either is nothing."""

    period: str
    score: float | None
    change: float | None = Field(description="In points")
    rank: int | None
    moved: int | None = Field(description="Ranks risen (above 0) or fallen, within the same peer group")


class RankedOut(Out):
    """A subject's score and rank. `score` null: nothing to score (无数据)."""

    subject: SubjectOut
    group: str = Field(description="Code of the peer group")
    score: float | None
    grade: GradeRefOut | None
    rank: int | None
    of: int = Field(description="So many of the group are ranked")
    tied: bool = Field(description="Others have the same rank (并列)")
    unranked: Unranked | None = Field(description="Why there is no rank: nothing to score, or too small a sample")
    sample: int = Field(description="The largest number that was counted for one of the parts")
    minimum_sample: int
    compared: RankComparedOut | None = Field(None, description="Only where `compare` was asked for")


class ScoredOut(RankedOut):
    weight: float = Field(description="What the parts that count weigh together; below 1 the rest was left out")
    left_out: list[str] = Field(description="Indicators of parts with nothing to count")
    parts: list[ScoredPartOut]


class ScoredHeadOut(Out):
    period: str
    as_of: datetime
    revision: int | None = Field(description="Null: not published, as of `as_of`")
    definition: int = Field(description="Version of the score's definition")


class ScoresOut(ScoredHeadOut):
    items: list[ScoredOut]


class RankingOut(ScoredHeadOut):
    items: list[RankedOut]


class SubjectPath(Path):
    subject: Subject


class VersionQuery(Query):
    version: int | None = Field(None, ge=1, le=1_000_000, description="Left out: the one in force")


class LinearBody(Body):
    """No points at `zero`, 100 at `full`, in proportion between; `zero` may be the larger one."""

    kind: Literal["linear"]
    zero: Amount
    full: Amount


class StepBody(Body):
    at_least: Amount
    points: Percent


class StepsBody(Body):
    """So many points from so much on; below the first step none."""

    kind: Literal["steps"]
    steps: list[StepBody] = Field(min_length=1, max_length=20)


class PartBody(Body):
    indicator: str = Field(max_length=80)
    weight: Number = Field(gt=0, le=1, description="Share of 1 with at most 4 places; all together make exactly 1")
    mapping: LinearBody | StepsBody = Field(discriminator="kind")


class CompositeIn(Body):
    """What a score is made of."""

    parts: list[PartBody] = Field(min_length=1, max_length=20)
    minimum_sample: Integer = Field(ge=0, le=1_000_000, description="Who has less is shown without a rank")


class GradeBody(Body):
    code: str = Field(min_length=1, max_length=8)
    colour: Literal["green", "blue", "yellow", "red", "black"]
    at_least: Percent


class GradesIn(Body):
    """The grades, the best one first; the last one begins at 0."""

    grades: list[GradeBody] = Field(min_length=1, max_length=5)


class GroupBody(Body):
    subject: Subject
    code: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    name: str = Field(min_length=1, max_length=80)
    members: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(max_length=5_000)


class PeersIn(Body):
    """Who is compared with whom; who is in no group is in `default`."""

    groups: list[GroupBody] = Field(max_length=200)


class DefinitionOut(Out):
    name: str
    version: int
    in_force: bool
    made_at: datetime


class DefinitionsOut(Out):
    items: list[DefinitionOut]


class CompositeOut(DefinitionOut):
    parts: list[PartBody]
    minimum_sample: int


class GradesOut(DefinitionOut):
    grades: list[GradeBody]


class PeersOut(DefinitionOut):
    groups: list[GroupBody]
