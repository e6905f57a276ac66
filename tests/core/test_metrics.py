"""Metrics: what processes count, and what the database is asked for, at most every few seconds."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.core import feed, metrics, outbox
from app.core.config import config
from app.core.feed import Entry, Kind
from app.notices import queries, service

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _anew():
    metrics.FIGURES.forget()
    yield
    metrics.FIGURES.forget()
    config.cache_clear()


def read(client):
    """The samples of our own metrics, by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    lines = re.findall(r"^(fieldgrid_\w+(?:{[^}]*})?) (\S+)$", answer.get_data(as_text=True), re.MULTILINE)
    return {name: float(value) for name, value in lines}


def test_what_is_not_read_yet_has_an_age(client, session):
    assert read(client)["fieldgrid_feed_lag_seconds"] == 0
    queries.reader_place(session, "inbox")
    queries.reader_place(session, service.REMINDERS, from_the_start=True)
    feed.append(session, Entry(Kind.CASE_CHANGED, "case", uuid4(), "N1", 1, "received"))
    session.commit()
    # The transaction of this test still runs: nobody gets the row.
    metrics.FIGURES.forget()
    found = read(client)
    assert 0 < found["fieldgrid_feed_lag_seconds"] < 60
    assert 0 < found['fieldgrid_reader_lag_seconds{reader="inbox"}'] < 60
    assert found['fieldgrid_reader_lag_seconds{reader="reminders"}'] == 0
    assert found["fieldgrid_streams_open"] >= 0
    assert found["fieldgrid_database_figures"] == 1


def test_only_messages_that_wait_for_a_gateway_are_counted(client, session, monkeypatch):
    for channel in ("sms", "sms", "email"):
        outbox.send(session, channel=channel, recipient="x", text="y", now=datetime.now(UTC))
    session.execute(
        text("UPDATE outbox SET attempts = 1 WHERE id = (SELECT id FROM outbox WHERE channel = 'sms' LIMIT 1)")
    )
    session.commit()
    assert read(client)['fieldgrid_outbox_messages{state="waiting"}'] == 0
    monkeypatch.setenv("FIELDGRID_SMS_URL", "http://127.0.0.1:1/")
    config.cache_clear()
    metrics.FIGURES.forget()
    found = read(client)
    assert found['fieldgrid_outbox_messages{state="waiting"}'] == 1
    assert found['fieldgrid_outbox_messages{state="failed"}'] == 1


def test_deliveries_to_webhooks_are_counted(client, session, city, now):
    hook = uuid4()
    values = {"id": hook, "url": "https://example.org", "events": ["case.created"], "area_code": None}
    queries.add_webhook(session, values | {"created_by": city.people["admin"], "created_at": now})
    for seq, status in enumerate(("pending", "failed", "failed", "delivered")):
        row = {"id": uuid4(), "webhook_id": hook, "xid": 1, "seq": seq, "event": "case.created", "data": {}}
        queries.add_delivery(session, row | {"status": status, "attempts": 0, "created_at": now})
    session.commit()
    found = read(client)
    assert found['fieldgrid_webhook_deliveries{state="waiting"}'] == 1
    assert found['fieldgrid_webhook_deliveries{state="failed"}'] == 2
    assert found["fieldgrid_contact_messages_due"] == 0


def test_the_database_is_asked_at_most_every_few_seconds(client, statements):
    read(client)
    with statements() as asked:
        read(client)
    assert asked == []


def test_without_the_database_the_processes_are_counted_all_the_same(client, monkeypatch):
    def gone():
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(metrics, "read_unit", gone)
    found = read(client)
    assert found["fieldgrid_database_figures"] == 0
    assert "fieldgrid_feed_lag_seconds" not in found
    assert any(name.startswith("fieldgrid_requests_total") for name in read(client))
