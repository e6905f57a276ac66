"""Ways out for messages to people, behind one interface.

Without settings a message stays in the outbox, where an administrator reads it. With a gateway for its channel it waits
there for a job that delivers it; what did not arrive stays to be seen, with the reason.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import httpx
import structlog
from sqlalchemy import select, update

from app.core import clock
from app.core.config import Config, config
from app.core.db import unit_of_work
from app.core.jobs import task
from app.core.models import OutboxMessage, table
from app.core.storage import StoredBytesMissing, store

log = structlog.get_logger()
TRIES = 8
"""Pauses of 3, 9 … 3^8 seconds: about three hours; a code or a notice that is older helps nobody."""
TIMEOUT_S = 15.0
TAKING_S = 600.0
"""So long a mail server may take to say that it took a mail (RFC 5321, 4.5.3.2.6): who asks again earlier sends it
twice."""
LONGEST_ERROR = 300


class NotDelivered(Exception):
    """The other side did not take the message."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that goes with a mail."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Message:
    """What is delivered; the id lets the other side see a repetition."""

    id: UUID
    channel: str
    recipient: str
    text: str
    subject: str | None = None
    attachment: Attached | None = None
    written_at: datetime = field(default_factory=clock.now)


class Gateway(Protocol):
    """Delivers a message, or raises: NotDelivered, OSError."""

    def deliver(self, message: Message) -> None: ...


@dataclass(frozen=True, slots=True)
class HttpGateway:
    """Posts the message as JSON to an address that the city runs or rents: `{id, channel, recipient, text}`, and
    `subject` where it has one.
    """

    url: str
    token: str

    def deliver(self, message: Message) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {
            "id": str(message.id),
            "channel": message.channel,
            "recipient": message.recipient,
            "text": message.text,
        }
        if message.subject is not None:
            body["subject"] = message.subject
        try:
            answer = httpx.post(self.url, json=body, headers=headers, timeout=TIMEOUT_S, follow_redirects=False)
        except httpx.HTTPError as error:
            reason = f"{type(error).__name__}: {error}"
            raise NotDelivered(reason) from error
        if not answer.is_success:
            reason = f"answered {answer.status_code}"
            raise NotDelivered(reason)


class _Patient(smtplib.SMTP):
    """Waits for the word that a mail was taken as long as a server may look at it, and else not long."""

    def data(self, msg: Any) -> tuple[int, bytes]:
        self._wait_at_most(TAKING_S)
        answered = super().data(msg)
        self._wait_at_most(TIMEOUT_S)
        return answered

    def _wait_at_most(self, seconds: float) -> None:
        if self.sock is not None:
            self.sock.settimeout(seconds)


class _PatientOverTls(_Patient, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


@dataclass(frozen=True, slots=True)
class SmtpGateway:
    """Sends a mail by `smtp://` (STARTTLS where the server offers it) or `smtps://user:password@host:port`."""

    url: str
    sender: str

    def deliver(self, message: Message) -> None:
        try:
            server = self._connected()
            try:
                server.send_message(self._mail(message))
            finally:
                _leave(server)
        except smtplib.SMTPException as error:
            reason = f"{type(error).__name__}: {error}"
            raise NotDelivered(reason) from error

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self.sender, message.recipient
        subject = message.text if message.subject is None else message.subject
        # A line break would begin another header; the library refuses all that Unicode takes for one.
        mail["Subject"] = next(iter(subject.strip().splitlines()), "")[:80]
        mail["Date"] = format_datetime(message.written_at)
        mail["Message-ID"] = f"<{message.id}@{self.sender.rpartition('@')[2]}>"
        mail.set_content(message.text)
        if message.attachment is not None:
            main, _, sub = message.attachment.media_type.partition(";")[0].partition("/")
            mail.add_attachment(message.attachment.data, maintype=main, subtype=sub, filename=message.attachment.name)
        return mail

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, trusted = parts.hostname or "localhost", ssl.create_default_context()
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = _PatientOverTls(host, parts.port or 465, timeout=TIMEOUT_S, context=trusted)
        else:
            server = _Patient(host, parts.port or 587, timeout=TIMEOUT_S)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=trusted)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def _leave(server: smtplib.SMTP) -> None:
    """Whatever the server says to the goodbye: the mail was taken or refused before."""
    with suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def gateway_for(channel: str, settings: Config) -> Gateway | None:
    """Who delivers messages of this channel; None: they stay in the outbox."""
    if channel == "email":
        return SmtpGateway(settings.smtp_url, settings.smtp_sender) if settings.smtp_url else None
    url, token = settings.message_gateway(channel)
    return HttpGateway(url, token) if url else None


def _attached(file: Mapping[str, str]) -> Attached:
    """Raises: StoredBytesMissing."""
    return Attached(file["name"], file["media_type"], store().get(file["key"]))


@task("core.deliver_message", attempts=TRIES)
def deliver_message(message_id: str) -> None:
    """Deliver a message that waits in the outbox; no transaction is open meanwhile.

    Raises: NotDelivered, for the queue to try again.
    """
    outbox = table(OutboxMessage)
    mine = outbox.c.id == UUID(message_id)
    with unit_of_work() as session:
        row = session.execute(select(outbox).where(mine, outbox.c.sent_at.is_(None))).one_or_none()
    gateway = None if row is None else gateway_for(row.channel, config())
    if row is None or gateway is None:
        return
    try:
        attached = None if row.attachment is None else _attached(row.attachment)
        gateway.deliver(
            Message(row.id, row.channel, row.recipient, row.text, row.subject, attached, written_at=row.created_at)
        )
    except (NotDelivered, StoredBytesMissing, OSError) as error:
        reason = str(error)[:LONGEST_ERROR]
        with unit_of_work() as session:
            session.execute(update(outbox).where(mine).values(attempts=outbox.c.attempts + 1, last_error=reason))
        log.warning("message.not_delivered", channel=row.channel, message=message_id, reason=reason)
        raise NotDelivered(reason) from error
    done = {"attempts": outbox.c.attempts + 1, "last_error": None, "sent_at": clock.now()}
    with unit_of_work() as session:
        session.execute(update(outbox).where(mine).values(done))
