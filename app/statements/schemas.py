"""Shapes of statements."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from app.core.schemas import Body, Flag, Id, Integer, Out, Path
from app.notices.rules import Channel, normal_address
from app.statements.rules import DeliveryState, Every, Form, Time, What, fault_of_domain

MOST_EMAILS = 20
MOST_DOMAINS = 100
PARAMS = (
    "Parameters of the operation by their names, without `from`, `to`, `period`, `at`, `revision`, `format`, `limit`"
    f" and `cursor`; and `time`: one of {', '.join(Time)}, or {{from, to}} with two days"
)
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f]")]


class ScheduleIn(Body):
    """When a file is made and whom it is sent to; with neither addresses nor webhook it waits to be fetched."""

    every: Every
    at: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="In the city's zone", examples=["08:00"])
    weekday: Integer | None = Field(None, ge=1, le=7, description="Of weeks: 1 = Monday; left out: 1")
    day: Integer | None = Field(
        None, ge=1, le=31, description="Of months, and of a quarter's first month; 31: its last day; left out: 1"
    )
    emails: list[str] = Field([], max_length=MOST_EMAILS)
    webhook: Flag = Field(default=False, description="Tell webhooks that want statement.ready")
    active: Flag = True

    @field_validator("weekday")
    @classmethod
    def of_weeks(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("every") not in {None, Every.WEEK}:
            message = "only a weekly schedule has a weekday: leave it out"
            raise ValueError(message)
        return value

    @field_validator("day")
    @classmethod
    def of_months(cls, value: int | None, info: ValidationInfo) -> int | None:
        if value is not None and info.data.get("every") in {Every.DAY, Every.WEEK}:
            message = "only a monthly or quarterly schedule has a day: leave it out"
            raise ValueError(message)
        return value

    @field_validator("emails")
    @classmethod
    def addresses(cls, value: list[str]) -> list[str]:
        found = [normal_address(Channel.EMAIL, one) for one in value]
        if None in found:
            message = f"{value[found.index(None)]!r} is no mail address: write one such as wang@example.org"
            raise ValueError(message)
        return list(dict.fromkeys(one for one in found if one is not None))


class StatementIn(Body):
    name: Name
    what: What
    params: dict[str, Any] = Field({}, description=PARAMS)
    format: Form
    shared: Flag = Field(default=False, description="Everybody who reads figures may see and run it")
    schedule: ScheduleIn | None = None


class RunIn(Body):
    """Nothing to say."""


class RecipientsIn(Body):
    domains: list[str] = Field(max_length=MOST_DOMAINS, examples=[["city.example"]])

    @field_validator("domains")
    @classmethod
    def are_domains(cls, value: list[str]) -> list[str]:
        for one in value:
            if fault := fault_of_domain(one):
                message = f"{one!r}: {fault}"
                raise ValueError(message)
        return sorted(set(value))


class StatementPath(Path):
    statement_id: Id


class StatementDeliveryPath(StatementPath):
    delivery_id: Id


class StatementOwnerOut(Out):
    id: Id
    name: str


class ScheduleOut(Out):
    every: Every
    at: str
    weekday: int | None
    day: int | None
    emails: list[str] = Field(description="Masked for everybody but the owner")
    webhook: bool
    active: bool


class StatementOut(Out):
    id: Id
    name: str
    what: What
    params: dict[str, Any]
    format: Form
    shared: bool
    schedule: ScheduleOut | None
    owner: StatementOwnerOut
    mine: bool
    version: int
    next_at: datetime | None = Field(description="When it is due next")
    created_at: datetime
    changed_at: datetime


class StatementsPage(Out):
    items: list[StatementOut]
    next_cursor: str | None


class MailOut(Out):
    """A mail of a delivery."""

    recipient: str
    state: Literal["waiting", "sent", "trying", "failed"]
    sent_at: datetime | None
    error: str | None = Field(description="Why the last attempt failed, or why it stays in the outbox")


class StatementDeliveryOut(Out):
    """A due instant and what became of it."""

    id: Id
    at: datetime = Field(description="The due instant")
    period: str | None = Field(description="Of which time the file is")
    state: DeliveryState
    error: str | None
    bytes: int | None
    sha256: str | None
    file: str | None = Field(description="Where its file is fetched, as long as it is kept: 90 days")
    mails: list[MailOut]
    webhooks: int = Field(description="How many webhooks are told; their own log says how it went")
    attempts: int
    finished_at: datetime | None


class StatementDeliveriesPage(Out):
    items: list[StatementDeliveryOut]
    next_cursor: str | None


class RecipientsOut(Out):
    """To whom figures may be mailed: addresses that users confirmed as theirs always, others by their domain."""

    domains: list[str]
    version: int
    changed_at: datetime
