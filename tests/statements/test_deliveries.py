"""Deliveries: each due instant once, with what the owner may see by then, to whom it may go."""

from __future__ import annotations

import hashlib
import socketserver
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.config import config
from app.core.gateways import TRIES, NotDelivered, deliver_message
from app.core.storage import store
from app.evaluation.errors import FiguresNotReady
from app.statements import jobs
from app.statements.service import delivering
from tests.core.test_gateways import Mail, port, serving
from tests.statements.conftest import DAILY

pytestmark = pytest.mark.slow

WEBHOOK = {"url": "https://example.org/hook", "events": ["statement.ready", "case.created"]}


@pytest.fixture
def mailed(session, city):
    """Addresses that users confirmed: the evaluator's own and the supervisor's."""
    for who in ("evaluator", "supervisor"):
        session.execute(
            text("""
                INSERT INTO contacts (user_id, channel, address, language, wanted, quiet_hours, verified_at, changed_at)
                VALUES (:who, 'email', :address, 'zh-CN', '{}', false, now(), now())"""),
            {"who": city.people[who], "address": f"{who}@people.example"},
        )
    session.commit()
    return ["evaluator@people.example", "supervisor@people.example"]


@pytest.fixture
def due(session):
    """So many hours ago a statement was due."""

    def made_due(statement, hours=0.0):
        at = clock.now() - timedelta(hours=hours)
        session.execute(text("UPDATE statements SET next_at = :at WHERE id = :id"), {"at": at, "id": statement["id"]})
        session.commit()

    return made_due


def queued(session, name="statements.deliver", argument="delivery_id"):
    query = text("SELECT args ->> :argument FROM procrastinate_jobs WHERE task_name = :name ORDER BY id")
    return session.execute(query, {"name": name, "argument": argument}).scalars().all()


def deliveries(api, statement, who="evaluator"):
    return api.get(who, f"/statements/{statement['id']}/deliveries")["items"]


def test_a_due_statement_is_made_mailed_and_announced(api, keep, session, march, mailed, due):
    api.post("admin", "/webhooks", 201, json=WEBHOOK)
    api.post("admin", "/webhooks", 201, json={**WEBHOOK, "area": "310101"})
    made = keep(schedule={**DAILY, "emails": mailed, "webhook": True})
    jobs.claim_due(0)
    assert queued(session) == []
    due(made)
    jobs.claim_due(0)
    jobs.claim_due(0)
    (delivery_id,) = queued(session)
    (waiting,) = deliveries(api, made)
    assert (waiting["state"], waiting["file"]) == ("waiting", None)
    jobs.deliver(delivery_id)
    jobs.deliver(delivery_id)
    (sent,) = deliveries(api, made)
    assert (sent["state"], sent["period"], sent["error"]) == ("sent", "2026-03-01/2026-03-31", None)
    assert sorted((one["recipient"], one["state"]) for one in sent["mails"]) == [(one, "waiting") for one in mailed]
    assert "FIELDGRID_SMTP_URL" in sent["mails"][0]["error"]
    data = api.client.get(sent["file"], headers=api.headers("evaluator")).get_data()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (sent["bytes"], sent["sha256"])
    # Whom it was mailed to may fetch it, whoever else not.
    assert api.client.get(sent["file"], headers=api.headers("supervisor")).get_data() == data
    assert api.client.get(sent["file"], headers=api.headers("operator")).status_code == 404
    (told,) = session.execute(text("SELECT data FROM webhook_deliveries WHERE event = 'statement.ready'")).scalars()
    assert (told["name"], told["sha256"], told["format"]) == (made["name"], sent["sha256"], "csv")
    assert told["link"].endswith(f"statement={made['id']}&delivery={delivery_id}")
    assert sent["webhooks"] == 1
    assert api.get("evaluator", f"/statements/{made['id']}")["next_at"] > clock.now().isoformat()
    detail = session.execute(text("SELECT detail FROM admin_changes WHERE action = 'statement.deliver'")).scalar_one()
    assert (detail["state"], detail["emails"]) == ("sent", 2)
    assert "people.example" not in str(detail)


def test_what_was_missed_is_sent_once_the_newest(api, keep, session, march, due):
    made = keep(schedule={**DAILY, "emails": []})
    due(made, hours=24 * 5)
    jobs.claim_due(0)
    (only,) = deliveries(api, made)
    at = datetime.fromisoformat(only["at"])
    assert clock.now() - timedelta(days=1) < at <= clock.now()
    assert at.astimezone(UTC).strftime("%H:%M") == "00:00"
    assert len(queued(session)) == 1


@pytest.mark.parametrize("lost", ["UPDATE grants SET valid_to = now()", "UPDATE users SET disabled_at = now()"])
def test_an_owner_who_may_no_longer_gets_nothing_and_is_told(api, keep, session, march, mailed, due, city, lost):
    made = keep(schedule={**DAILY, "emails": mailed, "webhook": True})
    due(made)
    jobs.claim_due(0)
    column = "id" if "users" in lost else "user_id"
    session.execute(text(f"{lost} WHERE {column} = :who"), {"who": city.people["evaluator"]})
    session.commit()
    (delivery_id,) = queued(session)
    jobs.deliver(delivery_id)
    state = session.execute(text("SELECT state, error, file_key FROM statement_deliveries")).one()
    assert state == ("refused", "its owner may not read figures any more", None)
    assert session.execute(text("SELECT count(*) FROM outbox WHERE channel = 'email'")).scalar() == 0
    told = session.execute(text("SELECT number FROM notices WHERE occasion = 'statement_refused'")).scalars().all()
    assert told == ([] if "users" in lost else [made["name"]])


