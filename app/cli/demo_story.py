"""`./fieldgrid demo`: the story of one photo, over HTTP, from the citizen's report to the closed case.

Every step says what was promised and checks it; the first broken promise ends the story with exit code 1.
"""

from __future__ import annotations

import io
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import click
from PIL import Image

from app.cli.demo_city.pictures import draw
from app.cli.demo_http import Answer, Caller, PromiseBroken
from app.core import outbox
from app.core.config import ConfigError, config
from app.core.db import Database, unit_of_work, use_database

API = "/api/v1"
PASSWORD = "fieldgrid-demo"  # noqa: S105 -- the published password of the demo city
TYPE = {"scheme": "GB/T 47678.5-2026", "kind": "matter", "code": "06042"}
# A place in the demo city, a few metres around it each time.
LON, LAT = 121.4652, 31.2338
PRIVACY_WAIT_S = 60
EXIF_TIME, EXIF_OFFSET, EXIF_SUB, EXIF_GPS = 0x9003, 0x9011, 0x8769, 0x8825


@dataclass
class Story:
    """What the story knows so far."""

    anyone: Caller
    phone: str
    lon: float
    lat: float
    variant: int
    people: dict[str, Caller] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def who(self, username: str) -> Caller:
        """The member of staff with this user name, signed in."""
        if username not in self.people:
            body = {"username": username, "password": PASSWORD}
            tokens = self.anyone.post(f"{API}/auth/login", body).body
            self.people[username] = self.anyone.as_user(tokens["access_token"])
        return self.people[username]

    @property
    def case(self) -> str:
        return f"{API}/cases/{self.facts['case']}"

    def act(self, caller: Caller, action: str, **inputs: Any) -> dict[str, Any]:
        """Do one action on the case with the version just read; the case afterwards."""
        etag = caller.get(self.case).etag
        promised(etag, "a case answers with its version as ETag")
        answer = caller.post(f"{self.case}/actions/{action}", inputs, if_match=etag)
        promised(answer.etag != etag, f"after {action} the case has another version")
        result: dict[str, Any] = answer.body
        return result

    def photo(self, caller: Caller, *, solved: bool) -> Any:
        """Draw a photo, send it, and check what the server made of it."""
        taken = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
        sent = caller.upload(f"{API}/photos", self._drawn(taken, solved=solved)).body
        promised(sent["width"] == 800 and sent["height"] == 600, "a photo's size is read by decoding it")
        promised(bool(sent["taken_at"]), "the time in the photo's EXIF is read")
        place = sent["position"] or {}
        near = abs(place.get("lon", 0) - self.lon) < 1e-4 and abs(place.get("lat", 0) - self.lat) < 1e-4
        promised(near, "the position in the photo's EXIF is read")
        return sent

    def _drawn(self, taken: datetime, *, solved: bool) -> bytes:
        exif = Image.Exif()
        exif[EXIF_SUB] = {EXIF_TIME: taken.strftime("%Y:%m:%d %H:%M:%S"), EXIF_OFFSET: "+00:00"}
        exif[EXIF_GPS] = {1: "N", 2: _degrees(self.lat), 3: "E", 4: _degrees(self.lon)}
        file = io.BytesIO()
        draw("full_bin", self.variant, solved=solved).save(file, "JPEG", quality=84, exif=exif)
        return file.getvalue()


def _degrees(value: float) -> tuple[float, float, float]:
    minutes = (value - int(value)) * 60
    return float(int(value)), float(int(minutes)), round((minutes - int(minutes)) * 60, 4)


def promised(kept: object, promise: str) -> None:
    """Go on where the promise was kept.

    Raises: PromiseBroken.
    """
    if not kept:
        raise PromiseBroken(promise)


def expect_state(case: Mapping[str, Any], state: str) -> None:
    """Go on where the case is in this state.

    Raises: PromiseBroken.
    """
    promised(case["state"] == state, f"the case is now {state} (it is {case['state']})")


def sign_in(story: Story) -> str:
    """A citizen signs in with a phone number and a one-time code."""
    story.anyone.post(f"{API}/auth/citizen/code", {"phone": story.phone}, expect=(202,))
    with unit_of_work() as session:
        messages = outbox.newest(session, limit=5, recipient=f"+86{story.phone}")
    codes = [found.group() for *_, text in messages if (found := re.search(r"(?<!\d)\d{6}(?!\d)", text))]
    promised(codes, "a six-digit code is in the outbox")
    body = {"phone": story.phone, "code": codes[0]}
    tokens = story.anyone.post(f"{API}/auth/citizen/login", body).body
    story.people["citizen"] = story.anyone.as_user(tokens["access_token"])
    return f"{story.phone[:3]}****{story.phone[-4:]} signed in with the code from the outbox"


