"""A small HTTP client for the demo story: JSON in, JSON out, every answer checked against what was promised."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

TIMEOUT_S = 30


class PromiseBroken(Exception):
    """The server did something else than promised; the text says what."""


@dataclass(frozen=True)
class Answer:
    """What the server said; names of headers in small letters, as servers differ in that."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def etag(self) -> str:
        return self.headers.get("etag", "")


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _multipart(name: str, filename: str, content_type: str, data: bytes) -> tuple[bytes, str]:
    boundary = secrets.token_hex(16)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    return head.encode() + data + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class Caller:
    """Somebody who talks to the server: anonymous at first, a user once signed in."""

    def __init__(self, base: str, token: str | None = None) -> None:
        self._base = base.rstrip("/")
        self._token = token

    def as_user(self, token: str) -> Caller:
        """The same server, signed in."""
        return Caller(self._base, token)

    def get(self, path: str, *, expect: Iterable[int] = (200,)) -> Answer:
        """GET a path.

        Raises: PromiseBroken when the status is another one than expected.
        """
        return self._send("GET", path, None, {}, expect)

    def post(
        self, path: str, body: Mapping[str, Any], *, if_match: str | None = None, expect: Iterable[int] = (200,)
    ) -> Answer:
        """POST JSON to a path, with a fresh Idempotency-Key.

        Raises: PromiseBroken when the status is another one than expected.
        """
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
        if if_match is not None:
            headers["If-Match"] = if_match
        return self._send("POST", path, json.dumps(body).encode(), headers, expect)

    def upload(self, path: str, jpeg: bytes) -> Answer:
        """POST a photo as the form field `file`.

        Raises: PromiseBroken unless the answer is 201 or, for the same bytes again, 200.
        """
        data, content_type = _multipart("file", "photo.jpg", "image/jpeg", jpeg)
        return self._send("POST", path, data, {"Content-Type": content_type}, (200, 201))

    def _send(
        self, method: str, path: str, data: bytes | None, headers: Mapping[str, str], expect: Iterable[int]
    ) -> Answer:
        url = path if path.startswith("http") else f"{self._base}{path}"
        if not url.startswith(("http://", "https://")):
            raise PromiseBroken(f"{url} is not an HTTP address: give --url http://…")
        request = urllib.request.Request(url, data=data, method=method, headers=dict(headers))  # noqa: S310 -- checked above
        if self._token is not None and url.startswith(self._base):
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 -- checked above
                answer = Answer(response.status, _lower(response.headers), _decoded(response.read()))
        except urllib.error.HTTPError as error:
            with error:
                answer = Answer(error.code, _lower(error.headers), _decoded(error.read()))
        except OSError as error:
            raise PromiseBroken(f"{url} does not answer ({error}): start the server with ./fieldgrid up") from error
        wanted = tuple(expect)
        if answer.status not in wanted:
            said = json.dumps(answer.body, ensure_ascii=False)[:600]
            raise PromiseBroken(f"{method} {path} was to answer {wanted[0]}, it answered {answer.status}: {said}")
        return answer


def _decoded(data: bytes) -> Any:
    """JSON where it is JSON, else the bytes themselves."""
    try:
        return json.loads(data) if data else None
    except ValueError:
        return data
