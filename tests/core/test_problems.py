"""Whatever goes wrong is a problem document with a request id, and tells nothing that it should not."""

from __future__ import annotations

from dataclasses import replace

import pytest
import structlog
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from app.core import problems
from app.core.config import Config
from app.core.db import Database, unit_of_work, use_database
from app.core.errors import Fault, Invalid, TooMany
from app.factory import create_app

LOGIN = "/api/v1/auth/login"
LOCATE = "/api/v1/grid/locate"


def problem(response: TestResponse, status: int, slug: str) -> dict:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    body = response.get_json()
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == response.headers["X-Request-Id"]
    return body


def test_an_unknown_address(client: FlaskClient):
    body = problem(client.get("/api/v1/nowhere"), 404, "not-found")
    assert body["instance"] == "/api/v1/nowhere"
    assert body["detail"].startswith("There is nothing at this address: check its path")


@pytest.mark.parametrize(
    "address", ["/api/v1/cases/%2e%2e/x", "/api/v1/photos/not-a-uuid", "/api/v1//", "/docs/nothing"]
)
def test_addresses_that_almost_exist(client: FlaskClient, address: str):
    problem(client.get(address), 404, "not-found")


def test_a_method_that_is_not_taken_names_those_that_are(client: FlaskClient):
    response = client.delete(LOCATE)
    body = problem(response, 405, "method-not-allowed")
    assert body["detail"] == f"This address does not take DELETE; it takes {response.headers['Allow']}."
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_a_body_that_is_too_large(client: FlaskClient):
    response = client.post(LOGIN, data=b"{" + b" " * 1_100_000, content_type="application/json")
    assert problem(response, 413, "too-large")["max_bytes"] == 1_048_576


