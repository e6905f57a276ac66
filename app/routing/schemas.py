"""Shapes of routing in requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.catalog.schemas import TypeRef
from app.core.paging import PageQuery
from app.core.schemas import Body, Day, Id, Out, Query
from app.grid.schemas import LevelWord, PositionIn
from app.routing.rules import Ground, Target

_NO_NUL = r"^[^\x00]+$"


class ExplainIn(Body):
    """What would happen to a case of this type at this place."""

    type: TypeRef
    position: PositionIn
    part_code: str | None = Field(None, min_length=1, max_length=80, pattern=r"^[^\x00]+$", description="Of the part")
    on: Day | None = Field(None, description="A day of the city; today where it is left out")


class OwnerOut(Out):
    id: Id
    code: str
    name: str


class TraceOut(Out):
    """Somebody who could answer: whether it matched, whether it won, and why."""

    rule: str = Field(description="The rule's id, or part_owner, shopfront, territory")
    matched: bool
    specificity: int = Field(description="The higher, the sooner: types before ground, 0 is the territory")
    won: bool
    why: str
    why_zh: str
    source: Literal["part_owner", "shopfront", "rule", "territory"]
    lead: OwnerOut | None
    for_: str | None = Field(None, alias="for", description="What types and ground, which part or which contract")
    for_zh: str | None = None
    valid_from: Day | None = None
    valid_to: Day | None = Field(None, description="The first day it no longer holds")
    version: int | None = Field(None, description="Of the set of rules it came with")
    auto: bool | None = None
    branch_of: OwnerOut | None = Field(None, description="The organisation that the rule names, where a branch answers")


class RoutingOut(Out):
    lead: OwnerOut | None
    helpers: list[OwnerOut]
    auto: bool = Field(description="The router dispatches by itself")
    version: int = Field(description="Of the set of rules in force")
    trace: list[TraceOut]


class CoverageQuery(Query):
    """The day that is asked about."""

    on: Day | None = Field(None, description="A day of the city; today where it is left out")


class GapType(Out):
    scheme: str
    kind: Literal["part", "matter"]
    code: str
    name: str


class GapAreaOut(Out):
    code: str
    name: str
    level: LevelWord
    cells: int


class GapOut(Out):
    """Types that have no rule on the same ground."""

    types: list[GapType]
    cells: int = Field(description="Cells without a rule for these types")
    nobody: int = Field(description="Those of them whose street has no territory either: nobody answers")
    area_count: int = Field(description="How many areas make up the ground, the largest whole ones")
    areas: list[GapAreaOut] = Field(description="The first twenty of them")


class CoverageOut(Out):
    """Pairs of a type and a cell: all, those without a rule, those where nobody answers."""

    on: Day
    version: int = Field(description="Of the set of rules in force")
    types: int
    cells: int
    pairs: int
    without: int = Field(description="Pairs where only the street's territory answers, or nobody")
    nobody: int
    items: list[GapOut] = Field(description="The widest gaps first")


class RulesQuery(PageQuery):
    """Which rules are asked for: all of the version in force, where nothing else is said."""

    version: int | None = Field(None, ge=0, description="An older set of rules; left out: the one in force")
    on: Day | None = Field(None, description="Only those that hold on this day of the city")
    type: str | None = Field(
        None, max_length=80, pattern=_NO_NUL, description="For this type: code, or scheme|kind|code"
    )
    area: str | None = Field(None, max_length=15, pattern=r"^\d+$", description="For this area, or one inside it")
    organization: str | None = Field(
        None, max_length=80, pattern=_NO_NUL, description="That leads or helps: id or code"
    )


class RuleOut(Out):
    """A responsibility rule. `code` is the type's or the class's; it and `place` are empty where it is for any."""

    id: Id
    target: Target
    scheme: str
    kind: str
    code: str
    ground: Ground
    place: str
    for_: str = Field(alias="for", description="What types and ground, in words")
    for_zh: str
    specificity: int
    lead: OwnerOut
    helpers: list[OwnerOut]
    auto: bool
    valid_from: Day | None
    valid_to: Day | None = Field(description="The first day it no longer holds")
    version: int = Field(description="The set of rules it came with")
    retired_in: int | None = Field(description="The first set of rules without it")


class RulesPage(Out):
    version: int = Field(description="Of the set of rules that is shown")
    items: list[RuleOut]
    next_cursor: str | None


class ByOut(Out):
    id: Id
    name: str


class VersionOut(Out):
    version: int
    at: datetime
    added: int
    retired: int
    by: ByOut | None = Field(description="null: by the command line, or not known")


class VersionsPage(Out):
    items: list[VersionOut]
    next_cursor: str | None
