"""Lists of what waits for somebody's decision, and of what is mine: for the queues of the desk."""

import pytest

from tests.factories.cases import RUBBISH_CODES

pytestmark = pytest.mark.slow


@pytest.fixture
def handling(api, city):
    """The number of a case in handling."""

    def play():
        number = api.report("inspector1", photo_ids=[api.photo("inspector1")], type=RUBBISH_CODES)["case"]["number"]
        accepted = api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
        if accepted["state"] == "to_file":
            api.act("leader", number, "file")
        api.act("dispatcher", number, "dispatch")
        return number

    return play


def marked(api, who, mark):
    return [item["number"] for item in api.get(who, "/cases", mark=mark)["items"]]


def test_requests_are_listed_until_they_are_decided(api, handling):
    asks, waits, quiet = handling(), handling(), handling()
    api.act("unit1", asks, "request_extension", limit=1, unit="working_hour")
    api.act("unit1", waits, "request_hold", until="2026-12-01")
    assert marked(api, "leader", "extension") == [asks]
    assert marked(api, "dispatcher", "hold") == [waits]
    api.act("leader", asks, "decide_extension", granted=False, reason="足够")
    api.act("dispatcher", waits, "decide_hold", granted=True)
    assert marked(api, "leader", "extension") == marked(api, "dispatcher", "hold") == []
    assert quiet not in marked(api, "dispatcher", "returned")


def test_what_was_returned_or_is_supervised_is_listed_for_itself(api, handling):
    back, watched = handling(), handling()
    api.act("unit1", back, "return", reason="不归我们管")
    api.act("supervisor", watched, "supervise")
    assert marked(api, "dispatcher", "returned") == [back]
    assert marked(api, "supervisor", "supervised") == [watched]


def test_mine_is_what_is_assigned_to_me_in_person(api, city, handling):
    mine = handling()
    handling()
    api.act("unit1", mine, "assign", handler_id=str(city.people["handler1"]))
    assert marked(api, "handler1", "mine") == [mine]
    assert marked(api, "unit1", "mine") == []


def test_an_unknown_mark_is_refused(api):
    told = api.get("leader", "/cases", 422, mark="urgent")
    assert told["errors"][0]["pointer"] == "/mark"
