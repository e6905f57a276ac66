"""PostgreSQL is torn down under load, twice: what was accepted is there, meanwhile 503, and nobody has to help."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app import migrate
from app.cases.queries import chain_of
from app.cases.rules import verify
from app.core.config import Config
from app.core.db import Database, use_database
from tests.conftest import ROOT, create_empty, make_settings
from tests.factories.accounts import PASSWORD
from tests.factories.cases import City, a_city
from tests.factories.programs import Programs, free_port

CLIENTS = 8
AWAY_S = (0.0, 2.0)
RECOVERS_WITHIN_S, PAUSE_S = 3.0, 4.0


@dataclass
class Cluster:
    """A PostgreSQL server of the test's own: what the shared one is to others must not be torn down."""

    bin: Path
    data: Path
    user: str | None
    port: int = field(default_factory=free_port)

    def run(self, program: str, *arguments: str) -> None:
        """A program of PostgreSQL, which refuses to run as root."""
        command = [str(self.bin / program), *arguments]
        subprocess.run(command, check=True, user=self.user, group=self.user, cwd="/", stdout=subprocess.DEVNULL)

    def make(self) -> None:
        self.run("initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
        settings = ("listen_addresses = '127.0.0.1'", f"port = {self.port}", "unix_socket_directories = ''")
        # A killed server loses nothing that it gave to the machine; only a killed machine would, without fsync.
        tuned = ("fsync = off", "synchronous_commit = on", "max_connections = 100", "timezone = 'UTC'")
        with (self.data / "postgresql.auto.conf").open("a") as out:
            out.write("\n".join([*settings, *tuned, "max_locks_per_transaction = 256\n"]))

    def control(self, *arguments: str) -> None:
        log = str(self.data / "server.log")
        self.run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-t", "30", "-s", *arguments)

    @property
    def url(self) -> str:
        return f"postgresql+psycopg2://postgres@127.0.0.1:{self.port}/postgres"


def postgres_bin() -> Path:
    """The newest PostgreSQL of the machine, found as the scripts find it."""
    script = f". {ROOT}/scripts/postgres.sh; find_postgres"
    found = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True)
    return Path(found.stdout.strip())


@contextmanager
def folder_of(user: str | None) -> Iterator[Path]:
    """A new folder for somebody."""
    found = Path(tempfile.mkdtemp(prefix="fieldgrid-restart-"))
    try:
        if user is not None:
            shutil.chown(found, user, user)
        yield found
    finally:
        shutil.rmtree(found, ignore_errors=True)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    user = None if os.geteuid() else "postgres"
    with folder_of(user) as folder:
        found = Cluster(postgres_bin(), folder / "data", user)
        found.make()
        found.control("start")
        yield found
        found.control("stop", "-m", "immediate")