def locate(story: Story) -> str:
    """Where the citizen stands, in words."""
    found = story.anyone.get(f"{API}/grid/locate?lon={story.lon}&lat={story.lat}").body
    promised([area["level"] for area in found["areas"]][-1] == "cell", "a point in the city lies in a cell")
    story.facts["cell"] = found["cell"]["code"]
    return " › ".join(area["name"] for area in found["areas"])


def report(story: Story) -> str:
    """The citizen sends a photo and a few words; a case is opened."""
    citizen = story.people["citizen"]
    photo = story.photo(citizen, solved=False)
    body = {
        "type": TYPE,
        "description": "路口的垃圾箱满了，垃圾掉了一地，麻烦尽快清理。",
        "position": {"lon": story.lon, "lat": story.lat, "accuracy_m": 8},
        "photo_ids": [photo["id"]],
        "captured_at": datetime.now(UTC).isoformat(),
    }
    made = citizen.post(f"{API}/reports", body, expect=(201,)).body
    promised(made["cell"]["code"] == story.facts["cell"], "the report lies in the cell that locate names")
    promised(made["case"]["state"] == "received", "a report opens a case that awaits the operator")
    story.facts |= {"report": made["id"], "case": made["case"]["number"], "track": made["tracking_code"]}
    again = story.anyone.get(f"{API}/track/{quote(made['tracking_code'])}").body
    promised(again["status"] == "received", "the tracking page knows the report at once")
    return f"report {made['number']} opened case {made['case']['number']}, tracking code {made['tracking_code']}"


def accept(story: Story) -> str:
    """The operator accepts under a type and a filing condition."""
    operator = story.who("operator")
    query = urlencode({"scheme": TYPE["scheme"], "kind": TYPE["kind"], "q": TYPE["code"]})
    types = operator.get(f"{API}/types?{query}").body["items"]
    found = next((item for item in types if item["code"] == TYPE["code"]), None)
    if found is None or not found["conditions"]:
        raise PromiseBroken("the catalogue has the type with its filing conditions")
    condition = found["conditions"][0]
    expect_state(story.act(operator, "accept", type=TYPE, condition_id=condition["id"]), "to_file")
    return f"{found['name']}: {condition['text']}, {condition['limit']:g} {condition['unit']}"


def file(story: Story) -> str:
    """The shift leader files; an operator may not, and a stale version is refused."""
    leader = story.who("leader")
    refused = story.who("operator").get(story.case).etag
    answer = story.who("operator").post(f"{story.case}/actions/file", {}, if_match=refused, expect=(403,))
    promised(_slug(answer) == "not-your-move", "an operator who files is told that it is not their move")
    answer = leader.post(f"{story.case}/actions/file", {}, if_match='"0"', expect=(412,))
    expect_state(story.act(leader, "file"), "to_dispatch")
    return "filed (an operator's try: 403, a stale version: 412)"


def _slug(answer: Answer) -> str:
    body = answer.body if isinstance(answer.body, dict) else {}
    return str(body.get("type", "")).rpartition("/")[2]


def dispatch(story: Story) -> str:
    """The dispatcher sends it to the owner that the rules name."""
    dispatcher = story.who("dispatcher")
    position = {"lon": story.lon, "lat": story.lat}
    explained = dispatcher.post(f"{API}/routing/explain", {"type": TYPE, "position": position}).body
    won = [step for step in explained["trace"] if step["won"]]
    promised(len(won) == 1, "exactly one rule wins, and the trace says which")
    case = story.act(dispatcher, "dispatch")
    expect_state(case, "handling")
    owner = case["owner"]
    promised(owner and owner["id"] == explained["lead"]["id"], "the case goes to the owner that the rules name")
    clock = next((clock for clock in case["clocks"] if clock["stage"] == "handling"), None)
    if clock is None or not clock["due_at"]:
        raise PromiseBroken("handling has a clock with a deadline")
    story.facts |= {"unit": f"unit{int(owner['code'][-2:])}", "handler": f"handler{int(owner['code'][-2:])}"}
    return f"to {owner['name']} (rule: {won[0]['why']}), due {clock['due_at']}"


def assign(story: Story) -> str:
    """The unit's manager gives it to a handler; the reporter stays hidden from the unit."""
    manager = story.who(story.facts["unit"])
    me = manager.get(f"{API}/me").body
    query = urlencode({"role": "handler", "organization": me["organization"]["id"]})
    handlers = manager.get(f"{API}/users?{query}").body["items"]
    promised(handlers, "a unit manager finds the handlers of the unit")
    case = story.act(manager, "assign", handler_id=handlers[0]["id"])
    expect_state(case, "handling")
    promised(story.phone not in str(case), "the reporter's phone is hidden from the handling unit")
    return f"{me['name']} ({me['organization']['name']}) → {handlers[0]['name']}"


def finish(story: Story) -> str:
    """The handler does the work and proves it with a photo."""
    handler = story.who(story.facts["handler"])
    photo = story.photo(handler, solved=True)
    etag = handler.get(story.case).etag
    text = {"text": "已清运满溢垃圾，冲洗地面，垃圾箱复位。"}
    handler.post(f"{story.case}/actions/finish", text, if_match=etag, expect=(422,))
    expect_state(story.act(handler, "finish", photo_ids=[photo["id"]], **text), "to_check")
    return "finished with an after-photo (a try without one: 422)"


