"""No printer outlives the tests that share it, and a rubbish case that was played to its end."""

from __future__ import annotations

import pytest

from app.documents.service import printers
from tests.factories.cases import RUBBISH_CODES

ADDRESS = "云麓路 12 号 <b>张三</b> 门口"


@pytest.fixture(scope="session", autouse=True)
def _no_printers_left():
    yield
    printers().close()


@pytest.fixture
def dispatched(api, city):
    """The number of a case in handling, with two photos and an address."""
    photos = [api.photo("citizen") for _ in range(2)]
    number = api.report("citizen", photo_ids=photos, type=RUBBISH_CODES, address=ADDRESS)["case"]["number"]
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    api.act("leader", number, "file")
    api.act("dispatcher", number, "dispatch")
    return number


@pytest.fixture
def closed(api, city, dispatched):
    """The same case, handled, checked and closed."""
    api.act("unit1", dispatched, "finish", photos=1, text="已清理 & 冲洗")
    api.act("inspector1", dispatched, "check", photos=1, verdict="passed", position=city.position())
    api.act("leader", dispatched, "close")
    return dispatched


@pytest.fixture
def page(api):
    """A page as text, or bytes, as somebody gets it; its status is checked."""

    def get(who, path, status=200, **query):
        headers = {**api.headers(who), **query.pop("headers", {})}
        answer = api.client.get(f"/api/v1{path}", headers=headers, query_string=query)
        assert answer.status_code == status, answer.get_data(True)[:500]
        return answer

    return get
