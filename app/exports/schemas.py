"""Shapes of exports in requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, field_validator

from app.cases.rules.filters import SORTS
from app.cases.schemas import CaseFilterQuery
from app.core.schemas import Id, Out, Path
from app.exports.rules import Contents, ExportStatus, Language


class ExportCasesQuery(CaseFilterQuery):
    """Which cases are exported, in which order and language: the filters of the list."""

    sort: str = Field(SORTS[0], description=f"One of {', '.join(SORTS)}")
    lang: Language | None = Field(None, description="Of heads and words; without it that of Accept-Language")

    @field_validator("sort")
    @classmethod
    def _known_order(cls, value: str) -> str:
        if value not in SORTS:
            message = f"take one of {', '.join(SORTS)}"
            raise ValueError(message)
        return value

    def asked(self) -> dict[str, Any]:
        """What was asked, by the names of the parameters, without the language."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"lang"})


class ExportPath(Path):
    export_id: Id


class ExportProblemOut(Out):
    """Why there is no file."""

    type: str
    title: str
    detail: str


class ExportOut(Out):
    """An export as a job."""

    id: Id
    what: Contents = Field(description="Cases, or a report of GET /sla/report")
    status: ExportStatus
    progress: int = Field(description="Per cent; 100 only when it is ready")
    rows: int = Field(description="Cases that are written, steps of a report that are done")
    expected: int | None = Field(description="Cases or steps that there are; null until they are counted")
    format: Literal["csv", "xlsx", "geojson", "gpkg", "json", "pdf"]
    language: Language
    query: dict[str, Any] = Field(description="As it was asked: parameters of GET /cases or GET /sla/report")
    size_bytes: int | None
    file: str | None = Field(description="Where the file is, once it is ready; it needs the same sign-in")
    problem: ExportProblemOut | None = Field(description="Why it failed")
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime = Field(description="When the export and its file are removed")


class ExportsOut(Out):
    items: list[ExportOut] = Field(description="Mine, newest first, at most 50")
