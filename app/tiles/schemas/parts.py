"""Shapes of tiles of parts."""

from __future__ import annotations

from pydantic import Field

from app.core.schemas import Query


class PartTilesQuery(Query):
    """Which parts are drawn; what is left out does not narrow. Several values are separated by commas."""

    type: str | None = Field(None, max_length=2000, description="Type codes, or exactly scheme|kind|code")
    owner: str | None = Field(None, max_length=80, description="Whose they are, by id or code")
    state: str | None = Field(None, max_length=100, description="States; without any, all but the retired")
    q: str | None = Field(None, min_length=1, max_length=100, description="How codes begin, or part of a name")
