"""OGC API - Features: the requirements of the standard, and that nothing is public which should not be."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from sqlalchemy import text

from app.ogc.rules.collections import COLLECTIONS
from tests.ogc.conftest import HIDDEN, PUBLIC

pytestmark = pytest.mark.slow

NAMES = list(COLLECTIONS)
# RFC 7946, as far as what is answered here goes.
POSITION = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}}
GEOJSON = {
    "type": "object",
    "required": ["type", "features", "links", "numberReturned"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "id", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "id": {"type": "string"},
                    "properties": {"type": "object"},
                    "geometry": {
                        "type": "object",
                        "required": ["type", "coordinates"],
                        "oneOf": [
                            {"properties": {"type": {"const": "Point"}, "coordinates": POSITION}},
                            {
                                "properties": {
                                    "type": {"const": "MultiPolygon"},
                                    "coordinates": {
                                        "type": "array",
                                        "items": {"items": {"minItems": 4, "items": POSITION}},
                                    },
                                }
                            },
                        ],
                    },
                },
                "additionalProperties": False,
            },
        },
        "links": {"type": "array", "items": {"type": "object", "required": ["href", "rel", "type"]}},
    },
}


@pytest.fixture
def get(client, ground):
    def ask(path="", status=200, headers=None, method="GET", **query):
        answer = client.open(f"/ogc{path}", method=method, query_string=query or None, headers=headers)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer

    return ask


def links(document):
    return {link["rel"]: link for link in document["links"]}


def everything(get, name, /, **query):
    """All items, by the links to the next page."""
    page = get(f"/collections/{name}/items", **query).get_json()
    found, pages = list(page["features"]), 1
    while "next" in links(page):
        page = get(links(page)["next"]["href"].removeprefix("http://localhost/ogc")).get_json()
        found += page["features"]
        pages += 1
    return found, pages


# --- documents ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/"])
def test_the_landing_page_leads_everywhere(get, path):
    document = get(path).get_json()
    found = links(document)
    assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= set(found)
    for link in document["links"]:
        answer = get(link["href"].removeprefix("http://localhost/ogc"))
        assert answer.mimetype == link["type"].partition(";")[0]


def test_conformance_names_the_classes(get):
    declared = get("/conformance").get_json()["conformsTo"]
    for name in ("core", "oas30", "geojson", "html"):
        assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" in declared


def test_the_description_is_valid_and_names_every_path(get):
    answer = get("/api")
    assert answer.content_type == "application/vnd.oai.openapi+json;version=3.0"
    document = answer.get_json()
    validate(document)
    for name, collection in COLLECTIONS.items():
        asked = document["paths"][f"/collections/{name}/items"]["get"]["parameters"]
        assert {one["name"] for one in asked} == {"f", "limit", "bbox", "datetime", "after", *collection.queryables}


def test_every_collection_is_described_alike_in_the_list_and_alone(get):
    listed = {one["id"]: one for one in get("/collections").get_json()["collections"]}
    assert list(listed) == NAMES
    for name, one in listed.items():
        alone = get(f"/collections/{name}").get_json()
        assert alone == one
        assert one["extent"]["spatial"]["bbox"][0] == pytest.approx([121.4, 31.2, 121.406, 31.206], abs=0.01)
        assert links(one)["items"]["type"] in {"application/geo+json", "text/html"}
        assert one["itemType"] == "feature"


@pytest.mark.parametrize("name", NAMES)
def test_what_items_can_be_asked_for_by_is_said(get, name):
    answer = get(f"/collections/{name}/queryables")
    assert answer.mimetype == "application/schema+json"
    document = answer.get_json()
    Draft202012Validator.check_schema(document)
    assert set(document["properties"]) == {"geometry", *COLLECTIONS[name].queryables}
    told = get(f"/collections/{name}/schema").get_json()["properties"]
    (first,) = get(f"/collections/{name}/items", limit=1).get_json()["features"]
    assert set(told) == {"geometry", *first["properties"]}


def test_pages_for_people(get):
    ends = [f"/collections/{name}{end}" for name in NAMES for end in ("", "/items", "/queryables")]
    for path in ["", "/conformance", "/api", "/collections", *ends]:
        answer = get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert answer.mimetype == "text/html"
        assert "<h1>" in answer.get_data(as_text=True)
        assert get(path, f="html").mimetype == "text/html"
        assert get(path, f="json").mimetype.endswith("json")


def test_pages_do_not_run_what_names_say(get, session):
    session.execute(text("UPDATE parts SET name = '<script>alert(1)</script>'"))
    session.commit()
    shown = get("/collections/parts/items", f="html").get_data(as_text=True)
    assert "<script>" not in shown


# --- items --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_items_are_geojson_and_all_of_them(get, session, name):
    page = get(f"/collections/{name}/items", limit=7)
    assert page.mimetype == "application/geo+json"
    Draft202012Validator(GEOJSON).validate(page.get_json())
    assert page.get_json()["numberReturned"] == len(page.get_json()["features"])
    found, _ = everything(get, name, limit=7)
    ids = [one["id"] for one in found]
    assert len(ids) == len(set(ids))
    there = session.scalar(text(f"SELECT count(*) FROM {COLLECTIONS[name].view}"))
    assert len(ids) == there > 7
    whole, pages = everything(get, name, limit=10_000)
    assert (whole, pages) == (found, 1)


def test_few_things_are_counted(get):
    page = get("/collections/cells/items", limit=2, community_code="310101001001").get_json()
    assert page["numberMatched"] == len(everything(get, "cells", community_code="310101001001")[0])
    assert "numberMatched" not in get("/collections/cases/items").get_json()


@pytest.mark.parametrize("name", NAMES)
def test_one_item_is_the_same_alone(get, name):
    first = get(f"/collections/{name}/items", limit=1).get_json()["features"][0]
    answer = get(f"/collections/{name}/items/{first['id']}")
    assert answer.mimetype == "application/geo+json"
    alone = answer.get_json()
    assert {"self", "alternate", "collection"} <= set(links(alone))
    alone.pop("links")
    assert alone == first
    assert get(f"/collections/{name}/items/{first['id']}", f="html").mimetype == "text/html"


def test_boxes_hold_what_meets_them(get, ground, session):
    cell = "310101001001001"
    lon, lat = session.execute(
        text("SELECT ST_X(ST_Centroid(geom)), ST_Y(ST_Centroid(geom)) FROM areas WHERE code = :c"), {"c": cell}
    ).one()
    box = f"{lon - 1e-5},{lat - 1e-5},{lon + 1e-5},{lat + 1e-5}"
    assert [one["id"] for one in everything(get, "cells", bbox=box)[0]] == [cell]
    assert [len(one["id"]) for one in everything(get, "areas", bbox=box)[0]] == [4, 6, 9, 12]
    cases, _ = everything(get, "cases", bbox=box)
    assert cases
    assert {one["properties"]["cell_code"] for one in cases} == {cell}
    assert everything(get, "cases", bbox="0,0,1,1")[0] == []
    everywhere, _ = everything(get, "cases", bbox="-180,-90,180,90", limit=100)
    assert everywhere == everything(get, "cases", limit=100)[0]
    assert everything(get, "parts", bbox="121,31,122,32", limit=9)[0] == everything(get, "parts", limit=100)[0]


def test_times_are_met(get):
    every, _ = everything(get, "cases", limit=100)
    opened = sorted(one["properties"]["opened_at"].replace("+00:00", "Z") for one in every)
    early, _ = everything(get, "cases", datetime=f"../{opened[2]}")
    assert len(early) == 3
    (exact,) = everything(get, "cases", datetime=opened[0])[0]
    assert exact["properties"]["opened_at"].replace("+00:00", "Z") == opened[0]
    assert len(everything(get, "cases", datetime="2026-03-01/..", limit=100)[0]) == len(every)
    assert everything(get, "cases", datetime="2020-01-01")[0] == []
    assert everything(get, "cells", datetime="2020-01-01")[0] == []
    assert everything(get, "cells", datetime="2050-01-01")[0]
    assert len(everything(get, "parts", datetime="2020-01-01", limit=100)[0]) == 54


@pytest.mark.parametrize("name", NAMES)
def test_items_are_asked_for_by_their_properties(get, name):
    for one in everything(get, name, limit=100)[0][:3]:
        for queryable in COLLECTIONS[name].queryables:
            value = one["properties"][queryable]
            if value is None:
                continue
            found, _ = everything(get, name, limit=100, **{queryable: value})
            assert one["id"] in {each["id"] for each in found}
            assert {each["properties"][queryable] for each in found} == {value}


def test_what_is_asked_for_stays_on_the_next_page(get):
    found, pages = everything(get, "cases", limit=2, state="closed", bbox="121,31,122,32")
    assert pages == 3
    assert {one["properties"]["state"] for one in found} == {"closed"}


WRONG = [
    ("", {"x": 1}),
    ("/conformance", {"limit": 1}),
    ("/collections", {"bbox": "1,2,3,4"}),
    ("/collections/cases", {"x": 1}),
    ("/collections/cases/items", {"x": 1}),
    ("/collections/cases/items", {"limit": 0}),
    ("/collections/cases/items", {"bbox": "1,2,3"}),
    ("/collections/cases/items", {"datetime": "now"}),
    ("/collections/cases/items", {"f": "xml"}),
    ("/collections/cases/items", {"limit": ["1", "2"]}),
    ("/collections/cases/items/x", {"limit": 1}),
    ("/collections/areas/items", {"state": "closed"}),
    ("/collections/areas/items", {"after": "x"}),
    ("/collections/cases/items", {"after": "WyJ4Il0"}),
    ("/collections/cases/items/a%00b", {}),
]


def test_what_is_unknown_or_not_valid_is_400(get):
    for path, query in WRONG:
        problem = get(path, 400, **query)
        assert problem.mimetype == "application/problem+json"
        assert problem.get_json()["type"] == "/problems/ogc-bad-parameter"
        assert problem.get_json()["errors"]
        assert problem.headers["Access-Control-Allow-Origin"] == "*"


def test_what_is_not_there_is_404(get):
    for path in ("/people", "/people/items", "/cases/items/none"):
        assert get(f"/collections{path}", 404).headers["Access-Control-Allow-Origin"] == "*"
    assert get("/wfs", 404).headers["Access-Control-Allow-Origin"] == "*"


# --- what everybody may know --------------------------------------------------------------------------------------


def test_cases_are_public_from_their_filing_on(get, session):
    found, _ = everything(get, "cases", limit=100)
    assert {one["properties"]["state"] for one in found} == set(PUBLIC)
    hidden = text("SELECT number FROM cases WHERE state = ANY(:hidden)")
    for number in session.scalars(hidden, {"hidden": list(HIDDEN)}):
        get(f"/collections/cases/items/{number}", 404)


def test_a_case_that_was_never_filed_is_not_public_when_it_ends(get, session):
    number = everything(get, "cases", state="closed")[0][0]["id"]
    session.execute(text("UPDATE cases SET filed_at = NULL, forced = true WHERE number = :n"), {"n": number})
    session.commit()
    get(f"/collections/cases/items/{number}", 404)
    session.execute(text("UPDATE cases SET self_handled = true WHERE number = :n"), {"n": number})
    session.commit()
    get(f"/collections/cases/items/{number}")


def test_a_case_says_nothing_of_people_words_and_places(get, session):
    answer = get("/collections/cases/items", limit=1000).get_data(as_text=True)
    assert "secret" not in answer
    apart = text("""
        SELECT count(*) FROM ogc_cases o JOIN cases c USING (number) JOIN areas a ON a.code = c.filed_cell
         WHERE NOT ST_Equals(o.geom, ST_Centroid(a.geom)) OR ST_Equals(o.geom, c.geom)""")
    session.execute(text("UPDATE cases SET lon = lon + 0.00001"))
    assert session.scalar(apart) == 0


def test_the_application_only_reads_the_views(session):
    granted = text("""
        SELECT table_name, privilege_type FROM information_schema.role_table_grants
         WHERE grantee = 'fieldgrid_app' AND table_name LIKE 'ogc_%'""")
    assert set(session.execute(granted).all()) == {(one.view, "SELECT") for one in COLLECTIONS.values()}


# --- HTTP ---------------------------------------------------------------------------------------------------------


def test_what_did_not_change_is_not_sent_again(get):
    for path in ("", "/collections", "/collections/cells/items", "/api"):
        first = get(path)
        assert "max-age" in first.headers["Cache-Control"]
        again = get(path, 304, headers={"If-None-Match": first.headers["ETag"]})
        assert again.data == b""
        head = get(path, method="HEAD")
        assert (head.data, head.headers["Content-Length"]) == (b"", first.headers["Content-Length"])


def test_pages_of_others_may_ask(get):
    allowed = get("/collections", method="OPTIONS")
    assert "GET" in allowed.headers["Access-Control-Allow-Methods"]
    get("/collections", 405, method="POST")


def test_links_are_those_of_the_address_that_was_asked(get):
    from_here = get("/collections/cells/items", headers={"Host": "10.0.0.1:8080"}).get_json()
    assert all(link["href"].startswith("http://10.0.0.1:8080/ogc/") for link in from_here["links"])


def test_a_page_takes_as_many_statements_for_many_rows_as_for_one(get, statements):
    for name in NAMES:
        sent = []
        for limit in (1, 30):
            with statements() as these:
                get(f"/collections/{name}/items", limit=limit)
            sent.append(len(these))
        assert sent[0] == sent[1] <= 2


def test_every_address_is_whole(get):
    for name in NAMES:
        text_of = get(f"/collections/{name}/items").get_data(as_text=True)
        assert re.findall(r'"href":"(?!http://localhost/ogc/)', text_of) == []
