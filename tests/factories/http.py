"""Speaking to the API as somebody, every answer compared with its description."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.service import families
from app.accounts.views import tokens
from tests.contract import conforms
from tests.factories.cases import City
from tests.factories.media import SMALL, Shot, jpeg

ROOT = "/api/v1"
_seed = iter(range(2_000_000, 9_000_000))


def bearer(app: OpenAPI, session: Session, user_id: UUID) -> dict[str, str]:
    """The headers of a user who has just signed in."""
    started = families.start(session, user_id, now=datetime.now(UTC))
    with app.app_context():
        access, _ = tokens.signed(started)
    return {"Authorization": f"Bearer {access}"}


class Api:
    """Requests by people named in the city; `None` is anybody without a sign-in."""

    def __init__(self, app: OpenAPI, session: Session, city: City) -> None:
        self.app, self.session, self.city = app, session, city
        self.client: FlaskClient = app.test_client()
        self._headers: dict[str | None, dict[str, str]] = {None: {}}

    def headers(self, who: str | None) -> dict[str, str]:
        if who not in self._headers:
            self._headers[who] = bearer(self.app, self.session, self.city.people[who])
            self.session.commit()
        return self._headers[who]

    def call(self, who: str | None, method: str, path: str, status: int = 200, **request: Any) -> TestResponse:
        """One request; the answer has this status and is as described."""
        headers = {**self.headers(who), **request.pop("headers", {})}
        answer = self.client.open(ROOT + path, method=method, headers=headers, **request)
        assert answer.status_code == status, f"{method} {path} by {who}: {answer.status_code} {answer.get_data(True)}"
        conforms(answer)
        return answer

    def get(self, who: str | None, path: str, status: int = 200, **query: Any) -> Any:
        return self.call(who, "GET", path, status, query_string=query).get_json()

    def post(self, who: str | None, path: str, status: int = 200, **request: Any) -> Any:
        return self.call(who, "POST", path, status, **{"json": {}, **request}).get_json()

    def photo(self, who: str | None, data: bytes | None = None) -> str:
        """A photo of theirs that nobody has sent before, or these bytes."""
        data = data or jpeg(Shot(size=SMALL, seed=next(_seed)))
        form = {"file": (io.BytesIO(data), "photo.jpg")}
        answer = self.client.post(f"{ROOT}/photos", headers=self.headers(who), data=form)
        assert answer.status_code in {200, 201}, answer.get_data(True)
        return str(answer.get_json()["id"])

    def report(self, who: str | None = "citizen", status: int = 201, cell: str = "310101001001001", **body: Any) -> Any:
        content = {
            "description": "路口垃圾桶满了",
            "position": self.city.position(cell),
            "captured_at": datetime.now(UTC).isoformat(),
            **body,
        }
        return self.post(who, "/reports", status, json=content)

    def version(self, number: str) -> str:
        answer = self.call("admin", "GET", f"/cases/{number}")
        return answer.headers["ETag"]

    def act(self, who: str, number: str, action: str, status: int = 200, **inputs: Any) -> Any:
        """An action at the present version; `photos=n` brings so many new photos."""
        if count := inputs.pop("photos", 0):
            inputs["photo_ids"] = [self.photo(who) for _ in range(count)]
        headers = {"If-Match": self.version(number)}
        inputs = {name: str(value) if isinstance(value, UUID) else value for name, value in inputs.items()}
        return self.post(who, f"/cases/{number}/actions/{action}", status, json=inputs, headers=headers)

    def refused(self, who: str, number: str, action: str, status: int, slug: str, **inputs: Any) -> Any:
        """A try that ends in this problem and changes nothing."""
        before = self.version(number)
        body = self.act(who, number, action, status, **inputs)
        assert body["type"] == f"/problems/{slug}", body
        assert self.version(number) == before
        return body

    def chain(self, number: str) -> list[dict[str, Any]]:
        """The case's events, whose chain was found whole."""
        verdict = self.post("auditor", f"/cases/{number}/verify-chain")
        assert (verdict["ok"], verdict["faults"]) == (True, []), verdict
        events: list[dict[str, Any]] = self.get("operator", f"/cases/{number}/events")["items"]
        assert verdict["checked"] == len(events)
        return events
