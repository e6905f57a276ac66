"""Shapes of the catalogue in requests and answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from app.catalog.rules import Kind, Unit
from app.core.paging import PageQuery
from app.core.schemas import Body, Flag, Id, Instant, Integer, Number, Out, Patch, Path


class TypeRef(Body):
    """A type as clients name it: the same digits mean different things in different schemes and kinds."""

    scheme: str = Field(min_length=1, max_length=100, examples=["GB/T 47678.5-2026"])
    kind: Kind = Field(examples=["matter"])
    code: str = Field(min_length=1, max_length=20, examples=["06010"])


class TypesQuery(PageQuery):
    """Which types are asked for; what is left out does not narrow."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)

    scheme: str | None = Field(None, max_length=100, description="The code table, such as GB/T 47678.5-2026")
    kind: Kind | None = Field(None, description="Parts (部件) or matters (事项)")
    class_code: str | None = Field(None, alias="class", max_length=20, description="Code of the class")
    q: str | None = Field(None, min_length=1, max_length=100, description="Part of a name or class name, or a code")


class ConditionOut(Out):
    id: Id
    text: str
    limit: float = Field(description="In `unit`; 15 minutes are 0.25 urgent_hour")
    unit: Unit
    close_text: str


class TypeOut(Out):
    id: Id
    scheme: str
    kind: Kind
    code: str
    name: str
    class_code: str
    class_name: str
    conditions: list[ConditionOut]


class TypesPage(Out):
    items: list[TypeOut]
    next_cursor: str | None


Words = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^\S[\s\S]*$")]
Amount = Annotated[Number, Field(gt=0, le=10_000, description="In `unit`; 15 minutes are 0.25 urgent_hour")]


class TypePath(Path):
    type_id: Id


class ConditionPath(Path):
    condition_id: Id


class TypePatch(Patch):
    """What is left out stays as it is."""

    name: Words | None = None
    self_handle_allowed: Flag | None = Field(None, description="An inspector may fix it on the spot")


class TypeDetailOut(TypeOut):
    self_handle_allowed: bool


class NewConditionIn(Body):
    text: Words = Field(description="When a case is filed under it")
    limit: Amount
    unit: Unit
    close_text: Words = Field(description="What must be so before the case is closed")
    row: Integer | None = Field(None, ge=1, le=999, description="Its place among the type's; the next free one")


class ConditionPatch(Patch):
    """What is left out stays as it is."""

    text: Words | None = None
    limit: Amount | None = None
    unit: Unit | None = None
    close_text: Words | None = None


class ConditionDetailOut(ConditionOut):
    type: TypeRef
    row: int
    valid_from: Instant
    valid_to: Instant | None = Field(description="null while it is in force; cases filed under it keep it after that")
