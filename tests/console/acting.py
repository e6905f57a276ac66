"""People of the demo city who report and move cases over HTTP, as phones and other programs do."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from tests.console.look import PASSWORD
from tests.factories.media import Shot, jpeg

# Places in the middle of the demo city, a few metres around them each time.
LON, LAT = 121.4652, 31.2338
OVERFULL_BIN = {"scheme": "GB/T 47678.5-2026", "kind": "matter", "code": "06042"}
TYPE_NAME = "垃圾站（箱）满溢"
_dice = random.SystemRandom()


def photo() -> bytes:
    """A photo that nobody has sent before."""
    return jpeg(Shot(size=(640, 480), seed=_dice.randrange(10**9)))


@dataclass
class Office:
    """The API of a running demo city."""

    base: str
    tokens: dict[str, str] = field(default_factory=dict)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def headers(self, who: str | None) -> dict[str, str]:
        if who is None:
            return {}
        if who not in self.tokens:
            answer = self.client.post(f"{self.base}/api/v1/auth/login", json={"username": who, "password": PASSWORD})
            self.tokens[who] = answer.raise_for_status().json()["access_token"]
        return {"Authorization": f"Bearer {self.tokens[who]}"}

    def call(self, who: str | None, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {**self.headers(who), **request.pop("headers", {})}
        answer = self.client.request(method, f"{self.base}/api/v1{path}", headers=headers, **request)
        assert answer.is_success, f"{method} {path} by {who}: {answer.status_code} {answer.text}"
        return answer

    def get(self, who: str, path: str, **query: Any) -> Any:
        return self.call(who, "GET", path, params=query).json()

    def report(self, words: str, who: str | None = "inspector1", *, photos: int = 0, **more: Any) -> str:
        """A report as one form, like `curl -F`; the number of the case that it opens. By staff unless said."""
        place = {"lon": LON + _dice.uniform(-0.004, 0.004), "lat": LAT + _dice.uniform(-0.002, 0.002)}
        form = {"report": json.dumps({"description": words, "position": place, "captured_at": _now(), **more})}
        files = [("photos", (f"{n}.jpg", photo(), "image/jpeg")) for n in range(photos)]
        # A form without a file is a form as well.
        sent = files or [("report", (None, form.pop("report")))]
        return str(self.call(who, "POST", "/reports", data=form, files=sent).json()["case"]["number"])

    def card(self, number: str, who: str = "admin") -> Any:
        return self.get(who, f"/cases/{number}")

    def act(self, who: str, number: str, action: str, **inputs: Any) -> Any:
        """An action at the present version; `photos=n` brings so many new photos."""
        if count := inputs.pop("photos", 0):
            inputs["photo_ids"] = [self.photo(who) for _ in range(count)]
        path, etag = f"/cases/{number}", self.call(who, "GET", f"/cases/{number}").headers["ETag"]
        headers = {"If-Match": etag, "Idempotency-Key": uuid4().hex}
        return self.call(who, "POST", f"{path}/actions/{action}", json=inputs, headers=headers).json()

    def photo(self, who: str) -> str:
        return str(self.call(who, "POST", "/photos", files={"file": ("photo.jpg", photo(), "image/jpeg")}).json()["id"])

    def accepted(self, words: str, who: str | None = "inspector1") -> str:
        """A case accepted as an overfull bin: to be dispatched, or to be filed where it came from a citizen."""
        number = self.report(words, who)
        types = self.get("operator", "/types", q=OVERFULL_BIN["code"], scheme=OVERFULL_BIN["scheme"], kind="matter")
        condition = next(one for one in types["items"] if one["code"] == OVERFULL_BIN["code"])["conditions"][0]
        self.act("operator", number, "accept", type=OVERFULL_BIN, condition_id=condition["id"])
        return number

    def handled(self, words: str) -> tuple[str, str]:
        """A case with its unit; its number and the unit's manager."""
        number = self.accepted(words)
        owner = self.act("dispatcher", number, "dispatch")["owner"]
        return number, f"unit{int(owner['code'][-1])}"

    def closed(self, words: str) -> tuple[str, str]:
        """A case that its unit finished, an inspector checked and the shift leader closed; its number and the unit."""
        number, unit = self.handled(words)
        done = self.act(unit, number, "finish", text="已清空。", photos=1)
        checker = next(one["assignee"]["id"] for one in done["tasks"] if one["kind"] == "check")
        people = self.get("admin", "/users", role="inspector", limit=500)["items"]
        name = next(one["username"] for one in people if one["id"] == checker)
        self.act(name, number, "check", verdict="passed", photos=1, position=done["position"])
        self.act("leader", number, "close")
        return number, unit


def _now() -> str:
    return datetime.now(UTC).isoformat()


def told(what: str) -> str:
    """Words of a report that no other has."""
    return f"{what}（{uuid4().hex[:8]}）"
