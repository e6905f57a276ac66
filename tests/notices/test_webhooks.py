"""Webhooks from registration to the receiver, who checks the signature with a library of the specification."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from standardwebhooks import Webhook as Receiver

from app.core.config import config
from app.core.db import unit_of_work
from app.notices import jobs, queries, service
from app.notices.rules import RETRIES, networks_of
from app.notices.service import Letter
from tests.factories.notices import a_committed_case, a_committed_city, begin, heard_by

pytestmark = pytest.mark.slow

HERE = networks_of("127.0.0.0/8")


class Post(BaseHTTPRequestHandler):
    """Answers with the status that the server was given, and keeps what came."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers), body))
        self.send_response(self.server.answers)
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver(settings):
    """A server of another system; signing needs the settings."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Post)
    server.came, server.answers = [], 204
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def address(receiver, path="/hook"):
    return f"http://127.0.0.1:{receiver.server_port}{path}"


def letter(url):
    return Letter(url, uuid4(), "msg_1", '{"type":"case.changed"}')


def register(http, **changes):
    body = {"url": "https://example.org/hook", "events": ["case.created"], **changes}
    return http.post("admin", "/webhooks", 201, json=body)


def test_administrators_register_look_and_end(http):
    first = register(http)
    assert first["secret"].startswith("whsec_")
    second = register(http, url="https://example.org/other", events=["case.changed", "case.changed"])
    assert second["events"] == ["case.changed"]
    assert first["secret"] != second["secret"]
    listed = http.get("admin", "/webhooks")
    assert [one["id"] for one in listed["items"]] == [second["id"], first["id"]]
    assert all("secret" not in one for one in listed["items"])
    page = http.get("admin", "/webhooks", limit=1)
    rest = http.get("admin", "/webhooks", limit=1, cursor=page["next_cursor"])
    assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == ([first["id"]], None)
    http.call("admin", "DELETE", f"/webhooks/{first['id']}", 204)
    http.call("admin", "DELETE", f"/webhooks/{first['id']}", 404)
    http.get("admin", f"/webhooks/{first['id']}/deliveries", 404)
    for who in ("operator", "auditor", "unit1"):
        http.get(who, "/webhooks", 403)
        http.post(who, "/webhooks", 403, json={"url": "https://example.org", "events": ["case.created"]})
    http.get(None, "/webhooks", 401)


def test_what_is_no_webhook_is_refused(http):
    for body in (
        {"url": "ftp://example.org", "events": ["case.created"]},
        {"url": "https://a:b@example.org", "events": ["case.created"]},
        {"url": "https://example.org", "events": []},
        {"url": "https://example.org", "events": ["position"]},
        {"url": "https://example.org", "events": ["case.created"], "area": "999999"},
        {"url": "https://example.org", "events": ["case.created"], "area": "31%"},
        {"url": "https://example.org"},
    ):
        assert http.post("admin", "/webhooks", 422, json=body)["errors"]


def test_the_log_shows_deliveries_and_tries_again(http, session, now):
    hook = register(http)
    delivery = uuid4()
    values = {"xid": 1, "seq": 1, "event": "case.created", "created_at": now, "status": "failed", "attempts": 12}
    data = {"number": "20260310-000001", "state": "received", "version": 1}
    queries.add_delivery(session, values | {"id": delivery, "webhook_id": UUID(hook["id"]), "data": data})
    session.commit()
    path = f"/webhooks/{hook['id']}/deliveries"
    assert [one["status"] for one in http.get("admin", path)["items"]] == ["failed"]
    assert http.call("admin", "GET", path, query_string={"status": "pending"}).get_json()["items"] == []
    again = http.post("admin", f"{path}/{delivery}/retry")
    assert (again["status"], again["attempts"], again["data"]) == ("pending", 0, data)
    queued = session.execute(text("SELECT args FROM procrastinate_jobs WHERE task_name = 'notices.deliver'")).scalars()
    assert list(queued) == [{"delivery_id": str(delivery)}]
    http.post("admin", f"{path}/{uuid4()}/retry", 404)
    http.post("operator", f"{path}/{delivery}/retry", 403)


def test_a_receiver_can_check_what_it_gets(receiver):
    sent, now = letter(address(receiver, "/hook?city=1")), datetime.now(UTC)
    assert service.post(sent, allowed=HERE, now=now).answered == 204
    path, headers, body = receiver.came[0]
    assert path == "/hook?city=1"
    assert headers["Host"] == f"127.0.0.1:{receiver.server_port}"
    assert headers["webhook-id"] == "msg_1"
    assert Receiver(service.secret_of(sent.webhook_id)).verify(body, headers) == {"type": "case.changed"}


def test_redirects_are_not_followed(receiver):
    receiver.answers = 302
    assert service.post(letter(address(receiver)), allowed=HERE, now=datetime.now(UTC)).answered == 302
    assert len(receiver.came) == 1


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:{port}/", "may not reach"),
        ("http://localhost:{port}/", "may not reach"),
        ("http://[::1]:{port}/", "may not reach"),
        ("http://2130706433:{port}/", "may not reach"),
        ("http://0x7f.1:{port}/", "may not reach"),
        ("http://169.254.169.254/latest", "may not reach"),
        ("http://1.1.1.1/", "use https"),
    ],
)
def test_the_own_network_is_out_of_reach(receiver, url, why):
    outcome = service.post(letter(url.format(port=receiver.server_port)), allowed=(), now=datetime.now(UTC))
    assert outcome.answered is None
    assert why in outcome.error
    assert receiver.came == []


def test_an_answer_that_never_comes_is_written_down(receiver):
    receiver.server_close()
    outcome = service.post(letter(address(receiver)), allowed=HERE, now=datetime.now(UTC))
    assert outcome.answered is None
    assert outcome.error


@pytest.fixture
def hooked(committed, receiver, monkeypatch):
    """A committed city with one webhook that leads to the receiver."""
    monkeypatch.setenv("FIELDGRID_WEBHOOK_NETWORKS", "127.0.0.0/8")
    config.cache_clear()
    city = a_committed_city()
    jobs.fan_out(0)
    with unit_of_work() as session:
        events = ["case.created", "case.lamp"]
        admin = city.people["admin"]
        service.register_webhook(session, address(receiver), events, created_by=admin, now=datetime.now(UTC))
    yield city
    config.cache_clear()


def deliveries():
    with unit_of_work() as session:
        return list(session.execute(text("SELECT * FROM webhook_deliveries ORDER BY xid, seq")))


@pytest.mark.committed
def test_every_change_is_delivered_once(hooked, receiver, now):
    start = begin()
    numbers = [a_committed_case(hooked, now) for _ in range(3)]
    heard_by(hooked, "operator", start, now, until=numbers[-1])
    jobs.fan_out(0)
    jobs.fan_out(0)
    found = deliveries()
    assert [row.data["number"] for row in found] == numbers
    for row in [*found, found[0]]:
        jobs.deliver(str(row.id))
    assert len(receiver.came) == 3
    assert [(row.status, row.attempts, row.last_status) for row in deliveries()] == [("delivered", 1, 204)] * 3
    assert len({headers["webhook-id"] for _, headers, _ in receiver.came}) == 3


@pytest.mark.committed
def test_a_webhook_of_an_area_is_told_of_nothing_outside_it(hooked, receiver, now):
    start = begin()
    with unit_of_work() as session:
        admin, made_at = hooked.people["admin"], datetime.now(UTC)
        registered = {"created_by": admin, "now": made_at}
        near = service.register_webhook(session, address(receiver), ["case.created"], area="310101", **registered)
        street = service.register_webhook(session, address(receiver), ["case.created"], area="310102001", **registered)
        # One whose area gave way to others in a later grid is told of those.
        session.execute(text("INSERT INTO area_successors VALUES ('310101001002001', '310102001001001', 1)"))
        cell = "310101001002001"
        old = service.register_webhook(session, address(receiver), ["case.created"], area=cell, **registered)
    first = a_committed_case(hooked, now)
    second = a_committed_case(hooked, now, cell="310102001001001")
    heard_by(hooked, "operator", start, now, until=second)
    jobs.fan_out(0)
    told = {}
    for row in deliveries():
        told.setdefault(str(row.webhook_id), []).append(row.data["number"])
    assert told[near["id"]] == [first]
    assert told[street["id"]] == [second]
    assert told[old["id"]] == [second]
    assert (near["area"], old["area"]) == ("310101", "310101001002001")


@pytest.mark.committed
def test_failures_are_tried_again_and_then_given_up(hooked, receiver, now):
    start = begin()
    heard_by(hooked, "operator", start, now, until=a_committed_case(hooked, now))
    jobs.fan_out(0)
    (row,) = deliveries()
    receiver.answers = 500
    for _ in range(RETRIES):
        with pytest.raises(jobs.NotDelivered, match="answered 500"):
            jobs.deliver(str(row.id))
    # The last one ends well for the queue: the log says that it was given up.
    jobs.deliver(str(row.id))
    (row,) = deliveries()
    assert (row.status, row.attempts, row.last_status) == ("failed", RETRIES + 1, 500)
    jobs.deliver(str(row.id))
    jobs.deliver(str(uuid4()))
    assert len(receiver.came) == RETRIES + 1
    bodies = {body for _, _, body in receiver.came}
    assert len(bodies) == 1


@pytest.mark.committed
def test_a_restored_feed_is_read_from_its_new_beginning(hooked, now):
    with unit_of_work() as session:
        session.execute(text("UPDATE feed_readers SET epoch = gen_random_uuid(), xid = 0, seq = 0"))
    a_committed_case(hooked, now)
    jobs.fan_out(0)
    with unit_of_work() as session:
        reader = session.execute(text("SELECT epoch FROM feed_readers WHERE name = 'webhooks'")).scalar_one()
        assert reader == session.execute(text("SELECT epoch FROM feed_epochs")).scalar_one()


def test_old_deliveries_go(http, session, now):
    hook = UUID(register(http)["id"])
    for seq, days in enumerate((31, 29)):
        values = {"xid": 1, "seq": seq, "event": "case.created", "data": {}, "status": "delivered", "attempts": 1}
        values |= {"id": uuid4(), "webhook_id": hook, "created_at": now - timedelta(days=days)}
        queries.add_delivery(session, values)
    assert service.purge_deliveries(session, now=now) == 1
