"""Shapes of requests and answers about tables as files and the record of changes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask_openapi3 import FileStorage
from pydantic import AfterValidator, Field

from app.administration.rules.comparing import Mode
from app.core.audit import DEEDS, known_action
from app.core.paging import PageQuery
from app.core.schemas import Body, Id, Instant, Out, Path


class TablePath(Path):
    table: str = Field(max_length=40, description="Its name, as in GET /administration/tables")


class TableColumnOut(Out):
    name: str
    label: str = Field(description="Its Chinese name, which a file's head row may say instead")
    kind: str = Field(description="text, code, username, number, whole, flag, day, instant, words or hours")
    key: bool = Field(description="Together with the other keys it names the row")
    required: bool = Field(description="Never empty")
    fixed: bool = Field(description="Stays as it is in a row that is there")
    allowed: list[str] = Field(description="The values that it may have; empty: any of its kind")
    longest: int
    empty: str = Field(description="What an empty cell means")
    help_zh: str
    help_en: str


class TableOut(Out):
    name: str
    label: str
    help_zh: str
    help_en: str
    ends: bool = Field(description="Whether rows that the file of a replacement lacks end; else they are a fault")
    ending_zh: str = Field(description="What becomes of them")
    ending_en: str
    columns: list[TableColumnOut]


class TablesOut(Out):
    items: list[TableOut]


class TableForm(Body):
    """A table as a file."""

    file: FileStorage = Field(description="CSV in UTF-8 or GB18030, or XLSX; at most 32 MiB and 200 000 rows")
    dry_run: bool = Field(default=True, description="Only say what it would change")
    mode: Literal["merge", "replace"] = Field(
        "merge", description="What becomes of rows that the file lacks: they stay, or they end"
    )


class TableFaultOut(Out):
    row: int | None = Field(description="As the spreadsheet numbers it, the head is 1; null: not in the file")
    column: str | None
    detail: str


class TableDifferenceOut(Out):
    key: dict[str, str]
    column: str
    before: str | None = Field(description="null: a new row")
    after: str | None = Field(description="null: a row that ends")


class TableImportOut(Out):
    table: str
    dry_run: bool
    mode: Mode
    rows: int
    added: int
    changed: int
    ended: int
    unchanged: int
    faults: list[TableFaultOut] = Field(description="At most 200")
    differences: list[TableDifferenceOut] = Field(description="At most 500")


def _is_action(text: str) -> str:
    if not known_action(text):
        kind = text.partition(".")[0]
        deeds = ", ".join(f"{kind}.{deed}" for deed in sorted(DEEDS.get(kind, ())))
        message = f"nothing is written down under {text!r}; there is {deeds or ', '.join(sorted(DEEDS))}"
        raise ValueError(message)
    return text


class AdminChangesQuery(PageQuery):
    action: Annotated[str, AfterValidator(_is_action)] | None = Field(
        None,
        max_length=80,
        pattern=r"^[a-z_]+(\.[a-z_]+)?$",
        description="A deed such as organization.create, or a kind such as organization with all its deeds",
    )
    subject: str | None = Field(None, min_length=1, max_length=300, description="Such as organization:310101")
    actor: str | None = Field(
        None, min_length=1, max_length=200, description="Id or user name; `system` for command line and system"
    )
    since: str | None = Field(None, alias="from", description="An instant, or a day of the city")
    until: str | None = Field(None, alias="to", description="Before this instant, or up to the end of this day")


class AdminActorOut(Out):
    id: Id
    username: str | None = Field(description="null: unknown by now")
    name: str | None


class AdminChangeOut(Out):
    id: Id
    at: Instant
    actor: AdminActorOut | None = Field(description="null: the command line or the system")
    action: str
    subject: str
    detail: dict[str, Any] = Field(description="What changed, mostly `before` and `after`; nothing personal")


class AdminChangesOut(Out):
    items: list[AdminChangeOut]
    next_cursor: str | None


class PersonalReadsQuery(PageQuery):
    what: Literal["report_caller", "track"] | None = Field(
        None, description="report_caller: who rang; track: where an officer went"
    )
    subject: Id | None = Field(None, description="The report or the shift")
    user: str | None = Field(None, min_length=1, max_length=200, description="Who was shown it: id or user name")
    since: str | None = Field(None, alias="from", description="An instant, or a day of the city")
    until: str | None = Field(None, alias="to", description="Before this instant, or up to the end of this day")


class ReadSubjectOut(Out):
    id: Id = Field(description="Of the report or the shift")
    report_number: str | None = Field(description="Of the report whose caller was shown")
    person: AdminActorOut | None = Field(description="Whose track was shown; nobody who rang is named here")
    started_at: Instant | None = Field(description="When their shift began")


class PersonalReadOut(Out):
    id: Id
    at: Instant
    user: AdminActorOut = Field(description="Who was shown it")
    what: str
    why: str = Field(description="What for, as they said; `live map` is the map that the desk watches")
    subject: ReadSubjectOut


class PersonalReadsOut(Out):
    items: list[PersonalReadOut]
    next_cursor: str | None
