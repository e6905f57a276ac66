"""A published quarter becomes a bulletin over HTTP, and the bulletin says what the API says of that revision."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.bulletins import jobs
from app.bulletins.rules import Language
from app.bulletins.rules.template import COUNTS, RATES
from app.bulletins.service.words import messages
from app.core import clock
from app.core.storage import store
from app.documents.errors import NoPrinting, PrintingBusy
from app.evaluation.rules.indicators import INDICATORS
from tests.bulletins.reading import percent, squeezed, tables_of, text_of_docx, text_of_pdf
from tests.factories.figures import IN_TIME, LATE, OPEN, QUARTER, Played

pytestmark = pytest.mark.slow

PERIOD = f"/evaluation/periods/{QUARTER}"
PATH = f"{PERIOD}/bulletins"


@pytest.fixture
def played(session, city):
    return Played(session, city)


@pytest.fixture
def quick(monkeypatch):
    """The file is a word: what it is made of is another test's."""
    monkeypatch.setattr(jobs.service, "file_of", lambda document, _: document.title.encode())


def step(api, who, deed, **body):
    version = api.call(who, "GET", PERIOD).headers["ETag"]
    return api.call(who, "POST", f"{PERIOD}/{deed}", 200, json=body, headers={"If-Match": version}).get_json()


def published(api, **body):
    step(api, "evaluator", "review")
    step(api, "admin", "revise" if body else "publish", **body)


def asked(api, who="evaluator", status=202, **wanted):
    return api.post(who, PATH, status, json={"format": "pdf", **wanted})


def made(api, **wanted):
    found = asked(api, **wanted)
    jobs.make_file(found["id"])
    return api.get("evaluator", f"{PATH}/{found['id']}")


def file_of(api, found, who="evaluator", status=200):
    answer = api.client.get(found["file"], headers=api.headers(who))
    assert answer.status_code == status
    return answer