def check(story: Story) -> str:
    """An inspector of the duty zone goes to see."""
    for number in range(1, 10):
        inspector = story.who(f"inspector{number}")
        if inspector.get(story.case, expect=(200, 404)).status == 200:
            break
    else:
        raise PromiseBroken("an inspector of the duty zone sees the case")
    story.variant += 1
    photo = story.photo(inspector, solved=True)
    position = {"lon": story.lon, "lat": story.lat}
    case = story.act(inspector, "check", verdict="passed", photo_ids=[photo["id"]], position=position)
    expect_state(case, "to_close")
    return f"inspector{number} found it solved"


def close(story: Story) -> str:
    """The shift leader closes."""
    expect_state(story.act(story.who("leader"), "close"), "closed")
    return "closed"


def track(story: Story) -> str:
    """The citizen sees what was done, with photos whose privacy copies exist, and nothing personal."""
    page: dict[str, Any] = {}
    ends = time.monotonic() + PRIVACY_WAIT_S
    while time.monotonic() < ends:
        page = story.anyone.get(f"{API}/track/{quote(story.facts['track'])}").body
        if page.get("photos"):
            break
        time.sleep(1)
    promised(page["status"] == "closed", "the tracking page says that the case is closed")
    promised(len(page["steps"]) >= 6, "the tracking page tells the steps with their times")
    promised(page.get("photos"), f"the photos are public within {PRIVACY_WAIT_S} s (is the worker running?)")
    promised(story.phone not in str(page), "the tracking page has nothing personal")
    rated = {"score": 5, "text": "处理很快，谢谢！"}
    story.people["citizen"].post(f"{API}/reports/{story.facts['report']}/rating", rated, expect=(200, 201, 204))
    return f"{len(page['steps'])} steps, {len(page['photos'])} public photos; rated 5 of 5"


def verify(story: Story) -> str:
    """The auditor verifies the chain of events."""
    auditor = story.who("auditor")
    events = auditor.get(f"{story.case}/events").body["items"]
    actions = [event["action"] for event in sorted(events, key=lambda event: event["seq"])]
    told = ["submit", "accept", "file", "dispatch", "assign", "finish", "check", "close", "rate"]
    promised(actions == told, f"the chain tells the whole story: {' → '.join(told)} (it tells {' → '.join(actions)})")
    result = auditor.post(f"{story.case}/verify-chain", {}).body
    promised(result["ok"] and result["checked"] == len(told) and not result["faults"], "the chain of events is intact")
    return f"{result['checked']} events, chain intact"


STEPS: tuple[tuple[str, Callable[[Story], str]], ...] = (
    ("市民登录  sign in", sign_in),
    ("定位      locate", locate),
    ("上报      report", report),
    ("受理      accept", accept),
    ("立案      file", file),
    ("派遣      dispatch", dispatch),
    ("指派      assign", assign),
    ("处置      finish", finish),
    ("核查      check", check),
    ("结案      close", close),
    ("查询评价  track and rate", track),
    ("验链      verify the chain", verify),
)


def tell(story: Story, say: Callable[[str], None]) -> None:
    """Play all steps.

    Raises: PromiseBroken at the first one that is not as promised.
    """
    for title, step in STEPS:
        began = time.monotonic()
        try:
            line = step(story)
        except PromiseBroken as broken:
            raise PromiseBroken(f"{title.split('  ')[0].strip()}: {broken}") from broken
        except (KeyError, TypeError, IndexError) as error:
            raise PromiseBroken(f"{title}: the answer has another shape than documented ({error!r})") from error
        say(f"✓ {title}: {line}  [{time.monotonic() - began:.2f} s]")


@click.command("demo")
@click.option("--url", default=None, help="Address of the server; the configured one by default.")
def demo_story(url: str | None) -> None:
    """Play the story of one photo over HTTP, from report to closed case."""
    try:
        settings = config()
    except ConfigError as error:
        raise click.ClickException(
            f"{error}\nStart the server with ./fieldgrid up, then run ./fieldgrid demo."
        ) from error
    use_database(Database.connect(settings))
    dice = random.SystemRandom()
    story = Story(
        anyone=Caller(url or settings.public_url),
        phone=f"139{dice.randrange(10**8):08d}",
        lon=round(LON + dice.uniform(-0.004, 0.004), 6),
        lat=round(LAT + dice.uniform(-0.002, 0.002), 6),
        variant=dice.randrange(1000),
    )
    try:
        tell(story, click.echo)
    except PromiseBroken as broken:
        click.echo(f"✗ {broken}", err=True)
        raise SystemExit(1) from broken
    click.echo(f"Case {story.facts['case']} went from report to closed, every step as promised.")
