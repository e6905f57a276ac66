"""Sending again has one effect; versions are read as they were given."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy import func, select, text, update

from app.core.config import Config
from app.core.db import unit_of_work
from app.core.errors import Stale, VersionMissing
from app.core.http import if_match, purge_idempotency_keys
from app.core.models import IdempotencyKey
from app.factory import create_app
from tests.core.echo import notes, with_echoes


def send(client: FlaskClient, content: dict, key: str | None = "k1", **more):
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/notes", json=content, headers=headers, **more)


def test_the_same_request_again_gets_the_same_answer(frame: FlaskClient):
    first, again = send(frame, {"text": "a"}), send(frame, {"text": "a"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert notes() == 1
    for header in ("Content-Type", "ETag", "Location"):
        assert again.headers[header] == first.headers[header]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_without_a_key_each_request_counts(frame: FlaskClient):
    send(frame, {"text": "a"}, None)
    send(frame, {"text": "a"}, None)
    assert notes() == 2


def test_the_order_of_members_makes_no_difference(frame: FlaskClient):
    send(frame, {"text": "a", "b": {"c": 1, "d": 2}})
    assert send(frame, {"b": {"d": 2, "c": 1}, "text": "a"}).headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_is_a_conflict(frame: FlaskClient):
    send(frame, {"text": "a"})
    other = send(frame, {"text": "b"})
    assert other.status_code == 409
    assert other.get_json()["type"] == "/problems/idempotency-key-reused"
    assert notes() == 1


def test_a_key_belongs_to_who_sent_it(frame: FlaskClient):
    for address in ("192.0.2.1", "192.0.2.2"):
        answer = send(frame, {"text": "a"}, environ_overrides={"REMOTE_ADDR": address})
        assert "Idempotent-Replayed" not in answer.headers
    assert notes() == 2


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 129, "schlüssel", "a\tb"])
def test_a_key_of_the_wrong_shape(frame: FlaskClient, key: str):
    answer = send(frame, {"text": "a"}, key)
    assert answer.status_code == 422
    assert answer.get_json()["type"] == "/problems/idempotency-key-malformed"
    assert notes() == 0


@pytest.mark.parametrize("key", ["!", "~" * 128, "5f0c7a52-1f6e-4b57-9a1e-0d6f1f3a9b11", '"quoted"'])
def test_a_key_of_the_right_shape(frame: FlaskClient, key: str):
    assert send(frame, {"text": "a"}, key).status_code == 201


def test_an_error_is_not_kept(frame: FlaskClient):
    assert send(frame, {"text": "a", "fail": 1}).status_code == 422
    assert notes() == 0
    assert send(frame, {"text": "b"}).status_code == 201
    assert notes() == 1


def _form(boundary: str, text_: str, data: bytes, *, turned: bool = False) -> dict:
    parts = [
        f'Content-Disposition: form-data; name="text"\r\n\r\n{text_}'.encode(),
        b'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + data,
    ]
    edge = b"--" + boundary.encode()
    body = b"".join(edge + b"\r\n" + part + b"\r\n" for part in (parts[::-1] if turned else parts)) + edge + b"--\r\n"
    return {"input_stream": io.BytesIO(body), "content_type": f"multipart/form-data; boundary={boundary}"}


def test_a_form_is_the_same_whatever_its_boundary_and_order(frame: FlaskClient):
    def post(**form):
        length = {"CONTENT_LENGTH": str(len(form["input_stream"].getvalue()))}
        return frame.post("/notes", headers={"Idempotency-Key": "f"}, environ_overrides=length, **form)

    assert post(**_form("one", "a", b"bytes")).status_code == 201
    assert post(**_form("another", "a", b"bytes", turned=True)).headers["Idempotent-Replayed"] == "true"
    assert post(**_form("one", "a", b"other bytes")).status_code == 409
    assert post(**_form("one", "b", b"bytes")).status_code == 409
    assert notes() == 1


def test_the_same_key_at_once_has_one_effect(committed: Config):
    app = with_echoes(create_app(committed))
    client = app.test_client()
    del client

    def one(_: int) -> tuple[int, bytes]:
        answer = send(app.test_client(), {"text": "a"})
        return answer.status_code, answer.data

    with ThreadPoolExecutor(12) as pool:
        answers = set(pool.map(one, range(24)))
    assert answers == {(201, b'{"made":1}')}
    assert notes() == 1


def test_different_bodies_with_one_key_at_once(committed: Config):
    app = with_echoes(create_app(committed))
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda n: send(app.test_client(), {"text": str(n)}).status_code, range(8)))
    assert sorted(codes) == [201] + [409] * 7
    assert notes() == 1


def test_a_request_that_fails_leaves_the_key_to_the_next(committed: Config):
    app = with_echoes(create_app(committed))
    contents = [{"text": "a", "fail": n % 2} for n in range(10)]
    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(lambda content: send(app.test_client(), content, "mixed").status_code, contents))
    assert codes.count(201) >= 1
    assert set(codes) <= {201, 409, 422}
    assert notes() == 1


def test_answers_are_kept_for_more_than_a_week_and_then_forgotten(frame: FlaskClient, session):
    send(frame, {"text": "a"}, "old")
    send(frame, {"text": "a"}, "new")
    with unit_of_work() as unit:
        oldest = unit.execute(select(IdempotencyKey.scope).limit(1)).scalar_one()
        made = text("now() - interval '8 days 1 hour'")
        unit.execute(update(IdempotencyKey).where(IdempotencyKey.scope == oldest).values(created_at=made))
        others = text("now() - interval '7 days 1 hour'")
        unit.execute(update(IdempotencyKey).where(IdempotencyKey.scope != oldest).values(created_at=others))
        assert purge_idempotency_keys(unit) == 1
        assert unit.execute(select(func.count()).select_from(IdempotencyKey)).scalar_one() == 1


@pytest.mark.parametrize(
    ("given", "version"), [('"3"', 3), ('W/"3"', 3), ("3", 3), (' "12" ', 12), ("*", None), ('"0"', 0)]
)
def test_if_match_is_a_version(app: OpenAPI, given: str, version: int | None):
    with app.test_request_context(headers={"If-Match": given}):
        assert if_match() == version


@pytest.mark.parametrize("given", ['"abc"', '"-1"', '"1", "2"', '"9999999999999999999"', '"1.0"', "\xb2", '"', "W/"])
def test_what_never_was_a_version_is_stale(app: OpenAPI, given: str):
    with app.test_request_context(headers={"If-Match": given}), pytest.raises(Stale):
        if_match()


@pytest.mark.parametrize("given", [None, "", "   "])
def test_without_if_match_it_is_asked_for(app: OpenAPI, given: str | None):
    headers = {} if given is None else {"If-Match": given}
    with app.test_request_context(headers=headers), pytest.raises(VersionMissing):
        if_match()