def test_a_body_that_is_too_large_and_does_not_say_so(client: FlaskClient):
    """Chunked bodies have no Content-Length; they are cut off while they are read."""
    environ = {
        "CONTENT_LENGTH": "",
        "wsgi.input": _Endless(),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    response = client.post(LOGIN, content_type="application/json", environ_overrides=environ)
    problem(response, 413, "too-large")


class _Endless:
    """A body that never ends; reading far past the limit fails the test."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        size = 65_536 if size < 0 else size
        self.given += size
        assert self.given < 4_000_000, "read far past the limit"
        return b" " * size

    def readinto(self, buffer: bytearray) -> int:
        buffer[:] = self.read(len(buffer))
        return len(buffer)

    def close(self) -> None:
        return


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_content_type_that_is_not_taken(client: FlaskClient, content_type: str | None):
    body = problem(client.post(LOGIN, data=b"{}", content_type=content_type), 415, "wrong-type")
    assert body["accepted"] == ["application/json"]


def test_what_the_schema_refuses_is_named_place_by_place(client: FlaskClient):
    report = {"description": 5, "position": {"lon": 500, "lat": "x"}, "photo_ids": ["a"], "more": 1}
    body = problem(client.post("/api/v1/reports", json=report), 422, "invalid")
    pointers = {fault["pointer"] for fault in body["errors"]}
    assert {"/description", "/position/lon", "/position/lat", "/photo_ids/0", "/captured_at", "/more"} == pointers
    assert all(fault["detail"] for fault in body["errors"])
    assert {"pointer": "/more", "detail": "not known here: check its spelling or leave it out"} in body["errors"]


def test_our_own_words_stand_alone(client: FlaskClient):
    report = {"description": "x", "position": {"lon": 1, "lat": 1}, "captured_at": "2026-03-10T10:00:00"}
    (fault,) = problem(client.post("/api/v1/reports", json=report), 422, "invalid")["errors"]
    assert fault["detail"].startswith("an instant needs a zone")


def test_input_is_not_repeated(client: FlaskClient):
    response = client.post(LOGIN, json={"username": {"secret": "swordfish"}, "password": ["swordfish"]})
    problem(response, 422, "invalid")
    assert "swordfish" not in response.text


def test_a_fault_of_ours_tells_nothing(frame: FlaskClient, capsys: pytest.CaptureFixture):
    response = frame.get("/broken")
    body = problem(response, 500, "internal")
    assert "swordfish" not in response.text
    assert "Traceback" not in response.text
    assert "RuntimeError" not in response.text
    assert body.keys() == {"type", "title", "status", "detail", "instance", "request_id"}


def test_a_request_id_of_the_caller_is_kept_if_it_is_harmless(client: FlaskClient):
    for given, kept in {"abc-123": True, "a" * 64: True, "a" * 65: False, 'x"} injected': False, "é": False}.items():
        response = client.get("/healthz", headers={"X-Request-Id": given})
        assert (response.headers["X-Request-Id"] == given) is kept
    assert client.get("/healthz").headers["X-Request-Id"] != client.get("/healthz").headers["X-Request-Id"]


def test_unauthenticated_says_how(client: FlaskClient):
    response = client.get("/api/v1/me")
    problem(response, 401, "token-missing")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_too_many_says_when_to_come_back(app: OpenAPI):
    with app.test_request_context("/x"):
        response = problems.handle(TooMany("slowly", retry_after_s=7, limit=3))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert response.get_json()["limit"] == 3


def test_faults_become_errors(app: OpenAPI):
    with app.test_request_context("/x"):
        body = problems.handle(Invalid("no", faults=[Fault("/a/0", "why")])).get_json()
    assert body["errors"] == [{"pointer": "/a/0", "detail": "why"}]


def test_a_pointer_escapes_as_the_standard_says():
    assert problems.pointer_of(("a/b", "c~d", 0)) == "/a~1b/c~0d/0"


class _Diagnosis:
    constraint_name = "uq_users_phone"
    table_name = "users"
    column_name = None


class _Original(Exception):
    def __init__(self, code: str) -> None:
        super().__init__("could not; DETAIL: Key (phone)=(13800000001)")
        self.pgcode = code
        self.diag = _Diagnosis()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("select 1", {}, _Original("57P01")), 503),
        (OperationalError("select 1", {}, _Original("40P01")), 503),
        (IntegrityError("insert", {}, _Original("23503")), 409),
        (IntegrityError("insert", {}, _Original("23505")), 409),
        (IntegrityError("insert", {}, _Original("23P01")), 409),
        (IntegrityError("insert", {}, _Original("23502")), 500),
        (IntegrityError("insert", {}, _Original("23514")), 500),
        (DataError("select", {}, _Original("22003")), 422),
        (DataError("select", {}, _Original("22012")), 500),
    ],
)
def test_what_the_database_says_is_told_without_its_data(app: OpenAPI, error: Exception, status: int):
    with app.test_request_context("/x"):
        response = problems.handle(error)
    assert response.status_code == status
    assert "13800000001" not in response.get_data(as_text=True)
    assert ("Retry-After" in response.headers) is (status == 503)


@pytest.mark.parametrize(
    ("layer", "broken"), [("'dragons'", "ck_base_features_layer"), ("NULL", "base_features.layer")]
)
def test_a_row_that_we_wrote_wrongly_is_our_fault_and_named(
    app: OpenAPI, session: Session, monkeypatch: pytest.MonkeyPatch, layer: str, broken: str
):
    monkeypatch.setattr(problems, "log", structlog.get_logger())
    wrong = f"INSERT INTO base_features (layer, geom) VALUES ({layer}, ST_SetSRID(ST_MakePoint(121, 31), 4326))"
    with pytest.raises(IntegrityError) as caught, session.begin_nested():
        session.execute(text(wrong))
    with capture_logs() as logged, app.test_request_context("/x"):
        response = problems.handle(caught.value)
    assert response.status_code == 500
    assert "base_features" not in response.get_data(as_text=True)
    assert [(line["event"], line["constraint"]) for line in logged] == [("database.wrong_row", broken)]
    assert "Failing row" not in str(logged), "the row itself may be personal"


def test_without_its_database_the_api_says_so_and_recovers(committed: Config):
    away = replace(committed, database_url="postgresql+psycopg2://nobody@127.0.0.1:1/none")
    client = create_app(away).test_client()
    for call in (client.get("/api/v1/types"), client.post(LOGIN, json={"username": "a", "password": "b"})):
        problem(call, 503, "unavailable")
        assert int(call.headers["Retry-After"]) >= 1
    assert client.get("/healthz").status_code == 200
    use_database(Database.connect(committed))
    assert client.get("/api/v1/types").status_code == 200


def test_a_server_that_ends_its_connections_costs_no_later_request(committed: Config, superuser_url: str):
    database = Database.connect(committed)
    client = create_app(committed, database).test_client()
    assert client.get("/api/v1/types").status_code == 200
    admin = Database.connect(replace(committed, database_url=superuser_url))
    with admin.unit_of_work() as session:
        ended = text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = :name")
        name = committed.database_url.rpartition("/")[2].partition("?")[0]
        assert session.execute(ended, {"name": name}).scalar_one() >= 1
    first = client.get("/api/v1/types")
    assert first.status_code in {200, 503}
    assert first.status_code == 200 or int(first.headers["Retry-After"]) >= 1
    assert [client.get("/api/v1/types").status_code for _ in range(3)] == [200, 200, 200]
    admin.bind.dispose()
    database.bind.dispose()


def _fail_after_writing() -> None:
    with unit_of_work() as session:
        session.execute(
            text("""INSERT INTO outbox (id, channel, recipient, text, created_at)
                    VALUES (gen_random_uuid(), 'sms', '1', 't', now())""")
        )
        raise RuntimeError("stop")


def test_a_failed_unit_keeps_nothing(committed: Config):
    with pytest.raises(RuntimeError, match="stop"):
        _fail_after_writing()
    with unit_of_work() as session:
        assert session.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0
