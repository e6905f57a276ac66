"""Shapes of the catalogue in requests and answers."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from app.catalog.rules import Kind, Unit
from app.core.paging import PageQuery
from app.core.schemas import Body, Id, Out


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
