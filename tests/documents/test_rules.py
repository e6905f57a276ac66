"""Numbers, dates, spans and the small map; and that every word is there in every language."""

import io
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.rules import Action, Source, State
from app.cases.rules.chain import PLAIN_INPUTS
from app.cases.rules.reminders import Audience
from app.documents.errors import NoPrinting
from app.documents.rules.apart import ask, serve
from app.documents.rules.kinds import (
    Delivery,
    DocumentKind,
    DocumentState,
    delivery_fault,
    due_fault,
    issues,
    number_of,
    year_of,
)
from app.documents.rules.sketch import Window, shapes
from app.documents.rules.spans import distance_m, span
from app.documents.service.pages import TEMPLATES, add_marks, fill_address, pictures_in, with_pictures
from app.documents.service.story import LEFT_OUT, ids_in
from app.documents.service.words import LANGUAGES, Words, messages
from app.sla.rules import Lamp, Stage, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "wrong", ["", "{serial}", "{year}", "{serial}-{year}", "{year}{serial}{x}", "{year!r}{serial}", "{{year}}{serial}"]
)
def test_a_format_has_year_then_serial_and_nothing_else(wrong):
    with pytest.raises(ValueError, match="needs"):
        number_of(wrong, 2026, 1)


@given(st.integers(2000, 2999), st.integers(1, 10**6))
def test_numbers_of_one_format_never_meet(year, serial):
    number = number_of("城管改〔{year}〕{serial}号", year, serial)
    assert re.fullmatch(r"城管改〔(\d+)〕(\d+)号", number).groups() == (str(year), str(serial))


def test_the_year_turns_with_the_city():
    turn = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert [year_of(turn - timedelta(seconds=1), SHANGHAI), year_of(turn, SHANGHAI)] == [2026, 2027]
    assert year_of(turn, ZoneInfo("America/Los_Angeles")) == 2026


def test_a_date_to_come_within_a_year(now):
    assert due_fault(now + timedelta(days=2), now) is None
    assert "past" in due_fault(now, now)
    assert "year" in due_fault(now + timedelta(days=367), now)


def test_a_delivery_after_the_issue_and_not_ahead(now):
    assert delivery_fault(now, now, now) is None
    assert "before" in delivery_fault(now - timedelta(seconds=1), now, now)
    assert "future" in delivery_fault(now + timedelta(minutes=6), now, now)


def test_a_post_issues_on_its_own_ground():
    posts = [("supervisor", "310101")]
    assert issues(posts, ["supervisor"], "310101001001001")
    assert not issues(posts, ["supervisor"], "310102001001001")
    assert not issues(posts, ["dispatcher"], "310101001001001")


@given(st.floats(0, 10**8))
def test_a_span_is_never_more_than_it_was(seconds):
    days, hours, minutes = span(seconds, Unit.NATURAL_DAY)
    assert 0 <= seconds - (days * 86_400 + hours * 3_600 + minutes * 60) < 60
    assert (hours < 24, minutes < 60) == (True, True)
    assert span(seconds, Unit.WORKING_DAY).days == 0


def test_distances_are_metres():
    assert distance_m((121.47, 31.23), (121.47, 31.23)) == 0
    assert distance_m((121.47, 31.23), (121.48, 31.23)) == pytest.approx(951, abs=2)


def _row(layer, **changes):
    values = {"layer": layer, "code": None, "name": None, "class_": None, "path": "M0 0", "x": 50.0, "y": 0.0}
    return SimpleNamespace(**values | changes)


def test_the_map_shows_ground_first_and_the_own_cell_last():
    rows = [
        _row("cell", code="310101001001001", name="310101001001001"),
        _row("cell", code="310101001001002", name="310101001001002", x=500.0),
        _row("roads", class_="arterial"),
        _row("water", path=""),
        _row("green"),
    ]
    found = shapes(rows, "310101001001001")
    assert [one.layer for one in found] == ["green", "roads", "cell", "cell"]
    assert [one.own for one in found][-2:] == [False, True]
    assert (found[-1].name, found[-1].x, found[-2].x) == ("001001", 50.0, None)
    west, south, east, north = Window(121.4, 31.2).box()
    assert distance_m((west, 31.2), (east, 31.2)) == pytest.approx(420, rel=0.01)
    assert distance_m((121.4, south), (121.4, north)) == pytest.approx(280, rel=0.01)


# Apart


def _said(setter, *papers):
    out, to = io.BytesIO(), io.BytesIO()
    for html, pictures in papers:
        with pytest.raises(EOFError):
            ask(html, pictures, to, io.BytesIO())
    serve(io.BytesIO(to.getvalue()), out, setter)
    return out.getvalue()


