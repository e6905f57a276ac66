"""Eight clients act on one case five hundred times: no fault of ours, and as many events as actions that succeeded."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from app.core.db import database, unit_of_work
from app.factory import create_app
from tests.contract import conforms
from tests.factories.cases import RUBBISH_CODES, a_city
from tests.factories.http import ROOT, Api

pytestmark = [pytest.mark.committed, pytest.mark.slow]
CLIENTS, TRIES = 8, 500
STATUSES = {200, 403, 404, 409, 412, 422}
MINE = {
    "operator": ("accept", "request_verify", "reject", "take_over", "split"),
    "colleague": ("accept", "take_over"),
    "leader": ("file", "close", "decide_extension", "decide_appeal"),
    "dispatcher": ("dispatch", "decide_hold", "resume"),
    "unit1": ("assign", "return", "request_extension", "request_hold", "finish", "appeal"),
    "handler1": ("finish",),
    "inspector1": ("verify", "check", "take_over"),
    "inspector2": ("verify", "check"),
    "supervisor": ("supervise", "reopen"),
    "unit3": ("assign", "finish"),
}


@pytest.fixture
def api(committed):
    app = create_app(committed, database())
    with unit_of_work() as session:
        city = a_city(session, datetime.now(UTC))
        session.commit()
        yield Api(app, session, city)


@dataclass
class Client:
    """Somebody who tries whatever comes to mind, and remembers what came of it."""

    api: Api
    number: str
    photos: dict[str, list[str]]
    dice: random.Random
    answers: list[tuple[int, dict]] = field(default_factory=list)

    def body(self, who, action):
        city, dice = self.api.city, self.dice
        seen = {"photo_ids": [self.photos[who].pop()], "position": city.position()} if self.photos.get(who) else {}
        bodies = {
            "accept": {"type": RUBBISH_CODES, "condition_id": str(city.condition())},
            "split": {"type": {**RUBBISH_CODES, "code": dice.choice(("06020", "06010"))}},
            "reject": {},  # without its reason: a rejected case would be the end of the story
            "return": {"reason": "不属本单位"},
            "verify": {"verdict": "real", **seen},
            "check": {"verdict": dice.choice(("passed", "failed")), "reason": "未清理干净", **seen},
            "finish": {"text": "已清理", "photo_ids": seen.get("photo_ids", [])},
            "assign": {"handler_id": str(city.people[dice.choice(("handler1", "handler1b", "handler2"))])},
            "request_extension": {"limit": 1, "unit": "working_hour"},
            "request_hold": {"until": (datetime.now(UTC) + timedelta(days=3)).date().isoformat()},
        }
        if action.startswith("decide_"):
            return {"granted": dice.random() < 0.7}
        return bodies.get(action, {})

    def act(self):
        who = self.dice.choice(sorted(MINE))
        action = self.dice.choice(MINE[who] if self.dice.random() < 0.9 else MINE[self.dice.choice(sorted(MINE))])
        version = "*"
        client, headers = self.api.app.test_client(), self.api.headers(who)
        if self.dice.random() < 0.5:
            version = client.get(f"{ROOT}/cases/{self.number}", headers=self.api.headers("admin")).headers["ETag"]
        answer = client.post(
            f"{ROOT}/cases/{self.number}/actions/{action}",
            headers={**headers, "If-Match": version},
            json=self.body(who, action),
        )
        self.answers.append((answer.status_code, conforms(answer)))


def test_five_hundred_actions_of_eight_clients_on_one_case(api):
    report = api.report("citizen", type=RUBBISH_CODES)
    number = report["case"]["number"]
    for who in MINE:
        api.headers(who)
    api.headers("admin")
    photos = {who: [api.photo(who) for _ in range(12)] for who in ("unit1", "handler1", "inspector1", "inspector2")}
    barrier = Barrier(CLIENTS)
    clients = [Client(api, number, photos, random.Random(seed)) for seed in range(CLIENTS)]

    def work(client):
        barrier.wait()
        for _ in range(TRIES // CLIENTS + 1):
            client.act()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, clients))

    answers = [answer for client in clients for answer in client.answers]
    statuses = Counter(status for status, _ in answers)
    assert len(answers) >= TRIES
    assert statuses.keys() <= STATUSES, statuses
    assert min(statuses[status] for status in (200, 409, 412)) >= 5, statuses
    stale = [body for status, body in answers if status == 412]
    illegal = [body for status, body in answers if status == 409]
    assert all(body["version"] > 1 and body["state"] for body in stale)
    assert all(body["state"] and body["type"] == "/problems/illegal-move" for body in illegal)

    events = api.chain(number)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    done = [body for status, body in answers if status == 200]
    assert len(events) == 1 + len(done)
    assert sorted(body["version"] for body in done) == list(range(2, len(events) + 1)), "each event has one answer"
    ends = {event["seq"]: event["to"]["state"] for event in events}
    assert all(ends[body["version"]] == body["state"] for body in done)
    last = api.get("admin", f"/cases/{number}")
    assert (last["version"], last["state"]) == (events[-1]["seq"], events[-1]["to"]["state"])
    api.session.commit()
    told = api.session.execute(
        text("SELECT version FROM changes WHERE number = :n AND kind IN ('case.created', 'case.changed') ORDER BY seq"),
        {"n": number},
    ).scalars()
    assert list(told) == list(range(1, len(events) + 1))
