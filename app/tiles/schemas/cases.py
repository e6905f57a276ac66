"""Shapes of tiles of cases, and of the same as a table."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from app.cases.schemas import CaseFilterQuery
from app.core.paging import PageQuery
from app.core.schemas import Integer, Out


class CaseTilesQuery(CaseFilterQuery):
    """Which cases are drawn, and how. Several values of one parameter are separated by commas."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    view: Literal["points", "cells", "heat"] = Field(
        "points", description="Points and squares with counts, outlines of areas with counts, or weights"
    )


class CaseTableQuery(PageQuery, CaseFilterQuery):
    """Which cases are counted, and by which areas. Several values of one parameter are separated by commas."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    level: Literal["city", "district", "street", "community", "cell"] = Field(
        "street", description="Of the areas in which they are counted"
    )


class CaseCountOut(Out):
    code: str
    name: str | None
    level: Literal["city", "district", "street", "community", "cell"] | None
    open: Integer
    green: Integer
    yellow: Integer
    red: Integer
    grey: Integer
    ended: Integer
    count: Integer


class CaseTotalOut(Out):
    open: Integer
    green: Integer
    yellow: Integer
    red: Integer
    grey: Integer
    ended: Integer
    count: Integer


class CaseTableOut(Out):
    """Cases by area, in the order of codes; a case in a gap of the grid counts for the smallest area around it."""

    items: list[CaseCountOut]
    total: CaseTotalOut
    next_cursor: str | None