def test_grants_are_those_of_the_moment_and_a_file_does_not_outlive_them(api, keep, session, march, due, city):
    """The owner's ground became the other district: the file is of that, and the one of before is no longer theirs."""
    made = keep("supervisor", schedule={**DAILY, "emails": []})
    due(made)
    jobs.claim_due(0)
    jobs.deliver(queued(session)[0])
    session.execute(
        text("UPDATE grants SET area_code = '310102' WHERE user_id = :who"), {"who": city.people["supervisor"]}
    )
    session.commit()
    due(made)
    jobs.claim_due(0)
    jobs.deliver(queued(session)[1])
    newest, before = deliveries(api, made, "supervisor")
    assert newest["bytes"] < before["bytes"]
    assert api.call("supervisor", "GET", before["file"].removeprefix("/api/v1"), 410).get_json()["detail"]
    assert api.client.get(newest["file"], headers=api.headers("supervisor")).status_code == 200


def test_an_address_that_is_no_longer_allowed_is_left_out(api, keep, session, march, mailed, due):
    made = keep(schedule={**DAILY, "emails": mailed})
    session.execute(text("DELETE FROM contacts WHERE address LIKE 'supervisor@%'"))
    due(made)
    jobs.claim_due(0)
    jobs.deliver(queued(session)[0])
    (sent,) = deliveries(api, made)
    assert [one["recipient"] for one in sent["mails"]] == ["evaluator@people.example"]
    assert sent["error"] == "not sent to 1 addresses that are no longer allowed"


def test_what_fails_is_tried_again_and_given_up_with_a_word(api, keep, session, march, due, monkeypatch):
    made = keep(schedule={**DAILY, "emails": []})
    due(made)
    jobs.claim_due(0)
    (delivery_id,) = queued(session)

    def not_ready(*_, **__):
        raise FiguresNotReady("Many cases are being counted.")

    with monkeypatch.context() as patched:
        patched.setattr("app.statements.jobs.service.answer_of", not_ready)
        for _ in range(delivering.ATTEMPTS - 1):
            with pytest.raises(jobs.NotMade):
                jobs.deliver(delivery_id)
        (trying,) = deliveries(api, made)
        assert (trying["state"], trying["error"]) == ("making", "Many cases are being counted.")
        jobs.deliver(delivery_id)
    jobs.deliver(delivery_id)
    (failed,) = deliveries(api, made)
    assert (failed["state"], failed["attempts"]) == ("failed", delivering.ATTEMPTS)
    assert session.execute(text("SELECT count(*) FROM notices WHERE occasion = 'statement_failed'")).scalar() == 1


def test_an_attempt_that_was_taken_for_dead_sends_nothing(api, keep, session, march, mailed, due, monkeypatch):
    """The worker stops after the file is stored; another attempt sends it, and what wakes up afterwards does not."""
    made = keep(schedule={**DAILY, "emails": mailed})
    due(made)
    jobs.claim_due(0)
    (delivery_id,) = queued(session)
    finish, attempts = jobs.service.finish, []

    def dies(session, attempt, file, *, now):
        attempts.append((attempt, file))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("app.statements.jobs.service.finish", dies)
        with pytest.raises(KeyboardInterrupt):
            jobs.deliver(delivery_id)
    jobs.deliver(delivery_id)
    (attempt, file) = attempts[0]
    assert finish(session, attempt, file, now=clock.now()) is False
    assert session.execute(text("SELECT count(*) FROM outbox WHERE channel = 'email'")).scalar() == 2
    assert [one["state"] for one in deliveries(api, made)] == ["sent"]
    # Beside the file of the attempt that counts lies that of the other, until it is cleared away.
    kept = {key for key, _ in store().keys(f"statements/{delivery_id}-1")}
    assert kept
    with monkeypatch.context() as patched:
        patched.setattr("app.statements.jobs.clock.now", lambda: datetime.now(UTC) + timedelta(days=2))
        jobs.remove_old(0)
    assert not any(store().exists(key) for key in kept)
    assert store().exists(next(key for key, _ in store().keys(f"statements/{delivery_id}-2")))
    with monkeypatch.context() as patched:
        patched.setattr("app.statements.jobs.clock.now", lambda: datetime.now(UTC) + timedelta(days=91))
        jobs.remove_old(0)
    assert deliveries(api, made) == []


@pytest.mark.parametrize("most", [10, 5_000_000])
def test_a_mail_carries_the_file_or_where_it_is(api, keep, session, march, mailed, due, monkeypatch, most):
    monkeypatch.setattr(delivering, "MOST_ATTACHED", most)
    made = keep(schedule={**DAILY, "emails": mailed[:1]})
    due(made)
    jobs.claim_due(0)
    jobs.deliver(queued(session)[0])
    message_id = session.execute(text("SELECT id FROM outbox WHERE channel = 'email'")).scalar_one()
    for server in serving_mail(monkeypatch):
        server.answers = 550
        with pytest.raises(NotDelivered):
            deliver_message(str(message_id))
        (trying,) = deliveries(api, made)[0]["mails"]
        assert (trying["state"], "SMTPRecipientsRefused" in trying["error"]) == ("trying", True)
        session.execute(text("UPDATE outbox SET attempts = :all"), {"all": TRIES + 1})
        session.commit()
        assert deliveries(api, made)[0]["mails"][0]["state"] == "failed"
        server.answers = 250
        deliver_message(str(message_id))
        (came,) = server.came
    assert ('filename="summary-2026-03-01_2026-03-31.csv"' in came) == (most > 10)
    assert "text/csv" in came or most == 10
    assert deliveries(api, made)[0]["mails"][0]["state"] == "sent"


def serving_mail(monkeypatch):
    for server in serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)):
        monkeypatch.setenv("FIELDGRID_SMTP_URL", f"smtp://127.0.0.1:{port(server)}")
        config.cache_clear()
        yield server
