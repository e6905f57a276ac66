"""Issuing papers, the register, and what becomes of them."""

import hashlib
import io
import re
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from app.documents import service
from app.documents.errors import BadDocumentKind
from app.documents.queries import DocumentFilter
from app.documents.rules.kinds import DocumentKind
from app.documents.service import Order
from tests.documents.conftest import ADDRESS
from tests.factories.cases import to_state
from tests.factories.reports import a_report

pytestmark = pytest.mark.slow
ORDER = {"kind": "rectification", "text": "请清运并冲洗 <地面>"}
NOTICE = {"kind": "supervision"}


def later(**span):
    return (datetime.now(UTC) + timedelta(**span)).isoformat()


@pytest.fixture
def issued(api, dispatched):
    """An order to rectify, to the case's lead owner."""
    return api.post("dispatcher", f"/cases/{dispatched}/documents", 201, json={**ORDER, "due_at": later(days=2)})


def test_an_order_to_rectify(api, city, dispatched, issued, page):
    year = datetime.now(UTC).astimezone(service.words_in("en").zone).year
    assert issued["number"] == f"城管改〔{year}〕1号"
    assert (issued["name"], issued["state"]) == ("限期整改通知书", "issued")
    assert issued["addressee"]["code"] == "U01"
    assert issued["case_version"] == api.get("operator", f"/cases/{dispatched}")["version"]
    html = page("dispatcher", f"/documents/{issued['id']}.html").get_data(True)
    for said in (
        "城市管理监督指挥中心",
        issued["number"],
        "环卫作业中心：",
        dispatched,
        "暴露垃圾 06010",
        "请清运并冲洗 &lt;地面&gt;",
        "云麓路 12 号 &lt;b&gt;张三&lt;/b&gt; 门口",
        "送达回证",
    ):
        assert said in html
    assert html.count("data:image/jpeg") == 2
    assert "138****0001" not in html
    assert "路口垃圾桶满了" not in html, "the reporter's words are not the city's"


def test_the_pdf_says_what_the_page_says(issued, page):
    pdf = page("dispatcher", f"/documents/{issued['id']}.pdf").data
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    printed = re.sub(r"\s+", "", "".join(one.extract_text() for one in reader.pages))
    assert reader.metadata.title == f"限期整改通知书 {issued['number']}"
    for said in (
        issued["number"],
        "环卫作业中心：",
        "请清运并冲洗<地面>",
        "云麓路12号<b>张三</b>门口",
        issued["case_number"],
    ):
        assert said in printed
    assert len(pdf) < 2_000_000


def test_a_supervision_notice(api, dispatched, page):
    for who in ("dispatcher", "leader"):
        refused = api.post(who, f"/cases/{dispatched}/documents", 403, json=NOTICE)
        assert (refused["type"], refused["roles"]) == ("/problems/not-yours-to-issue", ["supervisor"])
        assert refused["detail"] == "Only a supervisor of the case's ground does this."
    made = api.post("supervisor", f"/cases/{dispatched}/documents", 201, json=NOTICE)
    assert made["number"].startswith("城管督〔")
    assert made["due_at"] is None
    api.act("supervisor", dispatched, "supervise", due_at=later(days=3), reason="群众反映强烈")
    dated = api.post("supervisor", f"/cases/{dispatched}/documents", 201, json={**NOTICE, "language": "en"})
    assert dated["due_at"] is not None
    assert dated["name"] == "Supervision notice"
    assert "is under supervision" in page("supervisor", f"/documents/{dated['id']}.html").get_data(True)


def test_an_order_takes_the_date_of_the_case(api, dispatched):
    case = api.get("operator", f"/cases/{dispatched}")
    made = api.post("dispatcher", f"/cases/{dispatched}/documents", 201, json={"kind": "rectification"})
    assert made["due_at"] == case["due_at"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"due_at": "2020-01-01T00:00:00Z"}, "/due_at"),
        ({"due_at": "2099-01-01T00:00:00Z"}, "/due_at"),
        ({"addressee_id": "018f0000-0000-7000-8000-000000000001"}, "/addressee_id"),
        ({"kind": "praise"}, "/kind"),
        ({"text": ""}, "/text"),
        ({"due_at": "2026-12-01T00:00:00"}, "/due_at"),
        ({"recipient": "x"}, "/recipient"),
    ],
)
def test_what_cannot_be_issued_is_pointed_at(api, session, dispatched, changes, pointer):
    refused = api.post("dispatcher", f"/cases/{dispatched}/documents", 422, json={**ORDER, **changes})
    assert [fault["pointer"] for fault in refused["errors"]] == [pointer]
    assert session.scalar(text("SELECT count(*) FROM document_series")) == 0


