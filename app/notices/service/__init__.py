"""What the rest of the house may do with notices."""

from app.notices.service.contacts import (
    NewContact,
    admit_code,
    confirm_contact,
    contacts_of,
    forget_contacts,
    masked_contacts_of,
    put_contact,
    remove_contact,
)
from app.notices.service.delivering import Letter, Outcome, conclude, letter, post
from app.notices.service.hearing import Event, Heard, Listeners, begin, listeners
from app.notices.service.hooks import (
    announce,
    deliveries_of,
    end_webhook,
    fan_out,
    purge_deliveries,
    register_webhook,
    retry_delivery,
    secret_of,
    webhooks_of,
)
from app.notices.service.inbox import fill_inbox, mark_read, notice_of, notices_of
from app.notices.service.reminding import READER as REMINDERS
from app.notices.service.reminding import fill_reminders
from app.notices.service.sending import send_messages, send_texts
from app.notices.service.telling import tell
from app.notices.service.templates import Which, drop_template, put_template, templates
from app.notices.service.wording import Message, Wording

__all__ = [
    "REMINDERS",
    "Event",
    "Heard",
    "Letter",
    "Listeners",
    "Message",
    "NewContact",
    "Outcome",
    "Which",
    "Wording",
    "admit_code",
    "announce",
    "begin",
    "conclude",
    "confirm_contact",
    "contacts_of",
    "deliveries_of",
    "drop_template",
    "end_webhook",
    "fan_out",
    "fill_inbox",
    "fill_reminders",
    "forget_contacts",
    "letter",
    "listeners",
    "mark_read",
    "masked_contacts_of",
    "notice_of",
    "notices_of",
    "post",
    "purge_deliveries",
    "put_contact",
    "put_template",
    "register_webhook",
    "remove_contact",
    "retry_delivery",
    "secret_of",
    "send_messages",
    "send_texts",
    "tell",
    "templates",
    "webhooks_of",
]
