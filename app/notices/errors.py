"""What can be wrong with listening."""

from __future__ import annotations

from app.core.errors import Invalid, NotFound, Unavailable


class StreamsFull(Unavailable):
    slug = "streams-full"
    title = "Too many live streams at the moment"


class WebhookNotFound(NotFound):
    slug = "webhook-not-found"
    title = "There is no such webhook"


class DeliveryNotFound(NotFound):
    slug = "delivery-not-found"
    title = "There is no such delivery"


class BadWebhook(Invalid):
    slug = "bad-webhook"
    title = "A webhook cannot be made of this"


class NoticeNotFound(NotFound):
    slug = "notice-not-found"
    title = "There is no such notice"


class BadContact(Invalid):
    slug = "bad-contact"
    title = "Nobody can be reached there"


class ContactNotFound(NotFound):
    slug = "contact-not-found"
    title = "You have no such contact"


class WrongContactCode(Invalid):
    slug = "wrong-contact-code"
    title = "The contact's code is wrong or has expired"


class BadTemplate(Invalid):
    slug = "bad-template"
    title = "A message cannot be worded so"


class TemplateNotFound(NotFound):
    slug = "template-not-found"
    title = "There is no such message"