def test_a_case_without_an_owner_or_at_its_end(api, dispatched, city):
    number = api.report("citizen")["case"]["number"]
    dated = {**ORDER, "due_at": later(days=1)}
    refused = api.post("dispatcher", f"/cases/{number}/documents", 422, json=dated)
    assert refused["errors"][0]["pointer"] == "/addressee_id"
    api.post("dispatcher", f"/cases/{number}/documents", 201, json={**dated, "addressee_id": str(city.units["U03"])})
    api.act("operator", number, "reject", reason="不属于城市管理")
    ended = api.post("dispatcher", f"/cases/{number}/documents", 409, json=dated)
    assert (ended["type"], ended["state"]) == ("/problems/case-ended", "rejected")


def test_who_sees_and_who_issues(api, session, city, dispatched, issued, page):
    path, papers = f"/documents/{issued['id']}", f"/cases/{dispatched}/documents"
    readers = ("operator", "leader", "dispatcher", "supervisor", "auditor", "evaluator", "admin", "unit1", "handler1")
    for who in readers:
        assert api.get(who, path)["number"] == issued["number"]
        assert [one["id"] for one in api.get(who, "/documents")["items"]] == [issued["id"]]
    for who in ("operator2", "unit2", "unit3", "handler2", "inspector1"):
        for ending in ("", ".html", ".pdf"):
            page(who, path + ending, 404)
        assert api.get(who, "/documents")["items"] == []
    assert api.get("unit1", papers)["items"][0]["number"] == issued["number"]
    assert api.get("unit2", papers)["items"] == [], "a helper sees the case, not what was sent to the lead"
    api.get("operator2", papers, 404)
    for who in ("operator", "unit1", "inspector1", "auditor", "evaluator", "admin", "handler1"):
        api.post(who, papers, 403, json=ORDER)
        api.post(who, f"{path}/cancel", 403, json={"reason": "x"})
    api.post("citizen", papers, 403, json=ORDER)
    api.get("citizen", "/documents", 403)
    api.get(None, "/documents", 401)


def test_masked_readers_get_the_masked_paper(api, issued, page):
    shown = api.get("auditor", f"/documents/{issued['id']}")
    assert (shown["text"], shown["issued_by"]) == (None, None)
    html = page("auditor", f"/documents/{issued['id']}.html").get_data(True)
    for hidden in ("请清运并冲洗", "云麓路", "data:image", "王小明"):
        assert hidden not in html
    assert issued["number"] in html
    assert shown["sha256"] != issued["sha256"]
    assert shown["sha256"] in html


def test_delivery_is_noted_once(api, issued, page):
    path = f"/documents/{issued['id']}/delivered"
    receipt = {"at": later(), "to": "李主任", "how": "direct"}
    for at, word in ((later(days=1), "future"), (later(days=-1), "before")):
        refused = api.post("dispatcher", path, 422, json={**receipt, "at": at})
        assert word in refused["errors"][0]["detail"]
    for wrong in ({"how": "pigeon"}, {"to": "  "}, {"to": ""}):
        api.post("dispatcher", path, 422, json={**receipt, **wrong})
    noted = api.post("dispatcher", path, json=receipt, headers={"Idempotency-Key": "d1"})
    assert (noted["state"], noted["delivery"]["to"], noted["delivery"]["how"]) == ("delivered", "李主任", "direct")
    assert api.post("dispatcher", path, json=receipt, headers={"Idempotency-Key": "d1"}) == noted
    again = api.post("supervisor", path, 409, json={**receipt, "at": later(), "to": "别人"})
    assert (again["type"], again["state"]) == ("/problems/document-settled", "delivered")
    assert "李主任签收" in page("unit1", f"/documents/{issued['id']}.html").get_data(True)
    masked = page("auditor", f"/documents/{issued['id']}.html").get_data(True)
    assert "李主任" not in masked
    assert "直接送达" in masked
    assert api.get("auditor", f"/documents/{issued['id']}")["delivery"]["to"] is None