def test_the_figures_in_both_files_are_those_of_the_api(api, played):
    for hours in (IN_TIME, IN_TIME, LATE, OPEN):
        played.case(hours)
    published(api)
    played.case(IN_TIME)
    query = {"period": QUARTER, "revision": 1}
    city = {
        one["indicator"]: one
        for one in api.get("evaluator", "/evaluation/indicators", subject="city", **query)["items"]
    }
    told = [squeezed(one) for one in expected_sentences(city)]
    for ending, read in (("pdf", text_of_pdf), ("docx", text_of_docx)):
        found = made(api, format=ending)
        assert (found["state"], found["problem"], found["revision"], found["draft"]) == ("ready", None, 1, False)
        data = file_of(api, found).data
        assert (found["bytes"], found["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert [one for one in told if one not in read(data)] == []
    tables = tables_of(data)
    for table, subject in zip(tables, ("district", "street", "unit"), strict=False):
        assert table[1:] == expected_ranking(api, subject, query)
    rates = {row[0]: row[1:3] for row in tables[3][1:]}
    assert rates["按时处置率"] == [percent(2, 4), "2/4"]
    assert rates["立案数"] == [str(city["filed"]["numerator"]), "—"]
    assert tables[5][1:] == [["市民上报", "4", "100.00%"]]
    assert tables[6][1:] == [["1", "事件类", "暴露垃圾", "4", "100.00%", "4", "0"]]


def expected_sentences(city):
    """What the text says of the whole city, from the API's answer."""
    on_time, closed, late = (city[f"{name}_rate"] for name in ("on_time_handled", "closed", "overdue_open"))
    return [
        f"受理案件{city['reports']['numerator']}件",
        f"立案{city['filed']['numerator']}件",
        f"其中按时处置{on_time['numerator']}件",
        f"按时处置率为{percent(on_time['numerator'], on_time['denominator'])}",
        f"结案率为{percent(closed['numerator'], closed['denominator'])}",
        f"超期未处置{late['numerator']}件",
    ]


def expected_ranking(api, subject, query):
    """The rows of a ranking's table, from the API's answers."""
    figures = {}
    for one in api.get("evaluator", "/evaluation/indicators", subject=subject, **query)["items"]:
        figures[one["subject"]["code"], one["indicator"]] = one
    rows = []
    for item in api.get("evaluator", "/evaluation/ranking", subject=subject, **query)["items"]:
        code = item["subject"]["code"]
        rates = [figures[code, f"{name}_rate"] for name in ("on_time_handled", "closed", "rework")]
        score = "无数据" if item["score"] is None else f"{item['score']:.2f}"
        rank = "—" if item["rank"] is None else f"并列{item['rank']}" if item["tied"] else str(item["rank"])
        grade = item["grade"]["code"] if item["grade"] else "—"
        counted = [percent(one["numerator"], one["denominator"]) for one in rates]
        late = figures[code, "overdue_open_rate"]["numerator"]
        rows.append(
            [rank, item["subject"]["name"], score, grade, "—", "—", str(rates[0]["denominator"]), *counted, str(late)]
        )
    return rows


def test_every_indicator_that_is_told_has_a_word():
    for language in Language:
        assert set(RATES) | set(COUNTS) <= messages(language)["indicators"].keys()
    assert set(RATES) | set(COUNTS) <= INDICATORS.keys()


def test_a_bulletin_is_asked_for_made_and_found_again(api, played, quick, session):
    published(api)
    answer = api.call("admin", "POST", PATH, 202, json={"format": "docx", "serial": 8, "language": "en"})
    found = answer.get_json()
    assert answer.headers["Location"] == f"/api/v1{PATH}/{found['id']}"
    assert (found["state"], found["progress"], found["file"], found["bytes"]) == ("waiting", 0, None, None)
    assert found["name"] == "bulletin-2026-Q1-r1-en.docx"
    assert api.get("admin", f"{PATH}/{found['id']}/file", 409)["type"] == "/problems/bulletin-not-ready"
    assert asked(api, format="docx", serial=8, language="en")["id"] == found["id"]
    queued = "SELECT args ->> 'bulletin_id' FROM procrastinate_jobs WHERE task_name = 'bulletins.make_file'"
    assert session.execute(text(queued)).scalars().all() == [found["id"]]
    jobs.make_file(found["id"])
    jobs.make_file(found["id"])
    ready = api.get("admin", f"{PATH}/{found['id']}")
    assert (ready["state"], ready["progress"], ready["template"]) == ("ready", 100, 0)
    file = file_of(api, ready)
    assert file.headers["Content-Disposition"] == 'attachment; filename="bulletin-2026-Q1-r1-en.docx"'
    assert file.headers["ETag"] == f'"{ready["sha256"]}"'
    assert file.data == b"City management in quarter 1 of 2026"
    (note,) = session.execute(text("SELECT subject, detail FROM admin_changes WHERE action = 'bulletin.make'")).all()
    assert (note.subject, note.detail["serial"]) == (f"evaluation_period:{QUARTER}", 8)


def test_whoever_reads_figures_reads_what_is_published_and_nobody_else_drafts(api, played, quick):
    step(api, "evaluator", "review")
    assert asked(api, status=404)["type"] == "/problems/revision-not-found"
    draft = made(api, draft=True)
    assert (draft["draft"], draft["revision"], draft["state"]) == (True, 1, "ready")
    assert "征求意见稿" in file_of(api, draft).data.decode()
    step(api, "admin", "publish")
    assert asked(api, status=409, draft=True)["type"] == "/problems/period-not-ready"
    whole = made(api)
    for who in ("unit1", "auditor", "operator"):
        assert [one["id"] for one in api.get(who, PATH)["items"]] == [whole["id"]]
        assert file_of(api, whole, who).data
        assert api.get(who, f"{PATH}/{draft['id']}", 404)["type"] == "/problems/bulletin-not-found"
        api.get(who, f"{PATH}/{draft['id']}/file", 404)
        asked(api, who, 403)
    assert [one["id"] for one in api.get("admin", PATH)["items"]] == [whole["id"], draft["id"]]
    for who in ("handler1", "inspector1", "citizen"):
        api.get(who, PATH, 403)
    assert api.get("admin", f"/evaluation/periods/2026-Q2/bulletins/{whole['id']}", 404)


def test_a_bulletin_of_an_old_revision_says_what_that_one_said(api, played, monkeypatch):
    documents = []
    monkeypatch.setattr(jobs.service, "file_of", lambda document, _: documents.append(document) or b"file")
    late = [played.case(hours) for hours in (IN_TIME, LATE)][1]
    published(api)
    made(api)
    played.granted_appeal(late)
    published(api, reason="申诉成立")
    made(api, revision=1)
    made(api)
    first, again, revised = ([block.text for block in one.blocks] for one in documents)
    assert first == again != revised
    assert "应处置案件2件" in "".join(first)
    assert "应处置案件1件" in "".join(revised)
    assert [one["revision"] for one in api.get("evaluator", PATH)["items"]] == [2, 1, 1]


@pytest.mark.parametrize(
    ("error", "runs", "slug"),
    [
        (NoPrinting("no fonts"), 1, "no-printing"),
        (PrintingBusy("later"), 3, "printing-busy"),
        (OSError("disk"), 3, "bulletin-broken"),
    ],
)
def test_what_cannot_be_made_says_why(api, played, monkeypatch, error, runs, slug):
    published(api)

    def refuse(*_):
        raise error

    monkeypatch.setattr(jobs.service, "file_of", refuse)
    found = asked(api)
    for _ in range(runs - 1):
        with pytest.raises(type(error)):
            jobs.make_file(found["id"])
    jobs.make_file(found["id"])
    failed = api.get("evaluator", f"{PATH}/{found['id']}")
    assert (failed["state"], failed["problem"]["type"]) == ("failed", f"/problems/{slug}")
    assert failed["problem"]["detail"] in api.get("evaluator", f"{PATH}/{found['id']}/file", 409)["detail"]
    assert asked(api)["id"] != found["id"]


def test_a_draft_that_was_published_meanwhile_is_not_made(api, played, quick):
    step(api, "evaluator", "review")
    found = asked(api, draft=True)
    step(api, "admin", "publish")
    jobs.make_file(found["id"])
    assert api.get("evaluator", f"{PATH}/{found['id']}")["problem"]["type"] == "/problems/period-not-ready"


def test_four_at_a_time(api, played):
    published(api)
    for serial in range(1, 5):
        asked(api, serial=serial)
    refused = api.call("evaluator", "POST", PATH, 429, json={"format": "pdf", "serial": 5})
    assert refused.get_json()["type"] == "/problems/bulletins-under-way"
    assert int(refused.headers["Retry-After"]) > 0


def test_drafts_are_removed_in_time_and_bulletins_stay(api, played, quick, session):
    step(api, "evaluator", "review")
    draft = made(api, draft=True)
    step(api, "admin", "publish")
    whole = made(api)
    session.execute(text("UPDATE bulletins SET asked_at = :at"), {"at": clock.now() - timedelta(days=31)})
    session.commit()
    jobs.remove_old(0)
    assert [one["id"] for one in api.get("admin", PATH)["items"]] == [whole["id"]]
    kept = {key for key, _ in store().keys("bulletins")}
    assert not any(draft["id"] in key for key in kept)
    assert any(whole["id"] in key for key in kept)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"format": "odt"}, "/format"),
        ({"format": "pdf", "serial": 0}, "/serial"),
        ({"format": "pdf", "draft": "yes"}, "/draft"),
        ({"format": "pdf", "colour": 1}, "/colour"),
    ],
)
def test_what_is_asked_wrongly_says_where(api, body, pointer):
    assert api.post("evaluator", PATH, 422, json=body)["errors"][0]["pointer"] == pointer
    assert api.get("evaluator", "/evaluation/periods/2026-13/bulletins", 422)["type"] == "/problems/bad-period"
