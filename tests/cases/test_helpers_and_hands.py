"""What helping organisations say about a case, and who had it before somebody took it over."""

import pytest

from tests.factories.accounts import a_grant, staff
from tests.factories.cases import RUBBISH_CODES

pytestmark = pytest.mark.slow


@pytest.fixture
def handling(api, city):
    """A rubbish case that U01 leads and U02 helps with; its number."""

    def make():
        number = api.report("citizen")["case"]["number"]
        api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
        api.act("leader", number, "file")
        api.act("dispatcher", number, "dispatch")
        return number

    return make


# --- advise ----------------------------------------------------------------------------------------------------------


def test_helpers_say_what_they_think_and_the_case_shows_it(api, city, handling):
    number = handling()
    before = api.get("operator", f"/cases/{number}")
    assert before["opinions"] == []
    api.act("unit2", number, "advise", text="需先关闭上水阀门")
    after = api.act("handler2", number, "advise", text="我处可派车", photos=1)
    assert [(one["organization"]["code"], one["text"]) for one in after["opinions"]] == [
        ("U02", "需先关闭上水阀门"),
        ("U02", "我处可派车"),
    ]
    assert after["opinions"][0]["by"]["id"] == str(city.people["unit2"])
    assert (after["state"], after["version"]) == ("handling", before["version"] + 2)
    kept = ("due_at", "yellow_at", "owner", "helpers", "stage")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert len(after["clocks"]) == len(before["clocks"])
    event = api.chain(number)[-2]
    assert event["action"] == "advise"
    assert event["inputs"] == {"organization_id": str(city.units["U02"]), "text": "需先关闭上水阀门"}
    masked = api.get("auditor", f"/cases/{number}")["opinions"]
    assert [(one["organization"]["code"], one["text"], one["by"]) for one in masked] == [("U02", None, None)] * 2


def test_only_helpers_advise_and_only_while_it_is_handled(api, handling):
    number = handling()
    for who in ("unit1", "dispatcher", "leader"):
        told = api.refused(who, number, "advise", 403, "not-your-move", text="x")
        assert {"role": "unit_manager", "relation": "helper_unit"} in told["who"]
    api.refused("unit2", number, "advise", 422, "fact-missing", text="  ")
    api.act("unit1", number, "finish", photos=1, text="已清理")
    told = api.refused("unit2", number, "advise", 409, "illegal-move", text="x")
    assert told["possible"] == []


def test_a_helpers_handler_sees_the_case_only_while_it_is_handled(api, handling):
    number = handling()
    assert number in {one["number"] for one in api.get("handler2", "/cases")["items"]}
    api.get("handler1b", f"/cases/{number}", 404)
    api.act("unit1", number, "finish", photos=1, text="已清理")
    api.get("handler2", f"/cases/{number}", 404)
    assert api.get("handler2", "/cases")["items"] == []


def test_opinions_take_one_statement_however_many(api, handling, statements):
    number = handling()

    def cost():
        api.get("operator", f"/cases/{number}")
        with statements() as sent:
            api.get("operator", f"/cases/{number}")
        return len(sent)

    none = cost()
    for n in range(4):
        api.act("unit2", number, "advise", text=f"意见 {n}")
    assert cost() == none


# --- take over -------------------------------------------------------------------------------------------------------


def taken(api, number):
    event = api.chain(number)[-1]
    assert event["action"] == "take_over"
    return event["inputs"]["from_ids"]


def ids(city, *names):
    return [str(city.people[name]) for name in names]


def test_from_the_desk_and_from_a_colleague_at_the_desk(api, city):
    number = api.report("citizen")["case"]["number"]
    api.act("operator", number, "take_over")
    assert taken(api, number) == []
    api.act("colleague", number, "take_over")
    assert taken(api, number) == ids(city, "operator")
    api.refused("colleague", number, "take_over", 403, "not-your-move")
    # Who held it there holds it no longer in the next state.
    api.act("operator", number, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    api.act("leader", number, "take_over")
    assert taken(api, number) == []


def test_from_the_inspector_who_was_asked(api, city):
    number = api.report("citizen")["case"]["number"]
    api.act("operator", number, "request_verify", inspector_id=city.people["inspector1"])
    api.refused("inspector1", number, "take_over", 403, "not-your-move")
    api.act("inspector2", number, "take_over")
    assert taken(api, number) == ids(city, "inspector1")
    api.act("inspector1", number, "take_over")
    assert taken(api, number) == ids(city, "inspector2")


def test_from_a_handler_by_a_handler_and_by_the_manager(api, city, handling):
    number = handling()
    a_grant(api.session, city.people["operator2"], "unit_manager", "", organization_id=city.units["U01"])
    api.session.commit()
    api.act("unit1", number, "take_over")
    assert taken(api, number) == []
    api.act("operator2", number, "take_over")
    assert taken(api, number) == ids(city, "unit1")
    api.act("unit1", number, "assign", handler_id=city.people["handler1"])
    api.act("unit1", number, "take_over")
    assert set(taken(api, number)) == set(ids(city, "operator2", "handler1"))
    # A colleague of the handler sees the case only once it is theirs, or by something else they have to do with it.
    api.refused("unit2", number, "take_over", 403, "not-your-move")


def test_a_handler_who_sees_it_takes_it_from_the_one_it_was_assigned_to(api, city, handling):
    number = handling()
    # handler1b reported it too, and so sees it.
    other = api.report("handler1b")["case"]["number"]
    api.act("operator", other, "accept", type=RUBBISH_CODES, condition_id=city.condition())
    if api.get("operator", f"/cases/{other}")["state"] == "to_file":
        api.act("leader", other, "file")
    api.act("dispatcher", other, "dispatch")
    api.act("unit1", other, "assign", handler_id=city.people["handler1"])
    case = api.act("handler1b", other, "take_over")
    assert taken(api, other) == ids(city, "handler1")
    assert case["handler"]["id"] == ids(city, "handler1b")[0]
    api.get("handler1b", f"/cases/{number}", 404)


def test_a_supervisor_never_has_a_case_so_that_none_takes_it_from_another(api, city, handling):
    colleague = staff(api.session, "supervisor", "3101", username="supervisor2", organization_id=city.units["city"])
    city.people["supervisor2"] = colleague
    api.session.commit()
    number = handling()
    api.act("supervisor", number, "supervise")
    told = api.refused("supervisor2", number, "take_over", 403, "not-your-move")
    assert {"role": "supervisor", "relation": "same_role"} in told["who"]
