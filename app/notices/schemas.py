"""Shapes of notices over HTTP."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.paging import PageQuery
from app.core.schemas import Body, Flag, Instant, Out, Path, Query
from app.notices.rules import LONGEST_TEXT, LONGEST_TITLE, URGENT, Channel, Occasion, Status
from app.sla.rules import Stage

EventName = Literal["case.created", "case.changed", "case.lamp", "task.assigned", "statement.ready"]


class WebhookIn(Body):
    url: str = Field(min_length=1, max_length=2000, description="https, or http inside an allowed network")
    events: list[EventName] = Field(min_length=1, max_length=10)
    area: str | None = Field(
        None,
        pattern=r"^[0-9A-Za-z]{1,40}$",
        description="The code of an area: only what lies in it is told; without it everything",
    )


class WebhookPath(Path):
    webhook_id: UUID


class DeliveryPath(WebhookPath):
    delivery_id: UUID


class DeliveriesQuery(PageQuery):
    status: Status | None = None


class WebhookOut(Out):
    id: UUID
    url: str
    events: list[EventName]
    area: str | None = Field(description="Only what lies in this area is told; null: everything")
    created_at: Instant


class NewWebhookOut(WebhookOut):
    secret: str = Field(description="Shown this once; as libraries of Standard Webhooks take it", pattern="^whsec_")


class WebhooksPage(Out):
    items: list[WebhookOut]
    next_cursor: str | None


class ChangeData(Out):
    number: str
    state: str
    version: int


class DeliveryOut(Out):
    id: UUID
    event: EventName
    data: ChangeData
    status: Status
    attempts: int
    last_status: int | None = Field(description="What the last attempt was answered with")
    last_error: str | None = Field(description="Why there was no answer")
    created_at: Instant
    tried_at: Instant | None


class DeliveriesPage(Out):
    items: list[DeliveryOut]
    next_cursor: str | None


Language = Literal["zh-CN", "en"]


class LanguageQuery(Query):
    lang: Language = Field("zh-CN", description="The language in which notices are worded")


class NoticesQuery(PageQuery):
    unread: bool = Field(default=False, description="Only those not read yet")
    lang: Language = Field("zh-CN", description="The language in which notices are worded")


class NoticePath(Path):
    notice_id: UUID


class NoticeOut(Out):
    id: UUID
    event: Occasion
    title: str
    text: str
    number: str = Field(description="The case's number")
    created_at: Instant
    read_at: Instant | None


class NoticeReminderOut(Out):
    number: str = Field(description="The case's number")
    event: Occasion
    stage: Stage
    since: Instant = Field(description="When the lamp turned, or the date of the supervision")
    due_at: Instant
    at: Instant = Field(description="When the reminder was made")


class NoticeRemindersPage(Out):
    items: list[NoticeReminderOut]
    next_cursor: str | None


class NoticeDetailOut(NoticeOut):
    reminders: NoticeRemindersPage = Field(description="Those that the notice tells of, the most urgent first")


class NoticeQuery(PageQuery):
    lang: Language = Field("zh-CN", description="The language in which the notice is worded")


class NoticesPage(Out):
    items: list[NoticeOut]
    next_cursor: str | None
    unread: int = Field(description="How many of mine are not read, on all pages")


class ContactPath(Path):
    channel: Channel


class UserPath(Path):
    user_id: UUID


class ContactIn(Body):
    address: str = Field(min_length=1, max_length=254, examples=["wang@example.org"])
    language: Language = Field("zh-CN", description="The language of what is sent there")
    wanted: list[Occasion] = Field(
        default_factory=lambda: sorted(URGENT),
        max_length=len(Occasion),
        description="What is sent there; without it what is urgent",
    )
    quiet_hours: Flag = Field(True, description="What is not urgent waits at night, from 21:00 to 8:00")


class ContactCode(Body):
    code: str = Field(pattern=r"^[0-9]{6}$", examples=["123456"])


class ContactOut(Out):
    channel: Channel
    address: str
    language: Language
    wanted: list[Occasion]
    quiet_hours: bool
    verified_at: Instant | None = Field(description="null: a code was sent there and is not confirmed")


class ContactsOut(Out):
    items: list[ContactOut]


class TemplatePath(Path):
    event: Occasion
    language: Language
    audience: Literal["staff", "citizen"]


class TemplateIn(Body):
    title: str = Field(min_length=1, max_length=LONGEST_TITLE, pattern=r"^[^\x00]*$")
    text: str = Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"^[^\x00]*$")


class MessageOut(Out):
    title: str
    text: str


class TemplateOut(MessageOut):
    event: Occasion
    language: Language
    audience: Literal["staff", "citizen"]
    version: int = Field(description="0 as long as nobody changed it")
    changed_at: Instant | None
    shipped: MessageOut
    placeholders: list[str] = Field(description="What it may name between braces")


class TemplatesOut(Out):
    items: list[TemplateOut]