def test_a_cancelled_paper_keeps_its_number(api, dispatched, issued, page):
    path = f"/documents/{issued['id']}"
    api.post("leader", f"{path}/cancel", 422, json={"reason": " "})
    gone = api.post("leader", f"{path}/cancel", json={"reason": "受送达单位有误"})
    assert (gone["state"], gone["cancel_reason"]) == ("cancelled", "受送达单位有误")
    assert api.post("leader", f"{path}/cancel", 409, json={"reason": "again"})["state"] == "cancelled"
    api.post("leader", f"{path}/delivered", 409, json={"at": later(), "to": "x", "how": "post"})
    html = page("dispatcher", f"{path}.html").get_data(True)
    assert ">作废</div>" in html
    assert "受送达单位有误" in html
    following = api.post("dispatcher", f"/cases/{dispatched}/documents", 201, json={**ORDER, "due_at": later(days=1)})
    assert following["number"].endswith("2号")
    assert [one["state"] for one in api.get("operator", f"/cases/{dispatched}/documents")["items"]] == [
        "cancelled",
        "issued",
    ]
    assert [one["number"] for one in api.get("operator", "/documents", state="cancelled")["items"]] == [
        issued["number"]
    ]


def test_what_was_issued_reads_the_same_whatever_happens_to_the_case(api, session, city, dispatched, issued):
    kept = session.execute(text("SELECT html, sha256, masked_html, masked_sha256 FROM documents")).one()
    assert [hashlib.sha256(found.encode()).hexdigest() for found in kept[::2]] == [kept.sha256, kept.masked_sha256]
    assert ADDRESS not in kept.html
    principal = city.who(session, "operator", datetime.now(UTC))
    row = service.document_row(session, issued["id"], principal)
    before = service.printed(row)
    api.act("unit1", dispatched, "finish", photos=1, text="已清理")
    session.execute(text("UPDATE document_kinds SET issuing_body = '另一机关', name_zh = '别的名称'"))
    session.execute(text("UPDATE organizations SET name = '改名单位' WHERE code = 'U01'"))
    assert service.printed(service.document_row(session, issued["id"], principal)) == before


def test_an_erased_address_leaves_the_paper(api, city, page):
    report = api.report("citizen", address="我家门口", photo_ids=[api.photo("citizen")])
    number = report["case"]["number"]
    order = {**ORDER, "due_at": later(days=1), "addressee_id": str(city.units["U01"])}
    made = api.post("dispatcher", f"/cases/{number}/documents", 201, json=order)
    path = f"/documents/{made['id']}.html"
    assert "我家门口" in page("unit1", path).get_data(True)
    api.post(None, f"/track/{report['tracking_code']}/erase")
    html = page("unit1", path).get_data(True)
    assert "我家门口" not in html
    assert "已应上报人要求抹除" in html
    assert api.get("unit1", f"/documents/{made['id']}")["sha256"] == made["sha256"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE documents SET html = 'x'",
        "UPDATE documents SET number = 'x'",
        "UPDATE documents SET due_at = now()",
        "DELETE FROM documents",
        "TRUNCATE documents",
        "DELETE FROM document_series",
    ],
)
def test_the_application_cannot_change_what_was_issued(session, issued, statement):
    with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
        session.execute(text(statement))


def test_what_was_noted_is_not_written_over(api, session, issued):
    api.post("leader", f"/documents/{issued['id']}/cancel", json={"reason": "受送达单位有误"})
    with pytest.raises(IntegrityError, match="what was issued stays"), session.begin_nested():
        session.execute(text("UPDATE documents SET cancel_reason = 'x'"))


@pytest.fixture
def many(session, city, now):
    """Thirty papers of three cases, two kinds, two years."""
    numbers = [a_report(session, city, now)["case"]["number"] for _ in range(3)]
    for number in numbers:
        to_state(session, city, number, "handling", now)
    for at in range(30):
        kind = (DocumentKind.RECTIFICATION, DocumentKind.SUPERVISION)[at % 2]
        when = now + timedelta(days=300 * (at >= 20), minutes=at)
        order = Order(kind, due_at=when + timedelta(days=1))
        service.issue(session, numbers[at % 3], order, principal=city.who(session, "supervisor", now), now=when)
    return numbers


