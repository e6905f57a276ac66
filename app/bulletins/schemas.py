"""Shapes of bulletins in requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, field_validator

from app.bulletins.rules import SUBJECTS, BulletinFormat, BulletinState, Language
from app.core.schemas import Body, Flag, Id, Integer, Out, Path, Query
from app.evaluation.rules.indicators import Subject
from app.evaluation.schemas.figures import PERIOD

Short = Annotated[str, Field(min_length=1, max_length=200)]
Long = Annotated[str, Field(min_length=1, max_length=1_000)]
Heading = Annotated[str, Field(min_length=1, max_length=100)]
Paragraphs = Annotated[list[Long], Field(min_length=1, max_length=20)]


class BulletinsPath(Path):
    period: str = Field(max_length=10, description=PERIOD)


class BulletinPath(BulletinsPath):
    bulletin_id: Id


class BulletinIn(Body):
    """Which bulletin is wanted."""

    format: BulletinFormat
    revision: Integer | None = Field(None, ge=1, le=10_000, description="Left out: the one in force")
    draft: Flag = Field(False, description="Made of what is in review, marked as a draft for comment")
    language: Language = Language.CHINESE
    serial: Integer | None = Field(
        None, ge=1, le=99_999, description="Its number in the office's own register; left out: room is left for it"
    )


class BulletinProblemOut(Out):
    """Why there is no file."""

    type: str
    title: str
    detail: str


class BulletinOut(Out):
    """A bulletin as a job, and its file."""

    id: Id
    period: str
    revision: int = Field(description="Of a draft the one that it would be")
    draft: bool
    format: BulletinFormat
    language: Language
    serial: int | None
    template: int = Field(description="Version of the texts; 0 came with the product")
    state: BulletinState
    progress: int = Field(description="Per cent; 100 only when it is ready")
    name: str = Field(description="What its file is called")
    bytes: int | None
    sha256: str | None = Field(description="Of the file")
    file: str | None = Field(description="Where the file is, once it is ready; it needs the same sign-in")
    problem: BulletinProblemOut | None = Field(description="Why it failed")
    asked_at: datetime
    made_at: datetime | None


class BulletinsOut(Out):
    items: list[BulletinOut] = Field(description="The newest first, at most 100")


class ScoreTextsBody(Body):
    """What is said of a peer group; each sentence only where there is something to say."""

    heading: Heading
    ranked: Long
    equal: Long
    single: Long
    nobody: Long
    grades: Long
    ties: Long
    small: Long
    no_data: Long


class SectionBody(Body):
    heading: Heading
    paragraphs: Paragraphs


class ProblemTextsBody(Body):
    """What is said of problems; each only where the figures show it, `none` where they show nothing."""

    heading: Heading
    worst: Long
    overdue: Long
    rework: Long
    none: Long


class BulletinTemplateIn(Body):
    """The texts of a bulletin. Placeholders such as {period} stand for what the figures say."""

    letterhead: Short
    issuer: Short
    number: Short = Field(description="With {serial}, such as 城管通〔{year}〕{serial}号")
    title: Short
    addressees: Long
    basis: Long
    subjects: list[Subject] = Field(min_length=1, max_length=4, description="Whose scores it has, in this order")
    scores: ScoreTextsBody
    overall: SectionBody
    problems: ProblemTextsBody
    demands: SectionBody
    copies: Long

    @field_validator("subjects")
    @classmethod
    def _no_people(cls, value: list[Subject]) -> list[Subject]:
        if set(value) - set(SUBJECTS):
            message = f"take of {', '.join(SUBJECTS)}: a bulletin is sent to everybody and scores nobody by name"
            raise ValueError(message)
        return value


class BulletinTemplateQuery(Query):
    language: Language = Field(Language.CHINESE, description="In which language the bulletin is written")
    version: int | None = Field(None, ge=0, le=1_000_000, description="0: as shipped; left out: the one in force")


class BulletinLanguageQuery(Query):
    language: Language = Field(Language.CHINESE, description="In which language the bulletin is written")


class BulletinTemplateOut(BulletinTemplateIn):
    language: Language
    version: int = Field(description="For If-Match; 0 came with the product")
    in_force: bool
    made_at: datetime | None = Field(description="Null: it came with the product")
    placeholders: dict[str, list[str]] = Field(description="Which placeholders each text may hold, by its place")
