"""Messages leave by HTTP or SMTP where that is set, and stay in the outbox where it is not."""

import json
import socketserver
import threading
from dataclasses import replace
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core import gateways, outbox
from app.core.config import Config, ConfigError, config
from app.core.gateways import HttpGateway, Message, NotDelivered, SmtpGateway, deliver_message, gateway_for

pytestmark = pytest.mark.slow

MESSAGE = Message(uuid4(), "sms", "+8613800000001", "【网格化城市管理】您的上报已办结。")


class Post(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.came.append((self.headers.get("Authorization"), body))
        self.send_response(self.server.answers)
        self.end_headers()

    def log_message(self, *_):
        pass


class Mail(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client needs to hand over one mail."""

    def handle(self):
        self.say("220 mail.example")
        while line := self.rfile.readline().decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.came.append(b"".join(lines).decode())
                self.say("250 taken")
            elif verb == "RCPT" and self.server.answers >= 500:
                self.say("550 nobody here")
            elif verb == "QUIT":
                self.say(self.server.goodbye)
                return
            else:
                self.say("250 mail.example")

    def say(self, line):
        self.wfile.write(f"{line}\r\n".encode())


def serving(server):
    server.came, server.answers, server.goodbye = [], 200, "221 bye"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def web():
    yield from serving(ThreadingHTTPServer(("127.0.0.1", 0), Post))


@pytest.fixture
def mail():
    yield from serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail))


def port(server):
    return server.server_address[1]


def test_a_message_is_posted(web):
    HttpGateway(f"http://127.0.0.1:{port(web)}/sms", "secret").deliver(MESSAGE)
    body = {"id": str(MESSAGE.id), "channel": "sms", "recipient": MESSAGE.recipient, "text": MESSAGE.text}
    assert web.came == [("Bearer secret", body)]
    web.answers = 500
    with pytest.raises(NotDelivered, match="answered 500"):
        HttpGateway(f"http://127.0.0.1:{port(web)}/sms", "").deliver(MESSAGE)


def test_a_mail_is_sent(mail):
    gateway = SmtpGateway(f"smtp://127.0.0.1:{port(mail)}", "city@example.org")
    gateway.deliver(replace(MESSAGE, channel="email", recipient="someone@example.org"))
    (sent,) = mail.came
    assert "From: city@example.org" in sent
    assert "To: someone@example.org" in sent
    assert f"<{MESSAGE.id}@example.org>" in sent
    assert f"Date: {format_datetime(MESSAGE.written_at)}" in sent
    mail.answers = 550
    with pytest.raises(NotDelivered, match="SMTPRecipientsRefused"):
        gateway.deliver(MESSAGE)


def test_a_mail_that_was_taken_is_not_sent_again(mail, monkeypatch):
    """Whatever the server says to the goodbye, and however long it looks at the mail before it takes it."""
    patience = []

    class Watched(gateways._Patient):
        def getreply(self):
            patience.append(self.sock.gettimeout())
            return super().getreply()

    monkeypatch.setattr(gateways, "_Patient", Watched)
    mail.goodbye = "421 shutting down"
    SmtpGateway(f"smtp://127.0.0.1:{port(mail)}", "city@example.org").deliver(
        replace(MESSAGE, recipient="someone@example.org")
    )
    assert len(mail.came) == 1
    greeting, *_, data, taken, goodbye = patience
    assert (greeting, goodbye) == (gateways.TIMEOUT_S, gateways.TIMEOUT_S)
    assert data == taken == gateways.TAKING_S >= 600


def queued(session):
    query = "SELECT args ->> 'message_id' FROM procrastinate_jobs WHERE task_name = 'core.deliver_message'"
    return list(session.execute(text(query)).scalars())


def send(session, now, channel="sms"):
    outbox.send(session, channel=channel, recipient="someone@example.org", text="你好", now=now)
    session.commit()


def test_without_settings_messages_stay(session, now):
    send(session, now)
    send(session, now, "email")
    assert queued(session) == []
    assert len(outbox.newest(session, limit=5)) == 2


def test_with_settings_messages_leave_and_failures_are_seen(session, now, web, monkeypatch):
    monkeypatch.setenv("FIELDGRID_MESSAGE_URL", f"http://127.0.0.1:{port(web)}/")
    config.cache_clear()
    send(session, now)
    send(session, now, "email")
    (message_id,) = queued(session)
    web.answers = 503
    with pytest.raises(NotDelivered):
        deliver_message(message_id)
    (failed,) = outbox.undelivered(session, limit=5)
    assert (failed.attempts, failed.last_error, failed.channel) == (1, "answered 503", "sms")
    web.answers = 202
    deliver_message(message_id)
    deliver_message(message_id)
    assert len(web.came) == 2
    session.expire_all()
    assert outbox.undelivered(session, limit=5) == []


def test_each_channel_may_have_a_way_out_of_its_own(session, now, web):
    default = {"FIELDGRID_MESSAGE_URL": "https://gateway.example/", "FIELDGRID_MESSAGE_TOKEN": "shared"}
    assert gateway_for("wechat_work", settings(default)) == HttpGateway("https://gateway.example/", "shared")
    own = {**default, "FIELDGRID_WECHAT_WORK_URL": "https://wechat.example/"}
    # A token is never sent to another channel's address.
    assert gateway_for("wechat_work", settings(own)) == HttpGateway("https://wechat.example/", "")
    assert gateway_for("sms", settings(own)) == HttpGateway("https://gateway.example/", "shared")
    alone = {"FIELDGRID_SMS_URL": "https://sms.example/", "FIELDGRID_SMS_TOKEN": "its own"}
    assert gateway_for("sms", settings(alone)) == HttpGateway("https://sms.example/", "its own")
    assert gateway_for("wechat_work", settings(alone)) is None
    assert gateway_for("email", settings(default)) is None


def settings(given):
    needed = {
        "FIELDGRID_APP_DATABASE_URL": "postgresql+psycopg2://x@127.0.0.1/y",
        "FIELDGRID_SECRET_KEY": "s" * 32,
        "FIELDGRID_DATA_KEY": "d" * 32,
    }
    return Config.from_env({**needed, **given})


def test_a_subject_goes_along(session, now, web, monkeypatch):
    monkeypatch.setenv("FIELDGRID_MESSAGE_URL", f"http://127.0.0.1:{port(web)}/")
    config.cache_clear()
    outbox.send(session, channel="sms", recipient="x", text="你好", subject="新任务", now=now)
    session.commit()
    deliver_message(queued(session)[0])
    assert web.came[0][1]["subject"] == "新任务"


def test_a_mail_has_its_subject_and_a_line_break_begins_no_header(mail):
    gateway = SmtpGateway(f"smtp://127.0.0.1:{port(mail)}", "city@example.org")
    for subject in ("New task", "New task\r\nBcc: someone@example.org", None):
        gateway.deliver(
            replace(MESSAGE, channel="email", recipient="a@example.org", text="Case 1\nmore", subject=subject)
        )
    heads = [mail_text.partition("\r\n\r\n")[0] for mail_text in mail.came]
    assert ["Subject: New task" in head for head in heads] == [True, True, False]
    assert "Subject: Case 1" in heads[2]
    assert not any("Bcc" in head for head in heads)


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r"])
def test_whatever_unicode_takes_for_a_line_break_ends_the_subject(mail, sign):
    gateway = SmtpGateway(f"smtp://127.0.0.1:{port(mail)}", "city@example.org")
    gateway.deliver(replace(MESSAGE, channel="email", recipient="a@example.org", subject=f"New task{sign}Bcc: x@y.z"))
    assert "Subject: New task\r\n" in mail.came[0]
    assert "Bcc" not in mail.came[0]


def test_a_gateway_that_is_not_there(session, now, monkeypatch):
    monkeypatch.setenv("FIELDGRID_SMTP_URL", "smtp://127.0.0.1:1")
    config.cache_clear()
    assert gateway_for("sms", config()) is None
    send(session, now, "email")
    with pytest.raises(NotDelivered, match="refused"):
        deliver_message(queued(session)[0])
    assert outbox.undelivered(session, limit=5)[0].attempts == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FIELDGRID_MESSAGE_URL", "ftp://example.org"),
        ("FIELDGRID_SMTP_URL", "mail.example"),
        ("FIELDGRID_SMTP_SENDER", "nobody"),
        ("FIELDGRID_WEBHOOK_NETWORKS", "intranet"),
    ],
)
def test_wrong_settings_are_named(name, value):
    with pytest.raises(ConfigError, match=name):
        Config.from_env({name: value})


def test_the_job_is_tried_for_about_three_hours():
    assert 2.5 < sum(3**attempt for attempt in range(1, gateways.TRIES + 1)) / 3600 < 3.5
