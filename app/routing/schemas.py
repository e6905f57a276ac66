"""Shapes of routing in requests and answers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.catalog.schemas import TypeRef
from app.core.schemas import Body, Day, Id, Out, Query
from app.grid.schemas import LevelWord, PositionIn


class ExplainIn(Body):
    """What would happen to a case of this type at this place."""

    type: TypeRef
    position: PositionIn
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
    for_: str | None = Field(None, alias="for", description="What types and ground the rule is for")
    for_zh: str | None = None
    valid_from: Day | None = None
    valid_to: Day | None = Field(None, description="The first day it no longer holds")
    version: int | None = Field(None, description="Of the set of rules it came with")
    auto: bool | None = None


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
