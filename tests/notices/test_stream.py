"""The live stream: what it says, how it resumes and ends, and a hundred of them on a real server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from app.core.config import Config
from app.core.db import database, unit_of_work
from app.factory import create_app
from app.notices.errors import StreamsFull
from app.notices.views import stream
from tests.conftest import ROOT
from tests.factories.http import bearer
from tests.factories.notices import PATIENCE_S, a_committed_case, a_committed_city, begin, frames

CLIENTS = 100
STREAMS, THREADS = 96, 128
PATH = "/api/v1/stream"
pytestmark = [pytest.mark.committed, pytest.mark.slow]


@pytest.fixture
def city(committed):
    return a_committed_city()


@pytest.fixture
def api(committed, city):
    found = create_app(committed, database())
    with unit_of_work() as session:
        found.extensions["headers"] = {who: bearer(found, session, city.people[who]) for who in ("operator", "unit3")}
    return found


def listen(api, who="operator", **headers):
    """A stream that is read line by line; close the answer to leave it."""
    sent = {**api.extensions["headers"][who], **headers}
    return api.test_client().get(PATH, headers=sent, buffered=False)


def lines(answer) -> Iterator[str]:
    for chunk in answer.response:
        yield from chunk.decode().split("\n")[:-1]


def test_a_stream_says_what_happens_and_resumes_where_it_ended(api, city, now):
    answer = listen(api)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    said = frames(lines(answer))
    assert set(next(said)) == {"id"}
    number = a_committed_case(city, now)
    first = next(event for event in said if event.get("data", {}).get("number") == number)
    assert first["event"] == "case.created"
    assert first["data"] == {"number": number, "state": "received", "version": 1}
    answer.close()
    missed = a_committed_case(city, now)
    again = listen(api, **{"Last-Event-ID": first["id"]})
    heard = next(event for event in frames(lines(again)) if "data" in event)
    assert heard["data"]["number"] == missed
    again.close()


def test_a_stream_refuses_what_it_cannot_resume(api, city):
    assert listen(api, **{"Last-Event-ID": "x"}).status_code == 422
    other = begin()
    with unit_of_work() as session:
        assert session.execute(text("SELECT count(*) FROM changes")).scalar() == 0
    gone = type(other)(city.people["operator"], 1, 1)
    answer = listen(api, **{"Last-Event-ID": gone.text})
    assert (answer.status_code, answer.get_json()["type"]) == (410, "/problems/cursor-expired")
    assert api.test_client().get(PATH).status_code == 401


def test_a_quiet_stream_gives_signs_of_life(api, monkeypatch):
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.05)
    answer = listen(api, "unit3")
    said = frames(lines(answer))
    assert [set(next(said)) for _ in range(4)] == [{"id"}] * 4
    answer.close()


def test_a_stream_ends_with_the_sign_in(api, monkeypatch):
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(stream, "CHECK_S", 0.0)
    answer = listen(api)
    said = lines(answer)
    next(said)
    with unit_of_work() as session:
        session.execute(text("UPDATE users SET disabled_at = now()"))
    assert len(list(said)) < 50
    answer.close()


def test_places_are_counted_and_given_back(api, monkeypatch):
    monkeypatch.setattr(stream.Place, "_taken", Counter())
    held = [stream.Place(who, most=2, each=2) for who in ("one", "another")]
    with pytest.raises(StreamsFull):
        stream.Place("a third", most=2, each=2)
    monkeypatch.setattr(stream, "config", lambda: type("Few", (), {"streams": 2, "streams_per_user": 2}))
    full = listen(api)
    assert (full.status_code, full.headers["Retry-After"]) == (503, "10")
    assert full.get_json()["type"] == "/problems/streams-full"
    held[0].give_back()
    held[0].give_back()
    assert listen(api, **{"Last-Event-ID": "x"}).status_code == 422
    opened = listen(api)
    assert opened.status_code == 200
    # A client that leaves before the first byte gives its place back as well.
    opened.close()
    assert stream.Place._taken == Counter({"another": 1})


def test_one_user_has_so_many_streams_and_others_theirs(api, city, monkeypatch):
    monkeypatch.setattr(stream.Place, "_taken", Counter())
    before = stream.OPEN._value.get()
    monkeypatch.setattr(stream, "config", lambda: type("Few", (), {"streams": 48, "streams_per_user": 2}))
    mine = f"user:{city.people['operator']}"
    held = [stream.Place(mine, most=48, each=2) for _ in range(2)]
    assert stream.OPEN._value.get() == before + 2
    full = listen(api)
    assert (full.status_code, full.headers["Retry-After"]) == (503, "10")
    assert full.get_json()["type"] == "/problems/streams-full"
    assert "You have 2 live streams" in full.get_json()["detail"]
    for who in ("unit3", "operator"):
        opened = listen(api, who)
        assert opened.status_code == 200
        opened.close()
        held[0].give_back()
    held[1].give_back()
    assert stream.Place._taken == Counter()
    assert stream.OPEN._value.get() == before


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def server(committed: Config) -> Iterator[str]:
    """The API as it is run: two processes with 128 threads each."""
    port = free_port()
    env = {
        **os.environ,
        "FIELDGRID_APP_DATABASE_URL": committed.database_url,
        "FIELDGRID_SECRET_KEY": committed.secret_key,
        "FIELDGRID_DATA_KEY": committed.data_key,
        "FIELDGRID_STORAGE_URL": committed.storage_url,
        "FIELDGRID_LOG_LEVEL": "ERROR",
        "FIELDGRID_STREAMS": str(STREAMS),
        "FIELDGRID_STREAMS_PER_USER": str(STREAMS),
        "PYTHONPATH": str(ROOT),
    }
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--factory", "--port", str(port)]
    command += [
        "--workers",
        "2",
        "--blocking-threads",
        str(THREADS),
        "--no-ws",
        "--log-level",
        "error",
        "app.factory:create_app",
    ]
    with subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True) as running:
        base, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if httpx.get(f"{base}/healthz", timeout=2).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield base
        running.terminate()


def follow(answer: httpx.Response, number: str) -> float:
    """Read a stream until it tells of this case; when that was, on the machine's steady clock."""
    for event in frames(answer.iter_lines()):
        if event.get("data", {}).get("number") == number:
            return time.monotonic()
    raise AssertionError("the stream ended too early")


