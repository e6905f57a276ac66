"""Shapes of notices over HTTP."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.core.paging import PageQuery
from app.core.schemas import Body, Instant, Out, Path, Query
from app.notices.rules import Occasion, Status

EventName = Literal["case.created", "case.changed", "case.lamp", "task.assigned"]


class WebhookIn(Body):
    url: str = Field(min_length=1, max_length=2000, description="https, or http inside an allowed network")
    events: list[EventName] = Field(min_length=1, max_length=10)


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


class NoticesPage(Out):
    items: list[NoticeOut]
    next_cursor: str | None
    unread: int = Field(description="How many of mine are not read, on all pages")
