"""Exports as answers: what is in the files, for whom, and that nothing in them is a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.exports.rules import COLUMNS, MAP_COLUMNS, Format, Kind
from app.exports.service.files import pieces_of
from app.exports.service.words import Wording, messages
from app.parts.rules.guarding import unguarded
from tests.exports.reading import FORMATS, fetched, from_csv, from_geojson, from_gpkg, from_xlsx, numbers_in
from tests.factories.scattered_cases import scatter

pytestmark = pytest.mark.slow

CROWD = 60
SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST = '=HYPERLINK("http://evil"),\r\n第二行 "引号"'


@pytest.fixture
def crowd(session, city):
    """Cases of all sorts, the newest of which has everything that a case can have."""
    numbers = scatter(session, city, CROWD, datetime.now(UTC))
    session.execute(
        text("""
            UPDATE cases SET address = '人民路 1 号', description = :description, condition_id = :condition,
                   type_id = (SELECT type_id FROM filing_conditions WHERE id = :condition), lead_id = :lead,
                   filed_at = opened_at, dispatched_at = opened_at, rating = 4, reworks = 2, holds = 1, forced = true
             WHERE number = (SELECT number FROM cases ORDER BY opened_at DESC LIMIT 1)"""),
        {"description": FIRST, "condition": city.condition(), "lead": city.units["U01"]},
    )
    session.commit()
    return numbers


def listed(api, who, **query):
    """The numbers that the list shows for the same filter, page after page."""
    numbers, cursor = [], {}
    while True:
        page = api.get(who, "/cases", limit=25, **query, **cursor)
        numbers += [one["number"] for one in page["items"]]
        if page["next_cursor"] is None:
            return numbers
        cursor = {"cursor": page["next_cursor"]}


def first_of(api):
    number = listed(api, "operator")[0]
    return api.get("operator", f"/cases/{number}")


def wall(instant):
    return datetime.fromisoformat(instant).astimezone(SHANGHAI).replace(microsecond=0, tzinfo=None)


def test_a_csv_says_what_the_case_is(api, crowd):
    case = first_of(api)
    answer = fetched(api, "operator", "csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="cases-20')
    assert answer.headers["Cache-Control"] == "private, no-store"
    rows = from_csv(answer.data)
    assert len(rows) == CROWD
    assert list(rows[0]) == [messages("zh-CN")["columns"][column.name] for column in COLUMNS]
    row = rows[0]
    assert row["案卷编号"] == case["number"]
    assert row["问题描述"] == "'" + FIRST
    assert (row["小类名称"], row["小类代码"], row["部件/事项"]) == (case["type"]["name"], case["type"]["code"], "事项")
    assert row["立案条件"] == case["condition"]["text"]
    areas = {one["level"]: (one["code"], one["name"]) for one in case["areas"]}
    assert (row["区代码"], row["区"]) == areas["district"]
    assert (row["街道代码"], row["街道"]) == areas["street"]
    assert (row["社区代码"], row["社区"]) == areas["community"]
    assert (row["单元网格代码"], row["单元网格"]) == areas["cell"]
    assert (row["责任单位代码"], row["责任单位"]) == (case["owner"]["code"], case["owner"]["name"])
    assert (float(row["经度（WGS 84）"]), float(row["纬度（WGS 84）"])) == (
        case["position"]["lon"],
        case["position"]["lat"],
    )
    assert row["上报时间"] == str(wall(case["opened_at"]))
    assert (row["返工次数"], row["挂账次数"], row["强制结案"], row["督办"]) == (
        "2",
        "1",
        "是",
        {True: "是", False: "否"}[case["supervised"]],
    )
    assert (row["满意度评分"], row["地址描述"]) == ("4", "人民路 1 号")


def test_every_lamp_and_state_is_that_of_the_list(api, crowd):
    items = api.get("operator", "/cases", limit=500)["items"]
    found = {row["number"]: row for row in from_geojson(fetched(api, "operator", "geojson").data)}
    assert {one["number"]: (one["state"], one["lamp"], one["source"]) for one in items} == {
        number: (row["state"], row["lamp"], row["source"]) for number, row in found.items()
    }
    assert len({row["lamp"] for row in found.values()}) == 5
    assert {row["state_name"] for row in found.values() if row["state"] == "handling"} == {"处置中"}


def test_a_workbook_has_real_dates_and_codes_as_text(api, crowd):
    case = first_of(api)
    rows = from_xlsx(fetched(api, "operator", "xlsx", lang="en").data)
    assert len(rows) == CROWD
    row = rows[0]
    assert list(row) == [messages("en")["columns"][column.name] for column in COLUMNS]
    assert row["Reported"] == wall(case["opened_at"])
    assert (row["Case"], row["Type code"]) == (case["number"], case["type"]["code"])
    assert isinstance(row["District code"], str)
    assert row["Description"] == FIRST.replace("\r\n", "\n") or row["Description"] == FIRST
    assert row["Longitude (WGS 84)"] == case["position"]["lon"]
    assert (row["Reworks"], row["Rating"], row["Closed by force"]) == (2, 4, "yes")


def test_geojson_is_as_the_standard_says(api, crowd):
    case = first_of(api)
    answer = fetched(api, "operator", "geojson")
    assert answer.mimetype == "application/geo+json"
    whole = answer.get_json(force=True)
    assert set(whole) == {"type", "features"}
    feature = whole["features"][0]
    assert feature["id"] == case["number"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [case["position"]["lon"], case["position"]["lat"]]}
    assert list(feature["properties"]) == [column.name for column in MAP_COLUMNS]
    assert feature["properties"]["opened_at"] == case["opened_at"][:19] + "Z"
    assert feature["properties"]["forced"] is True
    assert feature["properties"]["description"] == FIRST


def test_a_geopackage_is_read_by_map_programs(api, crowd, tmp_path):
    case = first_of(api)
    meta, rows = from_gpkg(fetched(api, "operator", "gpkg").data, tmp_path)
    assert (meta["crs"], meta["geometry_type"], len(rows)) == ("EPSG:4326", "Point", CROWD)
    assert shapely.from_wkb(meta["geometry"][0]).coords[0] == (case["position"]["lon"], case["position"]["lat"])
    row = rows[0]
    assert (row["number"], row["state"]) == (case["number"], case["state"])
    assert (row["description"], row["rating"], bool(row["forced"])) == (FIRST, 4, True)
    assert datetime.fromisoformat(row["opened_at"]) == datetime.fromisoformat(case["opened_at"]).replace(microsecond=0)
    open_ones = [one for one in rows if one["closed_at"] is None]
    assert 0 < len(open_ones) <= CROWD


@pytest.mark.parametrize("who", ["operator", "operator2", "inspector1", "inspector3", "unit1", "handler1", "auditor"])
def test_everybody_exports_what_they_see_in_the_list(api, crowd, who, tmp_path):
    for query in ({}, {"state": "handling"}, {"area": "310102"}, {"sort": "due_at"}, {"lamp": "red,yellow"}):
        expected = listed(api, who, **query)
        for ending in FORMATS if not query else ("csv",):
            exported = fetched(api, who, ending, **query).data
            assert numbers_in(ending, exported, tmp_path) == expected, (who, ending, query)


def test_words_are_found_only_where_they_may_be_read(api, crowd, tmp_path):
    for who in ("operator", "auditor"):
        exported = fetched(api, who, "csv", q="井盖松动").data
        assert numbers_in("csv", exported, tmp_path) == listed(api, who, q="井盖松动")


def test_what_people_wrote_is_hidden_from_masked_readers(api, crowd):
    for ending, read in (("csv", from_csv), ("xlsx", from_xlsx)):
        rows = read(fetched(api, "auditor", ending).data)
        assert {row["问题描述"] for row in rows} == {""}
        assert {row["地址描述"] for row in rows} == {""}
    rows = from_geojson(fetched(api, "evaluator", "geojson").data)
    assert {(row["description"], row["address"]) for row in rows} == {(None, None)}


def test_nothing_of_reporters_is_exported(api, session):
    number = api.report("citizen", address="人民路")["case"]["number"]
    data = fetched(api, "operator", "geojson").data.decode()
    assert number in data
    assert "13800000001" not in data
    assert str(api.city.people["citizen"]) not in data


def test_heads_and_words_follow_the_browser(api, crowd):
    for accepted, head in (("en-GB,en;q=0.9", "Case"), ("zh-CN,zh;q=0.9,en;q=0.1", "案卷编号"), ("fr", "案卷编号")):
        answer = fetched(api, "operator", "csv", headers={"Accept-Language": accepted})
        assert next(iter(from_csv(answer.data)[0])) == head
    assert fetched(api, "operator", "csv", lang="en").headers["Content-Language"] == "en"


def test_a_filter_that_cannot_be_meant_is_refused(api, crowd):
    assert api.get("operator", "/exports/cases.csv", 422, state="nowhere")["type"] == "/problems/bad-filter"
    assert api.get("operator", "/exports/cases.csv", 422, area="999999")["type"] == "/problems/bad-filter"
    assert api.get("operator", "/exports/cases.csv", 422, sort="number")["errors"][0]["pointer"] == "/sort"
    assert api.get("operator", "/exports/cases.csv", 422, limit=3)["errors"][0]["pointer"] == "/limit"
    assert api.get("operator", "/exports/cases.csv", 422, lang="fr")["errors"][0]["pointer"] == "/lang"
    api.get("citizen", "/exports/cases.csv", 403)
    api.get(None, "/exports/cases.csv", 401)


@pytest.mark.parametrize("ending", FORMATS)
def test_nothing_found_is_a_file_without_rows(api, city, ending, tmp_path):
    assert numbers_in(ending, fetched(api, "operator", ending).data, tmp_path) == []


def test_every_export_is_on_record(api, crowd, session):
    fetched(api, "leader", "csv", state="handling,closed", q="井盖")
    fetched(api, "leader", "csv", q="2026")
    rows = session.execute(
        text("SELECT actor_id, detail FROM admin_changes WHERE action = 'case.export' ORDER BY id")
    ).all()
    assert {row.actor_id for row in rows} == {api.city.people["leader"]}
    assert rows[0].detail["query"] == {"state": "handling,closed", "q": "(words)"}
    assert rows[0].detail["rows"] == len(listed(api, "leader", state="handling,closed", q="井盖"))
    assert (rows[1].detail["query"], rows[1].detail["format"]) == ({"q": "2026"}, "csv")


def test_many_cases_take_no_more_statements_than_few(api, session, city, statements):
    api.headers("operator")
    counts = {}
    for total in (1, 30):
        scatter(session, city, total - (0 if total == 1 else 1), datetime.now(UTC) - timedelta(days=1), seed=total)
        session.execute(
            text("UPDATE cases SET lead_id = :lead, condition_id = :condition"),
            {"lead": city.units["U01"], "condition": city.condition()},
        )
        session.commit()
        with statements() as sent:
            assert len(from_csv(fetched(api, "operator", "csv").data)) == total
        counts[total] = len(sent)
    assert counts[1] == counts[30] <= 10, sent


WORDLESS = Wording(
    heads={column.name: column.name for column in COLUMNS},
    words={group: {} for group in ("states", "sources", "kinds", "lamps")},
    flags={True: "yes", False: "no"},
    sheet="Cases",
)
FORMULAS = tuple("=+-@\t\r\n＝＋－＠")


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=40))
def test_no_cell_is_a_formula_and_every_word_comes_back(words):
    free = {Kind.CODE, Kind.TEXT, Kind.WORD}
    row = tuple(words if column.kind in free else True if column.kind is Kind.FLAG else 1 for column in COLUMNS)
    data = b"".join(pieces_of(Format.CSV, [[row]], WORDLESS, 1)).decode("utf-8-sig")
    (_, cells) = list(csv.reader(io.StringIO(data, newline="")))
    for column, cell in zip(COLUMNS, cells, strict=True):
        if column.kind in free:
            assert not cell.startswith(FORMULAS)
            assert unguarded(cell) == words