def test_the_register_in_pages(session, city, now, many, api):
    session.commit()
    pages, cursor = [], None
    while True:
        found = api.get("operator", "/documents", limit=7, **({"cursor": cursor} if cursor else {}))
        pages += found["items"]
        cursor = found["next_cursor"]
        if cursor is None:
            break
    issued_at = [one["issued_at"] for one in pages]
    assert len({one["id"] for one in pages}) == 30
    assert issued_at == sorted(issued_at, reverse=True)
    orders = api.get("operator", "/documents", kind="rectification", year=2026)["items"]
    assert {one["kind"] for one in orders} == {"rectification"}
    serials = [int(re.search(r"(\d+)号", one["number"])[1]) for one in orders]
    assert serials == list(range(len(orders), 0, -1))
    assert api.get("operator", "/documents", year=2031)["items"] == []
    for name, value in (
        ("kind", "praise"),
        ("state", "lost"),
        ("year", "x"),
        ("limit", "501"),
        ("area", "1"),
        ("cursor", "x"),
    ):
        api.get("operator", "/documents", 422, **{name: value})


def test_a_page_takes_one_statement(session, city, now, many, statements):
    principal = city.who(session, "operator", now)
    for limit in (1, 30):
        with statements() as sent:
            items, _ = service.documents_for(session, DocumentFilter(), principal, limit=limit, cursor=None)
        assert (len(items), len(sent)) == (limit, 1)
    with statements() as sent:
        assert len(service.documents_of_case(session, many[0], principal)) == 10
    assert len(sent) == 2


def test_sending_an_order_again_issues_once(api, dispatched):
    body = {**ORDER, "due_at": later(days=2)}
    made = [
        api.post("dispatcher", f"/cases/{dispatched}/documents", 201, json=body, headers={"Idempotency-Key": "one"})
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert len(api.get("operator", "/documents")["items"]) == 1


def test_the_managers_of_the_addressee_are_told(api, dispatched, issued):
    told = [one for one in api.get("unit1", "/notices")["items"] if one["event"] == "document_issued"]
    assert [one["number"] for one in told] == [dispatched]
    assert "签发了文书" in told[0]["text"]
    for who in ("unit2", "handler1", "operator"):
        assert "document_issued" not in {one["event"] for one in api.get(who, "/notices")["items"]}


def test_a_city_changes_its_kinds_and_what_was_issued_stays(api, session, dispatched, issued, now):
    service.change_kind(
        session,
        "rectification",
        {"number_format": "示整〔{year}〕第{serial}号", "issuing_roles": ["supervisor"]},
        now=now,
    )
    session.commit()
    order = {**ORDER, "due_at": later(days=2)}
    assert api.post("dispatcher", f"/cases/{dispatched}/documents", 403, json=order)["roles"] == ["supervisor"]
    following = api.post("supervisor", f"/cases/{dispatched}/documents", 201, json=order)
    assert (following["number"][:2], following["number"][-3:]) == ("示整", "第2号")
    assert api.get("unit1", f"/documents/{issued['id']}")["number"] == issued["number"]
    noted = session.execute(text("SELECT action, subject, detail FROM admin_changes ORDER BY id DESC LIMIT 1")).one()
    assert (noted.action, noted.subject) == ("document_kind.change", "document_kind:rectification")
    assert noted.detail["issuing_roles"]["after"] == ["supervisor"]


@pytest.mark.parametrize(
    ("code", "changes", "pointer"),
    [
        ("praise", {"basis": "x"}, "/kind"),
        ("supervision", {"basis": ""}, "/basis"),
        ("supervision", {"number_format": "{serial}"}, "/number_format"),
        ("supervision", {"issuing_roles": ["citizen"]}, "/issuing_roles"),
        ("supervision", {"issuing_roles": []}, "/issuing_roles"),
    ],
)
def test_a_kind_that_cannot_be_is_refused(session, now, code, changes, pointer):
    with pytest.raises(BadDocumentKind) as refused:
        service.change_kind(session, code, changes, now=now)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