@pytest.fixture
def settings(cluster: Cluster, tmp_path: Path) -> Config:
    """A migrated database in it with the small city."""
    admin = create_engine(cluster.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for role in ("fieldgrid_owner CREATEDB", "fieldgrid_app"):
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
    create_empty(admin, "fieldgrid")
    found = make_settings(cluster.url, "fieldgrid", tmp_path)
    migrate.upgrade(found.owner_database_url)
    return found


@pytest.fixture
def city(settings: Config) -> Iterator[City]:
    database = Database.connect(settings)
    use_database(database)
    with database.unit_of_work() as session:
        made = a_city(session, datetime.now(UTC))
    yield made
    database.bind.dispose()  # type: ignore[union-attr]


@pytest.fixture
def programs(settings: Config, city: City) -> Iterator[Programs]:
    found = Programs(settings)
    found.start()
    yield found
    found.kill()


@dataclass
class Client:
    """Reports and acts without a pause. What was not answered is sent again, under the same key, until it is."""

    base: str
    tokens: dict[str, str]
    city: City
    stop: Event
    accepted: list[tuple[str, str, int]] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    answers: list[tuple[float, int, str | None]] = field(default_factory=list)
    silences: int = 0

    def work(self) -> None:
        with httpx.Client(base_url=f"{self.base}/api/v1", timeout=20) as http:
            while not self.stop.is_set():
                self._case(http)

    def _case(self, http: httpx.Client) -> None:
        report = {"id": str(uuid4()), "description": "路面破损", "position": self.city.position()}
        made = self._sent(http, "inspector1", "/reports", {**report, "captured_at": datetime.now(UTC).isoformat()})
        number = made["case"]["number"]
        self.reports.append(report["id"])
        self.accepted.append((number, "submit", 1))
        for who, action, body in (
            ("supervisor", "supervise", {}),
            ("operator", "request_verify", {"inspector_id": str(self.city.people["inspector2"])}),
            ("supervisor", "supervise", {}),
            ("operator", "reject", {"reason": "重复上报"}),
        ):
            case = self._sent(http, who, f"/cases/{number}/actions/{action}", body)
            self.accepted.append((number, action, case["version"]))

    def _sent(self, http: httpx.Client, who: str, path: str, body: dict) -> dict:
        """The answer to a request that was accepted, however often it had to be sent."""
        headers = {"Authorization": f"Bearer {self.tokens[who]}", "If-Match": "*", "Idempotency-Key": str(uuid4())}
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                answer = http.post(path, json=body, headers=headers)
            except httpx.TransportError:
                self.silences += 1
                continue
            self.answers.append((time.monotonic(), answer.status_code, answer.headers.get("Retry-After")))
            if answer.status_code in {200, 201}:
                return answer.json()
            assert answer.status_code == 503, answer.text
            assert answer.json()["type"] == "/problems/unavailable", answer.text
            time.sleep(0.05)
        raise AssertionError("not accepted for half a minute")


def signed_in(base: str, *names: str) -> dict[str, str]:
    """Access tokens by user name."""
    found = {}
    for name in names:
        answer = httpx.post(f"{base}/api/v1/auth/login", json={"username": name, "password": PASSWORD}, timeout=20)
        found[name] = answer.json()["access_token"]
    return found


@pytest.mark.slow
def test_what_was_accepted_survives_two_restarts_under_load(cluster, settings, city, programs, monkeypatch):
    monkeypatch.setenv("FIELDGRID_DATA_KEY", settings.data_key)
    tokens = signed_in(programs.base, "inspector1", "operator", "supervisor")
    stop = Event()
    clients = [Client(programs.base, tokens, city, stop) for _ in range(CLIENTS)]
    gone: list[tuple[float, float]] = []
    with ThreadPoolExecutor(CLIENTS) as pool:
        working = [pool.submit(client.work) for client in clients]
        for away_s in AWAY_S:
            time.sleep(PAUSE_S)
            began = time.monotonic()
            cluster.control("stop", "-m", "immediate")
            time.sleep(away_s)
            cluster.control("start")
            gone.append((began, time.monotonic()))
        time.sleep(PAUSE_S)
        stop.set()
        for one in working:
            one.result()

    answers = [answer for client in clients for answer in client.answers]
    statuses = Counter(status for _, status, _ in answers)
    assert statuses.keys() == {200, 201, 503}, statuses
    assert sum(client.silences for client in clients) == 0, "every request gets an answer"
    assert all(retry and int(retry) >= 1 for _, status, retry in answers if status == 503)
    refused = sorted(at for at, status, _ in answers if status == 503)
    for (began, ended), following in zip(gone, [*(at for at, _ in gone[1:]), math.inf], strict=True):
        mine = [at for at in refused if began <= at < following]
        assert mine, "the restart has to hit somebody"
        assert mine[-1] - ended < RECOVERS_WITHIN_S
    assert [program.poll() for program in programs.running] == [None, None], "API and worker go on by themselves"
    _nothing_is_lost(settings, clients)


def _nothing_is_lost(settings: Config, clients: list[Client]) -> None:
    reports = [report for client in clients for report in client.reports]
    accepted = {(number, version): action for client in clients for number, action, version in client.accepted}
    database = Database.connect(settings)
    with database.unit_of_work() as session:
        rows = session.execute(text("SELECT id, number, case_month, version, head_hash, state FROM cases")).all()
        kept = {str(one) for one in session.execute(text("SELECT id FROM reports")).scalars()}
        assert kept == set(reports), "a report is gone, or is there that nobody got an answer for"
        assert len(rows) == len(reports), "a report that was sent again opened another case"
        there = {}
        for row in rows:
            events, details = chain_of(session, row.case_month, row.id)
            verdict = verify(events, details, head=row.head_hash)
            assert verdict.ok, verdict.faults
            assert (len(events), row.state) == (row.version, "rejected")
            there |= {(row.number, event.seq): event.action for event in events}
    database.bind.dispose()  # type: ignore[union-attr]
    assert there == accepted, "what was answered is what happened, each once"
    assert len(accepted) == 5 * len(reports)
