"""The texts of bulletins are the city's: changed by versions, tried before they are kept."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

PATH = "/bulletins/template"
HEAD = ("language", "version", "in_force", "made_at", "placeholders")


def texts(api, **query):
    found = api.get("evaluator", PATH, **query)
    return {name: value for name, value in found.items() if name not in HEAD}


def put(api, body, status=200, who="evaluator", version='"0"', language="zh-CN"):
    headers = {"If-Match": version}
    return api.call(who, "PUT", f"{PATH}?language={language}", status, json=body, headers=headers).get_json()


def test_a_city_words_its_bulletins_and_every_version_stays(api, session):
    first = api.get("auditor", PATH)
    assert (first["version"], first["in_force"], first["made_at"]) == (0, True, None)
    assert "serial" in first["placeholders"]["number"]
    changed = put(api, {**texts(api), "issuer": "{city}城管办", "subjects": ["unit"]})
    assert (changed["version"], changed["issuer"], changed["in_force"]) == (1, "{city}城管办", True)
    assert put(api, texts(api), version='"1"')["version"] == 1
    assert api.get("auditor", PATH, version=0)["in_force"] is False
    assert api.get("auditor", PATH, language="en")["version"] == 0
    assert api.get("auditor", PATH, 404, version=2)["type"] == "/problems/bulletin-template-not-found"
    assert put(api, texts(api), 412)["type"] == "/problems/stale-version"
    (note,) = session.execute(text("SELECT detail FROM admin_changes WHERE action = 'bulletin_template.put'")).all()
    assert note.detail["after"]["issuer"] == "{city}城管办"
    with pytest.raises(DBAPIError, match=r"permission denied|append-only"), session.begin_nested():
        session.execute(text("DELETE FROM bulletin_templates"))


@pytest.mark.parametrize(
    ("change", "pointer", "named"),
    [
        ({"title": "关于{mouth}的通报"}, "/title", "{mouth}"),
        ({"title": "关于{filed}的通报"}, "/title", "{filed}"),
        ({"basis": "现将{period!r:>99999999}通报"}, "/basis", "without anything beside"),
        ({"basis": "现将{period.__class__}通报"}, "/basis", "{period.__class__}"),
        ({"copies": "抄送：{"}, "/copies", "brace"),
        ({"number": "城管通〔{year}〕号"}, "/number", "{serial}"),
        ({"issuer": "城管\u0007办"}, "/issuer", "control"),
        ({"subjects": ["unit", "unit"]}, "/subjects", "once"),
        ({"demands": {"heading": "四", "paragraphs": ["好", "{best}"]}}, "/demands/paragraphs/1", "{best}"),
    ],
)
def test_what_no_bulletin_can_be_made_of_is_refused_by_name(api, change, pointer, named):
    refused = put(api, {**texts(api), **change}, 422)
    assert refused["type"] == "/problems/bad-bulletin-template"
    (fault,) = refused["errors"]
    assert fault["pointer"] == pointer
    assert named in fault["detail"]
    assert api.get("evaluator", PATH)["version"] == 0


def test_nobody_is_scored_by_name(api):
    refused = put(api, {**texts(api), "subjects": ["inspector"]}, 422)
    assert "by name" in refused["errors"][0]["detail"]


def test_who_words_them(api):
    body = texts(api)
    for who in ("operator", "auditor", "unit1"):
        put(api, body, 403, who)
    api.call("evaluator", "PUT", PATH, 428, json=body)
    assert put(api, body, who="admin", version="*")["version"] == 0