def test_papers_and_pictures_arrive_as_they_were_sent():
    def setter(html, pictures):
        return f"{html}|{sorted(pictures.items())}".encode()

    said = io.BytesIO(_said(setter, ("<p>案卷", {"photo:1": b"\x00\n", "photo:2": b""}), ("b", {})))
    assert ask("", {}, io.BytesIO(), said) == "<p>案卷|[('photo:1', b'\\x00\\n'), ('photo:2', b'')]".encode()
    assert ask("", {}, io.BytesIO(), said) == b"b|[]"


def test_a_machine_without_the_libraries_says_so():
    with pytest.raises(NoPrinting) as caught:
        ask("", {}, io.BytesIO(), io.BytesIO(_said(None, ("a", {}))))
    assert caught.value.retry_after_s == NoPrinting.AGAIN_S

    def without_fonts(html, pictures):
        raise NoPrinting("no font")

    with pytest.raises(NoPrinting, match="no font"):
        ask("", {}, io.BytesIO(), io.BytesIO(_said(without_fonts, ("a", {}))))


# Words


def test_both_languages_say_the_same_things():
    zh, en = (messages(language) for language in LANGUAGES)
    assert {group: set(found) for group, found in zh.items()} == {group: set(found) for group, found in en.items()}
    for group, found in zh.items():
        for name, text in found.items():
            slots = re.findall(r"\{(\w+)", text)
            assert set(re.findall(r"\{(\w+)", en[group][name])) <= {*slots, "name", "month"}, (group, name)


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("states", State),
        ("actions", Action),
        ("sources", Source),
        ("stages", Stage),
        ("lamps", Lamp),
        ("units", Unit),
        ("audiences", Audience),
        ("ways", Delivery),
        ("papers", DocumentState),
        ("roles", ("before", "after", "verify", "check", "other")),
        ("levels", ("city", "district", "street", "community", "cell")),
    ],
)
def test_every_code_has_its_word(group, codes):
    for language in LANGUAGES:
        assert {str(code) for code in codes} - messages(language)[group].keys() == set()


def test_every_input_of_an_event_has_its_word():
    for language in LANGUAGES:
        assert PLAIN_INPUTS - LEFT_OUT - messages(language)["inputs"].keys() == set()


def test_every_kind_has_its_sentence():
    for language in LANGUAGES:
        assert {f"{kind}_body" for kind in DocumentKind} <= messages(language)["labels"].keys()


def test_templates_hold_no_texts_of_their_own():
    written = {path.name: re.findall(r"[\u4e00-\u9fff]+", path.read_text()) for path in TEMPLATES.glob("*.html")}
    assert written == {name: [] for name in written}
    assert len(written) >= 4


def test_instants_and_amounts_read_as_people_write_them():
    zh, en = (Words(language, SHANGHAI) for language in LANGUAGES)
    at = datetime(2026, 3, 10, 2, 5, tzinfo=UTC)
    assert (zh.instant(at), zh.short(at)) == ("2026年3月10日 10:05", "2026-03-10 10:05")
    assert en.instant("2026-03-10T02:05:00Z") == "10 March 2026 10:05"
    assert (zh.amount(0.25, "urgent_hour"), zh.amount(4, "working_hour")) == ("15 分钟", "4 工作小时")
    assert (zh.spent(93_720, "natural_day"), zh.spent(59, "working_hour")) == ("1 天 2 小时 2 分钟", "不足 1 分钟")
    assert zh.spent(14_460, Unit.WORKING_DAY) == "4 工作小时 1 分钟"
    assert zh.of("actions", "new_action") == "new action"


def test_ids_are_found_at_any_depth():
    one, two = uuid4(), uuid4()
    assert set(ids_in({"a": [{"b": str(one)}], "c": str(two), "d": "x" * 36, "e": None})) == {one, two}


def test_a_page_names_its_pictures_and_gets_them():
    photo = UUID(int=5)
    html = f'<main><img src="photo:display/{photo}"><img src="photo:public/{photo}"></main>'
    assert set(pictures_in(html).values()) == {("display", str(photo)), ("public", str(photo))}
    inside = with_pictures(html, {f"photo:display/{photo}": b"jpeg"})
    assert inside == '<main><img src="data:image/jpeg;base64,anBlZw=="><img src=""></main>'
    zh = Words("zh-CN", SHANGHAI)
    assert fill_address("<td><!--address--></td>", "a<b", zh) == "<td>a&lt;b</td>"
    assert "抹除" in fill_address("<td><!--address--></td>", None, zh)
    assert add_marks("<main>x</main>", "!") == "<main>x!</main>"
