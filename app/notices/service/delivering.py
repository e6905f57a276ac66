"""Delivering to a webhook: a signed request to an address that was looked at, answered or not."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import httpx
from sqlalchemy.orm import Session
from standardwebhooks import Webhook as Signer

from app.core.clock import to_rfc3339
from app.notices import queries
from app.notices.rules import Status, envelope, permitted, status_after
from app.notices.rules.addresses import Network
from app.notices.service.hooks import secret_of

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: made in a transaction, sent after it."""

    url: str
    webhook_id: UUID
    message_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it was answered with, or why there was no answer."""

    answered: int | None
    error: str | None = None


class AddressRefused(Exception):
    """The webhook leads to where no webhook may lead."""


def letter(session: Session, delivery_id: UUID) -> Letter | None:
    """What has to be sent for a delivery; None where nothing has to any more."""
    row = queries.delivery_to_send(session, delivery_id)
    if row is None or row.status != Status.PENDING:
        return None
    body = envelope(row.event, to_rfc3339(row.created_at), row.data)
    return Letter(row.url, row.webhook_id, f"msg_{row.id.hex}", body)


def post(sent: Letter, *, allowed: Sequence[Network], now: datetime) -> Outcome:
    """Send it, to the very address that was looked at; no redirect is followed, nothing of the answer is read."""
    url = httpx.URL(sent.url)
    headers = {
        "Host": url.netloc.decode(),
        "Content-Type": "application/json",
        "User-Agent": "FieldGrid",
        "webhook-id": sent.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(secret_of(sent.webhook_id)).sign(sent.message_id, now, sent.body),
    }
    try:
        target = url.copy_with(host=_address_of(url, allowed))
        # The certificate is that of the name, though the connection goes to the address.
        extensions = {"sni_hostname": url.host}
        with (
            httpx.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False) as client,
            client.stream("POST", target, content=sent.body, headers=headers, extensions=extensions) as answer,
        ):
            return Outcome(answer.status_code)
    except (httpx.HTTPError, AddressRefused, OSError, UnicodeError) as error:
        return Outcome(None, f"{type(error).__name__}: {error}"[:LONGEST_ERROR])


def _address_of(url: httpx.URL, allowed: Sequence[Network]) -> str:
    """An address of the host, when every one of them may be reached.

    Raises: AddressRefused, OSError where the name is not known.
    """
    port = url.port or (443 if url.scheme == "https" else 80)
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)]
    refused = [address for address in found if not permitted(address, allowed)]
    if refused or not found:
        message = f"{url.host} leads to {', '.join(refused) or 'nowhere'}, which webhooks may not reach"
        raise AddressRefused(message)
    if url.scheme == "http" and not all(permitted(one, allowed) and not permitted(one, ()) for one in found):
        message = f"{url.host} is on the public internet: use https"
        raise AddressRefused(message)
    return found[0]


def conclude(session: Session, delivery_id: UUID, outcome: Outcome, *, now: datetime) -> Status | None:
    """Keep what became of an attempt; None where the delivery was removed meanwhile."""
    row = queries.delivery_to_send(session, delivery_id)
    if row is None:
        return None
    status = status_after(outcome.answered, row.attempts + 1)
    values = {"status": status, "attempts": row.attempts + 1, "tried_at": now}
    queries.note_attempt(session, delivery_id, values | {"last_status": outcome.answered, "last_error": outcome.error})
    return status
