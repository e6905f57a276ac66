"""Who was shown personal data, as auditors read it; and that every deed on record has its name."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from app.core.audit import DEEDS
from app.core.disclosure import note_read
from app.core.ids import new_id
from tests.system.sources import ROOT

BASE = "/administration/personal-reads"


@pytest.fixture
def reads(api, session, city):
    """A track that the leader looked at, and a caller whom the operator rang."""
    shift = api.post("inspector1", "/field/shifts", 201)["id"]
    report = api.report()
    at = datetime(2031, 5, 1, 4, tzinfo=UTC)
    note_read(session, what="track", subject_id=shift, why="投诉核查", user_id=city.people["leader"], now=at)
    later = at + timedelta(days=1)
    said = {"what": "report_caller", "subject_id": report["id"], "why": "call_back"}
    note_read(session, **said, user_id=city.people["operator"], now=later)
    session.commit()
    return {"shift": shift, "report": report}


def test_who_was_shown_what_and_why_newest_first(api, city, reads):
    called, walked = api.get("auditor", BASE, **{"from": "2031-05-01"})["items"]
    assert (called["what"], called["why"], called["user"]["username"]) == ("report_caller", "call_back", "operator")
    assert called["subject"] == {
        "id": reads["report"]["id"],
        "report_number": reads["report"]["number"],
        "person": None,
        "started_at": None,
    }
    assert (walked["what"], walked["why"], walked["subject"]["id"]) == ("track", "投诉核查", reads["shift"])
    assert walked["subject"]["person"]["id"] == str(city.people["inspector1"])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"what": "track"}, ["track"]),
        ({"user": " Operator "}, ["report_caller"]),
        ({"to": "2031-05-01"}, ["track"]),
        ({"from": "2031-05-02"}, ["report_caller"]),
    ],
)
def test_it_is_narrowed(api, reads, query, found):
    items = api.get("admin", BASE, **{"from": "2031-05-01", **query})["items"]
    assert [one["what"] for one in items] == found


def test_by_whom_of_what_and_page_by_page(api, city, reads):
    assert [one["what"] for one in api.get("admin", BASE, subject=reads["shift"])["items"]] == ["track"]
    assert [one["what"] for one in api.get("admin", BASE, user=str(city.people["leader"]))["items"]] == ["track"]
    first = api.get("admin", BASE, limit=1, **{"from": "2031-05-01"})
    rest = api.get("admin", BASE, limit=1, cursor=first["next_cursor"], **{"from": "2031-05-01"})
    assert [one["what"] for one in first["items"] + rest["items"]] == ["report_caller", "track"]
    assert rest["next_cursor"] is None


def test_nobody_else_reads_it_and_nothing_unknown_is_asked(api, reads):
    for who in ("operator", "leader", "evaluator", "unit1", "inspector1", "citizen"):
        api.get(who, BASE, 403)
    api.get(None, BASE, 401)
    for query in ({"what": "diary"}, {"user": "nobody"}, {"from": "once"}, {"cursor": "x"}, {"colour": "red"}):
        api.get("auditor", BASE, 422, **query)


def test_the_page_costs_the_same_for_one_and_for_thirty(api, session, city, statements):
    counted = []
    for many in (1, 29):
        for _ in range(many):
            said = {"what": "track", "subject_id": new_id(), "why": "duty", "user_id": city.people["leader"]}
            note_read(session, **said, now=datetime.now(UTC))
        session.commit()
        api.get("admin", BASE)
        with statements() as sent:
            api.get("admin", BASE)
        counted.append(len(sent))
    assert counted[0] == counted[1]


# The record of changes names what is done.

SERVICES = sorted((ROOT / "app").glob("*/service/*.py")) + sorted((ROOT / "app").glob("*/service.py"))
WRITTEN = re.compile(
    r"(?:audit\.note\(|_note\(|\bnote\(|Note\(|action\s*=\s*)[^)]*?\"([a-z_]+)\.([a-z_]+)\"", re.DOTALL
)
MADE = re.compile(r"f\"([a-z_]+)\.\{deed\}\"")
DEED = re.compile(r"_note\((?:session, )?\"([a-z_]+)\",")


def test_every_deed_that_services_write_down_is_known():
    written = set()
    for path in SERVICES:
        source = path.read_text(encoding="utf-8")
        if "audit" not in source and "note(" not in source:
            continue
        written |= set(WRITTEN.findall(source))
        for kind in MADE.findall(source):
            written |= {(kind, deed) for deed in DEED.findall(source)}
    assert len(written) > 30
    assert {f"{kind}.{deed}" for kind, deed in written if deed not in DEEDS.get(kind, ())} == set()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_deed_has_words_in_the_console(language):
    path = ROOT / "web" / "console" / "src" / "messages" / language / "admin.json"
    words = json.loads(path.read_text(encoding="utf-8"))["changes"]
    assert set(DEEDS) <= set(words["thing"])
    assert {deed for deeds in DEEDS.values() for deed in deeds} <= set(words["deed"])
