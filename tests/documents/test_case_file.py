"""A case's file says what the API says to the same reader, in HTML and in PDF, and nothing else."""

import io
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from app.core.apart import Gate
from app.core.config import ROOT
from app.core.db import database, unit_of_work
from app.core.storage import store
from app.documents import service
from app.documents.errors import NoPrinting, PrintingBusy
from app.documents.service import printing
from app.documents.service.printing import Printers
from app.factory import create_app
from tests.documents.conftest import ADDRESS
from tests.factories.cases import act, to_state
from tests.factories.http import bearer
from tests.factories.notices import a_committed_case, a_committed_city
from tests.factories.reports import WORDS, a_report

pytestmark = pytest.mark.slow
ESCAPED = "云麓路 12 号 &lt;b&gt;张三&lt;/b&gt; 门口"


def text_of(pdf):
    """The words of a PDF without the breaks of its lines."""
    return re.sub(r"\s+", "", "".join(found.extract_text() for found in pypdf.PdfReader(io.BytesIO(pdf)).pages))


def bare(html):
    """The words of a page without its tags and breaks."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<figcaption>位置图.*?</figcaption>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", body))


def test_the_file_says_what_the_api_says(api, closed, page):
    answer = page("operator", f"/cases/{closed}/file.html")
    html, words = answer.get_data(True), bare(answer.get_data(True))
    case = api.get("operator", f"/cases/{closed}")
    events = api.get("operator", f"/cases/{closed}/events")["items"]
    assert answer.content_type == "text/html; charset=utf-8"
    assert "img-src data:" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    for fact in (
        closed,
        case["type"]["name"],
        case["condition"]["text"],
        case["owner"]["name"],
        case["reports"][0]["number"],
        case["reports"][0]["reporter"]["name"],
        events[-1]["hash"],
        *(area["code"] for area in case["areas"]),
        *(helper["name"] for helper in case["helpers"]),
    ):
        assert re.sub(r"\s+", "", fact) in words
    assert ESCAPED in html
    assert "<b>张三" not in html
    assert "已清理&amp;冲洗" in words
    assert words.count("上报处置前") == 0
    assert html.count("data:image/jpeg;base64,") == len(case["photos"]) == 4
    assert f"共{len(events)}个事件" in words
    for word in ("上报", "受理", "立案", "派遣", "处置完成", "核查", "结案", "通过", "按时"):
        assert word in words
    assert "photo:" not in html
    assert "http" not in re.sub(r"data:[^\"]+", "", html)


def test_the_same_words_are_in_the_pdf(api, closed, page):
    answer = page("operator", f"/cases/{closed}/file.pdf")
    pdf = answer.data
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    html = page("operator", f"/cases/{closed}/file.html").get_data(True)
    assert answer.content_type == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="case-{closed}.pdf"'
    assert len(pdf) < 2_000_000
    assert reader.metadata.title == f"城市管理案卷 {closed}"
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] == True  # noqa: E712 -- a PDF boolean
    assert all(_embedded(font) for found in reader.pages for font in _fonts(found))
    width, height = (float(side) / 72 * 25.4 for side in reader.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    printed = text_of(pdf)
    assert f"第1页共{len(reader.pages)}页" in printed
    for line in re.findall(r"<td[^>]*>([^<]{2,})</td>", html):
        clean = re.sub(r"\s+", "", line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        assert clean in printed, clean


def _fonts(page):
    return [font.get_object() for font in page["/Resources"]["/Font"].get_object().values()]


def _embedded(font):
    below = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    return bool({"/FontFile", "/FontFile2", "/FontFile3"} & set(below["/FontDescriptor"].get_object()))


def test_the_language_and_the_form_are_the_callers(closed, page):
    english = page("operator", f"/cases/{closed}/file", language="en").get_data(True)
    assert '<html lang="en">' in english
    assert "extensions: 0, holds: 0, reworks: 0, returns: 0, reopenings: 0" in english
    assert "intact: 7 events" in english
    pdf = page("operator", f"/cases/{closed}/file", headers={"Accept": "application/pdf"})
    assert pdf.data.startswith(b"%PDF-1.7")
    page("operator", f"/cases/{closed}/file.html", 422, language="fr")


def test_masked_readers_get_a_masked_file(api, session, closed, page):
    html = page("auditor", f"/cases/{closed}/file.html").get_data(True)
    words = bare(html)
    for hidden in (ADDRESS, ESCAPED, WORDS, "王小明</td>", "138****0001", "已清理", "路口垃圾桶满了"):
        assert hidden not in html
    assert "（对阅卷人隐去）" in words
    assert "对阅卷人隐去：" in words
    assert "data:image" not in html
    assert "事件链完整" in words
    assert api.get("auditor", f"/cases/{closed}")["photos"] == []
    text = text_of(page("auditor", f"/cases/{closed}/file.pdf").data)
    assert "张三" not in text


def test_the_unit_does_not_learn_who_reported(api, session, now, city, page, closed):
    html = page("unit1", f"/cases/{closed}/file.html").get_data(True)
    assert "138****0001" not in html
    assert "上报人（隐去）" in html
    assert "不具名或不公开" in html
    assert "138****0001" in page("operator", f"/cases/{closed}/file.html").get_data(True)


def test_what_was_erased_shows_as_erased(api, city, page):
    report = api.report(
        "citizen", description="我的电话 13912345678", address="我家门口", photo_ids=[api.photo("citizen")]
    )
    number = report["case"]["number"]
    assert "我家门口" in page("operator", f"/cases/{number}/file.html").get_data(True)
    api.post(None, f"/track/{report['tracking_code']}/erase")
    html = page("operator", f"/cases/{number}/file.html").get_data(True)
    assert "我家门口" not in html
    assert "13912345678" not in html
    assert "（已抹除）" in html
    assert "已抹除：" in html
    assert re.search(r"其中 \d+ 项个人信息已依申请抹除", html)


def test_invisible_is_not_there(api, closed, page):
    for path in ("file", "file.html", "file.pdf"):
        page("operator2", f"/cases/{closed}/{path}", 404)
        page("operator", f"/cases/20990101-000001/{path}", 404)
        assert api.client.get(f"/api/v1/cases/{closed}/{path}").status_code == 401
        page("citizen", f"/cases/{closed}/{path}", 403)


def test_the_number_of_statements_does_not_depend_on_the_case(session, city, now, statements):
    def counted(number):
        with statements() as sent:
            service.gather(session, number, city.who(session, "operator", now), service.words_in("zh-CN"), now=now)
        return [one for one in sent if "grants" not in one and "token_families" not in one]

    small = a_report(session, city, now)["case"]["number"]
    large = a_report(session, city, now)["case"]["number"]
    to_state(session, city, large, "to_close", now)
    for hour in range(5):
        act(session, city, large, "supervise", "supervisor", now + timedelta(hours=hour), reason="抓紧")
    few = counted(small)
    assert len(counted(large)) <= len(few) + 1, "opinions are asked for where a second organisation had the case"
    assert len(few) <= 21


def test_how_late_in_working_time(session, city, now):
    number = a_report(session, city, now)["case"]["number"]
    to_state(session, city, number, "handling", now)
    principal = city.who(session, "operator", now)
    words = service.words_in("zh-CN")
    # Tuesday 10:00 + 4 working hours = 16:00; on Wednesday 09:00 two hours of Tuesday and one of Wednesday are over.
    later = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
    found = service.gather(session, number, principal, words, now=later)
    handling = found.values["clocks"][-1]
    assert (handling.verdict, handling.lamp) == ("超时 3 工作小时", "red")
    early = service.gather(session, number, principal, words, now=now + timedelta(hours=1))
    assert early.values["clocks"][-1].verdict == "尚余 3 工作小时"
    act(session, city, number, "request_hold", "unit1", now + timedelta(hours=1), until=now.date().replace(day=28))
    act(session, city, number, "decide_hold", "dispatcher", now + timedelta(hours=1), granted=True)
    held = service.gather(session, number, principal, words, now=later)
    assert held.values["clocks"][-1].verdict == "暂停，尚余 3 工作小时"
    decided = next(step for step in held.values["steps"] if step.code == "decide_hold")
    assert ("审批", "同意") in decided.lines


def test_a_photo_whose_bytes_are_gone_leaves_its_words(closed, page, session):
    keys = [key for key, _ in store().keys("display")]
    for key in keys:
        store().delete(key)
    html = page("operator", f"/cases/{closed}/file.html").get_data(True)
    assert html.count('src=""') == 4
    assert page("operator", f"/cases/{closed}/file.pdf").data.startswith(b"%PDF")


# Setting apart


def test_nothing_is_fetched_and_no_file_is_read(tmp_path):
    secret = tmp_path / "secret.css"
    secret.write_text("p { color: red } @page { @top-left { content: 'SECRET' } }")
    html = f'<html lang="en"><title>t</title><link rel=stylesheet href="file://{secret}"><img src="http://127.0.0.1:9/x.png"><p>plain</p>'
    printers = Printers(Gate(1, 0, 1.0, printing._busy))
    pdf = printers.pdf(html, {})
    printers.close()
    assert text_of(pdf) == "plain"


def test_a_printer_that_takes_too_long_is_ended_and_replaced():
    printers = Printers(Gate(1, 0, 1.0, printing._busy), deadline_s=0.01)
    with pytest.raises(PrintingBusy) as caught:
        printers.pdf("<p>x", {})
    assert caught.value.retry_after_s > 0
    printers.close()


def test_a_full_printer_sends_away():
    gate = Gate(1, 0, 0.01, printing._busy)
    printers = Printers(gate)
    with gate.turn(), pytest.raises(PrintingBusy):
        printers.pdf("<p>x", {})


def test_a_machine_that_cannot_says_so_in_words(api, closed, page, monkeypatch):
    def refuse(*_):
        raise NoPrinting("This server has no Pango.")

    monkeypatch.setattr(Printers, "pdf", refuse)
    answer = page("operator", f"/cases/{closed}/file.pdf", 503)
    assert answer.get_json()["type"] == "/problems/no-printing"
    assert answer.headers["Retry-After"] == "3600"
    page("operator", f"/cases/{closed}/file.html")


@pytest.mark.parametrize("latin", [False, True])
def test_without_a_chinese_font_no_boxes_are_printed(tmp_path, latin):
    """Neither without any font nor with one that knows Latin letters only."""
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    if latin:
        _latin_font(fonts / "latin.ttf")
    config = tmp_path / "fonts.conf"
    config.write_text(
        f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{fonts}</dir>'
        f"<cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    program = "from app.documents.rules.pdf import pdf_of; pdf_of('<html lang=zh><title>a</title><p>案卷', {})"
    env = {"FONTCONFIG_FILE": str(config), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert "NoPrinting: This server has no Chinese font" in done.stderr


def _latin_font(path):
    """A font with one letter."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "a"])
    builder.setupCharacterMap({0x61: "a"})
    pen = TTGlyphPen(None)
    for method, points in (("moveTo", (0, 0)), ("lineTo", (0, 500)), ("lineTo", (500, 500))):
        getattr(pen, method)(points)
    pen.closePath()
    glyph = pen.glyph()
    builder.setupGlyf({".notdef": glyph, "a": glyph})
    builder.setupHorizontalMetrics({".notdef": (600, 0), "a": (600, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Latin", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800)
    builder.setupPost()
    builder.save(path)


def test_a_machine_that_was_mended_needs_no_restart(monkeypatch):
    printers = Printers(Gate(1, 0, 1.0, printing._busy))
    mended, printers._text = printers._text, printers._text.replace("rules.pdf", "rules.pdf_that_is_missing")
    printers._text = printers._text.replace("except OSError", "except ImportError")
    with pytest.raises(NoPrinting):
        printers.pdf("<p>x", {})
    printers._text = mended
    assert printers.pdf("<html lang=en><title>t</title><p>x", {}).startswith(b"%PDF")
    printers.close()


def test_the_file_lists_the_papers_that_its_reader_sees(api, dispatched, page):
    order = {"kind": "rectification", "due_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()}
    made = api.post("dispatcher", f"/cases/{dispatched}/documents", 201, json=order)
    for who in ("operator", "unit1", "auditor"):
        assert made["number"] in page(who, f"/cases/{dispatched}/file.html").get_data(True)
    assert made["number"] not in page("unit2", f"/cases/{dispatched}/file.html").get_data(True)


@pytest.mark.committed
def test_no_connection_is_held_while_a_paper_is_set(committed, now, monkeypatch):
    city = a_committed_city()
    number = a_committed_case(city, now)
    app = create_app(committed, database())
    with unit_of_work() as session:
        headers = bearer(app, session, city.people["operator"])
    held = []

    def look(*_):
        held.append(database().bind.pool.checkedout())
        return b"%PDF"

    monkeypatch.setattr(Printers, "pdf", look)
    assert app.test_client().get(f"/api/v1/cases/{number}/file.pdf", headers=headers).data == b"%PDF"
    assert held == [0]