def connections() -> int:
    with unit_of_work() as session:
        return int(
            session.execute(text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")).scalar()
        )


def test_a_hundred_clients_listen_while_others_work(server, committed, city, now):
    with unit_of_work() as session:
        headers = bearer(create_app(committed, database()), session, city.people["operator"])
    with ExitStack() as stack:
        limits = httpx.Limits(max_connections=None)
        client = stack.enter_context(httpx.Client(base_url=server, headers=headers, timeout=60, limits=limits))
        pool = stack.enter_context(ThreadPoolExecutor(CLIENTS))
        answers = [stack.enter_context(client.stream("GET", PATH)) for _ in range(CLIENTS)]
        # Connections are spread evenly over both processes, not perfectly; there is room for all however they fall.
        assert [answer.status_code for answer in answers] == [200] * CLIENTS
        time.sleep(1)
        # Quiet streams hold no database connection: one bell per process, this test's own, and what rests in pools.
        assert connections() < 45
        took = []
        for _ in range(30):
            began = time.monotonic()
            assert client.get("/api/v1/cases").status_code == 200
            took.append(time.monotonic() - began)
        number = a_committed_case(city, now)
        began = time.monotonic()
        heard = [pool.submit(follow, answer, number) for answer in answers]
        wait(heard, timeout=PATIENCE_S)
        last = max(done.result(timeout=1) for done in heard) - began
        sys.stdout.write(
            f"{CLIENTS} streams, list p50 {sorted(took)[15]:.3f} s max {max(took):.3f} s, heard in {last:.2f} s"
        )
    # All have left: within two signs of life their threads and places are free again.
    until = time.monotonic() + 2 * stream.HEARTBEAT_S + 10
    while time.monotonic() < until:
        with httpx.Client(base_url=server, headers=headers, timeout=60) as fresh, ExitStack() as stack:
            again = [stack.enter_context(fresh.stream("GET", PATH)).status_code for _ in range(40)]
        if again == [200] * 40:
            return
        time.sleep(2)
    raise AssertionError(f"places are not given back: {again}")
