"""Where staff are reached beside their inbox: confirmed first, masked to others, sent to once."""

import doctest
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core import clock, outbox
from app.notices import service
from app.notices.rules import URGENT, Channel, Occasion, contacts, normal_address
from app.notices.service.telling import Post

pytestmark = pytest.mark.slow

MAIL = {"address": "wang@example.org"}


def test_examples():
    assert doctest.testmod(contacts).failed == 0


@pytest.mark.parametrize(
    ("channel", "text", "kept"),
    [
        (Channel.EMAIL, "wang@example.org", "wang@example.org"),
        (Channel.EMAIL, "wang+city@EXAMPLE.org", "wang+city@example.org"),
        (Channel.EMAIL, "a@b", None),
        (Channel.EMAIL, "a@example.org, b@example.org", None),
        (Channel.EMAIL, "a@example.org\r\nBcc: x@example.org", None),
        (Channel.EMAIL, "王@example.org", None),
        (Channel.EMAIL, "a" * 250 + "@example.org", None),
        (Channel.WECHAT_WORK, "WangWei_01", "WangWei_01"),
        (Channel.WECHAT_WORK, "wang|li", None),
        (Channel.WECHAT_WORK, "@all", None),
        (Channel.SMS, "139 0000 0009", "+8613900000009"),
        (Channel.SMS, "12319", None),
    ],
)
def test_an_address_is_one_of_its_channel(channel, text, kept):
    assert normal_address(channel, text) == kept


def code_sent(session, to):
    session.expire_all()
    return re.search(r"\b(\d{6})\b", outbox.newest(session, limit=1, recipient=to)[0].text)[1]


def put(http, who="unit1", channel="email", status=200, **body):
    return http.call(who, "PUT", f"/me/contacts/{channel}", status, json={**MAIL, **body}).get_json()


def confirm(http, code, who="unit1", channel="email", status=200):
    return http.post(who, f"/me/contacts/{channel}/confirm", status, json={"code": code})


def test_a_contact_is_confirmed_by_a_code_that_went_there(http, session):
    made = put(http)
    assert (made["verified_at"], made["wanted"], made["quiet_hours"]) == (None, sorted(URGENT), True)
    code = code_sent(session, "wang@example.org")
    assert outbox.newest(session, limit=1)[0].text.startswith(("【网格化城市管理】", "[City Grid] "))
    assert "code" not in str(made)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert confirm(http, wrong, status=422)["type"] == "/problems/wrong-contact-code"
    assert http.get("unit1", "/me/contacts")["items"][0]["verified_at"] is None
    done = confirm(http, code)
    assert done["verified_at"]
    # Confirming again changes nothing, and settings are changed without another code.
    assert confirm(http, "000000") == done
    before = len(outbox.newest(session, limit=100))
    changed = put(http, wanted=["case_dispatched"], quiet_hours=False, language="en")
    assert (changed["verified_at"], changed["wanted"]) == (done["verified_at"], ["case_dispatched"])
    session.expire_all()
    assert len(outbox.newest(session, limit=100)) == before
    # Another address is another contact.
    assert put(http, address="li@example.org", language="en")["verified_at"] is None
    assert "confirms" in outbox.newest(session, limit=1, recipient="li@example.org")[0].text
    http.call("unit1", "DELETE", "/me/contacts/email", 204)
    http.call("unit1", "DELETE", "/me/contacts/email", 404)
    assert http.get("unit1", "/me/contacts") == {"items": []}
    confirm(http, code, status=404)


def test_a_code_is_worth_nothing_for_another_address_or_another_person(http, session):
    put(http)
    code = code_sent(session, "wang@example.org")
    put(http, "unit2")
    confirm(http, code, "unit2", status=422)
    put(http, address="li@example.org")
    confirm(http, code, status=422)
    assert http.get("unit1", "/me/contacts")["items"][0]["verified_at"] is None


def test_guessing_a_code_slows_down_and_sending_codes_as_well(http, session):
    put(http)
    code = code_sent(session, "wang@example.org")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answers = [
        http.client.post(
            "/api/v1/me/contacts/email/confirm", headers=http.headers("unit1"), json={"code": wrong}
        ).status_code
        for _ in range(7)
    ]
    assert answers == [422] * 5 + [429] * 2
    for at in range(4):
        put(http, address=f"wang{at}@example.org")
    refused = http.call("unit1", "PUT", "/me/contacts/email", 429, json={"address": "one-more@example.org"})
    assert refused.headers["Retry-After"]
    # What was refused changed nothing.
    assert http.get("unit1", "/me/contacts")["items"][0]["address"] == "wang3@example.org"


