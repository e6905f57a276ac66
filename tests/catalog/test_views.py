"""GET /types: shape, filters, pages, and how many statements it takes."""

from pathlib import Path

import pytest
from sqlalchemy import event

from app.catalog import service
from tests.factories.catalog import SCHEME, a_type

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).resolve().parents[2] / "grid_data" / "catalog"
OLDER = "GB/T 30428.2-2013"


@pytest.fixture
def loaded(session, client, now):
    service.load_catalog(session, FOLDER, now=now)
    session.commit()
    return client


def get(client, **query):
    return client.get("/api/v1/types", query_string=query)


def items(client, **query):
    answer = get(client, **query)
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


def test_a_type_has_exactly_the_promised_shape(session, client):
    made = a_type(session, limits=(("0.25", "urgent_hour"), ("2", "working_day")))
    session.commit()
    answer = get(client)
    assert answer.status_code == 200
    assert answer.json == {
        "items": [
            {
                "id": str(made.id),
                "scheme": SCHEME,
                "kind": "matter",
                "code": "06010",
                "name": "暴露垃圾",
                "class_code": "06",
                "class_name": "市容环境类",
                "conditions": [
                    {
                        "id": str(made.conditions[0].id),
                        "text": "暴露垃圾 0.25 urgent_hour",
                        "limit": 0.25,
                        "unit": "urgent_hour",
                        "close_text": "已清除，现场整洁",
                    },
                    {
                        "id": str(made.conditions[1].id),
                        "text": "暴露垃圾 2 working_day",
                        "limit": 2,
                        "unit": "working_day",
                        "close_text": "已清除，现场整洁",
                    },
                ],
            }
        ],
        "next_cursor": None,
    }


def test_an_empty_catalogue_is_an_empty_list(client):
    assert get(client).json == {"items": [], "next_cursor": None}


def test_a_retired_condition_is_not_listed(session, client):
    a_type(session, limits=(("1", "working_day"), ("2", "working_day")))
    a_type(session, limits=(("1", "working_day"),))
    session.commit()
    (only,) = items(client)
    assert len(only["conditions"]) == 1


def test_pages_give_every_type_once_in_order(loaded):
    seen, cursor = [], None
    while True:
        answer = get(loaded, limit=100, **({"cursor": cursor} if cursor else {})).json
        seen += [(item["scheme"], item["kind"], item["code"]) for item in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
        assert len(answer["items"]) == 100
    assert len(seen) == len(set(seen)) == 593
    assert len(items(loaded)) == 50


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"scheme": SCHEME, "kind": "part"}, 153),
        ({"scheme": SCHEME, "kind": "matter"}, 250),
        ({"scheme": OLDER}, 190),
        ({"scheme": "none"}, 0),
        ({"kind": "matter", "class": "07", "scheme": SCHEME}, 7),
        ({"class": "nope"}, 0),
        ({"q": "非法小广告"}, 2),
        ({"q": "06010"}, 1),
        ({"q": "sos"}, 2),
        ({"q": "%"}, 0),
        ({"q": "_"}, 0),
        ({"q": "\\"}, 0),
        ({"q": "' OR true --"}, 0),
    ],
)
def test_filters_narrow(loaded, query, count):
    assert len(items(loaded, limit=500, **query)) == count


@pytest.mark.parametrize(
    "query",
    [
        {"kind": "thing"},
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "x"},
        {"colour": "red"},
        {"class_code": "06"},
        {"q": ""},
        {"q": "a" * 101},
        {"q": "a\x00"},
        {"cursor": "abc"},
        {"cursor": "WyJcdTAwMDAiLCJhIiwiYiJd"},
        {"cursor": "W10"},
    ],
)
def test_what_cannot_be_meant_is_refused(client, query):
    answer = get(client, **query)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json["errors"]


def test_a_cursor_of_numbers_is_only_a_place_in_the_list(client):
    assert get(client, cursor="WzEsMiwzXQ").status_code == 200


def test_the_list_is_one_statement_whatever_its_length(loaded, database):
    seen = []
    event.listen(database.bind, "before_cursor_execute", lambda *a: seen.append(a[2]))
    for limit in (1, 500):
        seen.clear()
        items(loaded, limit=limit)
        assert len([sql for sql in seen if "SAVEPOINT" not in sql]) == 1
