"""What no view could use is refused before it, with the place."""

from __future__ import annotations

import gzip
import io

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.intake import _find_nul
from tests.core.echo import notes

LOGIN = "/api/v1/auth/login"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"12",
        b'{"username": NaN}',
        b'{"username": Infinity}',
        b'{"username": 1e999}',
        b'{"username": "a",}',
        b"{'username': 'a'}",
        b'{"username": "\xff"}',
        b'{"username": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        '{"username": "a"}'.encode("utf-16"),
        b'{"a":' * 5000,
        b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    ],
)
def test_what_is_not_a_json_object(client: FlaskClient, body: bytes):
    response = client.post(LOGIN, data=body, content_type="application/json")
    assert response.status_code == 422, response.text
    assert response.get_json()["type"] in {"/problems/malformed-json", "/problems/invalid"}


@pytest.mark.parametrize("place", ["username", "password"])
def test_u0000_in_json_is_named(client: FlaskClient, place: str):
    body = {"username": "a", "password": "b"} | {place: "x\x00y"}
    response = client.post(LOGIN, json=body)
    assert response.status_code == 422
    assert response.get_json()["type"] == "/problems/nul-character"
    assert response.get_json()["errors"] == [{"pointer": f"/{place}", "detail": "contains U+0000"}]


def test_u0000_nested_deeper_than_the_stack(client: FlaskClient):
    body = b'{"a":' * 1000 + b'"\\u0000"' + b"}" * 1000
    assert client.post(LOGIN, data=body, content_type="application/json").status_code == 422


@pytest.mark.slow
@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_u0000_is_found_wherever_it_is(value: object):
    assert (_find_nul(value) is not None) == ("\\x00" in repr(value).replace("\\\\", ""))


def test_u0000_in_an_address(client: FlaskClient):
    for address in ("/api/v1/types?q=a%00b", "/api/v1/types?%00=1", "/api/v1/track/a%00b", "/api/v1/grid/areas/%00"):
        response = client.get(address)
        assert response.status_code == 422, address
        assert response.get_json()["type"] == "/problems/nul-character"


def test_u0000_in_a_form(frame: FlaskClient):
    fields = {"text": "a\x00b"}
    assert frame.post("/notes", data=fields, content_type="multipart/form-data").status_code == 422
    file = {"file": (io.BytesIO(b"x"), "a.jpg")}
    crafted = frame.post("/notes", data=file | {"te\x00xt": "a"}, content_type="multipart/form-data")
    assert crafted.status_code == 422
    assert notes() == 0


def test_a_compressed_body_is_a_wrong_type_not_bad_json(client: FlaskClient):
    body, headers = gzip.compress(b'{"username": "a", "password": "b"}'), {"Content-Encoding": "gzip"}
    answer = client.post(LOGIN, data=body, content_type="application/json", headers=headers)
    assert (answer.status_code, answer.get_json()["type"]) == (415, "/problems/wrong-type")
    plain = {"username": "a", "password": "b"}
    assert client.post(LOGIN, json=plain, headers={"Content-Encoding": "identity"}).status_code == 401


def test_json_is_small_also_where_a_form_may_be_large(frame: FlaskClient):
    answer = frame.post("/notes", json={"text": "a" * 1_048_576})
    assert (answer.status_code, answer.get_json()["max_bytes"]) == (413, 1_048_576)
    assert frame.post("/notes", json={"text": "a" * 1_000_000}).status_code == 201


def test_a_parameter_given_twice_or_unknown(client: FlaskClient):
    twice = client.get("/api/v1/types?limit=1&limit=2")
    assert twice.status_code == 422
    assert twice.get_json()["errors"][0]["pointer"] == "/limit"
    unknown = client.get("/api/v1/types?limits=1")
    assert unknown.status_code == 422
    assert unknown.get_json()["errors"][0]["pointer"] == "/limits"


@pytest.mark.parametrize("limit", ["0", "-1", "501", "1.5", "", "x", "1e2", "９９９"])
def test_a_limit_out_of_range_is_refused_not_clamped(client: FlaskClient, limit: str):
    response = client.get("/api/v1/types", query_string={"limit": limit})
    assert response.status_code == 422
    assert response.get_json()["errors"][0]["pointer"] == "/limit"


def test_a_form_whose_fields_are_too_large(frame: FlaskClient):
    field = b'--y\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"a" * 1_100_000 + b"\r\n--y--\r\n"
    response = frame.post("/notes", data=field, content_type="multipart/form-data; boundary=y")
    assert response.status_code == 413
    assert notes() == 0


def test_a_form_that_cannot_be_read_has_no_fields(frame: FlaskClient):
    response = frame.post("/notes", data=b"--x\r\nnothing", content_type="multipart/form-data; boundary=y")
    assert response.status_code in {201, 422}