def test_what_is_no_contact_is_refused(http):
    for channel, body in (
        ("email", {"address": "wang"}),
        ("sms", {"address": "12319"}),
        ("wechat_work", {"address": "wang wei"}),
        ("email", {**MAIL, "wanted": ["birthdays"]}),
        ("email", {**MAIL, "language": "de"}),
        ("email", {**MAIL, "verified_at": "2026-03-10T00:00:00Z"}),
        ("pigeon", MAIL),
    ):
        assert http.call("unit1", "PUT", f"/me/contacts/{channel}", 422, json=body).get_json()["errors"]
    refused = http.call("unit1", "PUT", "/me/contacts/sms", 422, json={"address": "12319"}).get_json()
    assert (refused["type"], refused["errors"][0]["pointer"]) == ("/problems/bad-contact", "/address")
    http.call("citizen", "PUT", "/me/contacts/email", 403, json=MAIL)
    http.get("citizen", "/me/contacts", 403)
    http.get(None, "/me/contacts", 401)


def test_nobody_else_reads_an_address(http, session, town):
    put(http)
    put(http, channel="sms", address="13900000009")
    path = f"/users/{town.people['unit1']}/contacts"
    shown = {one["channel"]: one["address"] for one in http.get("admin", path)["items"]}
    assert shown == {"email": "w***@example.org", "sms": "139****0009"}
    for who in ("unit2", "operator", "auditor"):
        http.get(who, path, 403)
    http.get("admin", f"/users/{uuid4()}/contacts", 404)
    http.get("admin", f"/users/{town.people['citizen']}/contacts", 404)


NIGHT = datetime(2026, 3, 10, 14, tzinfo=UTC)  # ten in the evening in Shanghai
MORNING = datetime(2026, 3, 11, tzinfo=UTC)


@pytest.fixture
def reached(http, session, monkeypatch):
    """A unit manager with a confirmed mail address that wants more than what is urgent."""
    wanted = [*URGENT, "case_dispatched", "hold_decided"]
    put(http, wanted=wanted)
    confirm(http, code_sent(session, "wang@example.org"))
    monkeypatch.setattr(clock, "now", lambda: NIGHT)


def tell(session, town, occasion, facts=None, who="unit1"):
    post = Post(NIGHT)
    (person,) = service.inbox.queries.people(session, [town.people[who]])
    post.add(person, occasion, "20260310-000001", facts)
    post.write(session)


def mails(session):
    session.expire_all()
    rows = session.execute(text("SELECT subject, text FROM outbox WHERE channel = 'email' ORDER BY created_at, id"))
    return [row for row in rows.all() if "验证码" not in row.text]


def test_urgent_notices_ring_through_and_others_wait_until_morning(session, town, reached):
    tell(session, town, Occasion.TASK_ASSIGNED)
    tell(session, town, Occasion.CASE_DISPATCHED)
    tell(session, town, Occasion.CASE_RETURNED)
    tell(session, town, Occasion.TASK_ASSIGNED, who="unit2")
    for _ in range(2):
        service.send_messages(session, now=NIGHT)
    assert mails(session) == [("新任务", "案卷 20260310-000001 有任务派给您，请及时办理。")]
    service.send_messages(session, now=MORNING - timedelta(seconds=1))
    assert len(mails(session)) == 1
    for _ in range(2):
        service.send_messages(session, now=MORNING)
    assert [subject for subject, _ in mails(session)] == ["新任务", "新派遣"]


def test_without_quiet_hours_nothing_waits_and_each_speaks_their_language(http, session, town, reached):
    put(http, wanted=["hold_decided"], quiet_hours=False, language="en")
    tell(session, town, Occasion.HOLD_DECIDED, {"granted": False})
    service.send_messages(session, now=NIGHT)
    assert mails(session) == [("Hold decided", "The hold asked for case 20260310-000001 was refused.")]


def test_what_waits_for_an_address_goes_nowhere_else(http, session, town, reached):
    tell(session, town, Occasion.CASE_DISPATCHED)
    put(http, address="li@example.org")
    service.send_messages(session, now=MORNING)
    assert mails(session) == []
    tell(session, town, Occasion.TASK_ASSIGNED)
    service.send_messages(session, now=MORNING)
    assert mails(session) == []


def test_whoever_was_shut_out_is_sent_nothing(session, town, reached):
    tell(session, town, Occasion.TASK_ASSIGNED)
    session.execute(text("UPDATE users SET disabled_at = now() WHERE id = :id"), {"id": town.people["unit1"]})
    service.send_messages(session, now=NIGHT)
    assert mails(session) == []
    assert [service.forget_contacts(session), service.forget_contacts(session)] == [1, 0]
    assert session.scalar(text("SELECT count(*) FROM notice_messages")) == 0


def test_each_channel_has_its_form(http, session, town, monkeypatch):
    for channel, address in (("sms", "13900000009"), ("wechat_work", "wangwei")):
        put(http, channel=channel, address=address)
        to = "+86" + address if channel == "sms" else address
        confirm(http, code_sent(session, to), channel=channel)
    tell(session, town, Occasion.TASK_ASSIGNED)
    service.send_messages(session, now=NIGHT)
    session.expire_all()
    said = "案卷 20260310-000001 有任务派给您，请及时办理。"
    sent = {(row.recipient, row.text) for row in outbox.newest(session, limit=50)}
    assert {("+8613900000009", "【网格化城市管理】" + said), ("wangwei", "新任务\n" + said)} <= sent
