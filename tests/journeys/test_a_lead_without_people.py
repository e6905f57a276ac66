"""A case that went to a street where nobody works: the desk sees it, takes it back and finds somebody."""

import pytest

from tests.factories.cases import COVER, COVER_CODES

pytestmark = pytest.mark.slow


def test_the_desk_takes_a_case_back_from_a_street_without_staff(api, city):
    number = api.report("citizen")["case"]["number"]
    api.act("operator", number, "accept", type=COVER_CODES, condition_id=city.condition(COVER))
    api.act("leader", number, "file")
    # No rule names an owner of covers: the street answers for its ground.
    case = api.act("dispatcher", number, "dispatch")
    assert case["owner"]["id"] == str(city.units["street"])

    mine = {one["action"]: one for one in api.get("dispatcher", f"/cases/{number}/actions")["items"]}
    assert {name for name, one in mine.items() if one["allowed"]} == {"return"}
    assert mine["return"]["schema"]["required"] == ["reason"]
    leaders = {one["action"]: one for one in api.get("leader", f"/cases/{number}/actions")["items"]}
    assert "dispatcher where nobody manages the lead unit" in leaders["return"]["why"]

    told = api.refused("leader", number, "return", 403, "not-your-move", reason="街道暂无人员")
    assert {"role": "dispatcher", "relation": "unmanaged"} in told["who"]
    api.refused("dispatcher", number, "return", 422, "fact-missing")
    back = api.act("dispatcher", number, "return", reason="街道暂无人员")
    assert (back["state"], back["owner"], back["returns"]) == ("to_dispatch", None, 0)
    event = api.chain(number)[-1]
    assert (event["action"], event["inputs"]["recalled"], event["reason"]) == ("return", True, "街道暂无人员")

    # It goes to a unit with people, which answers for itself from then on.
    api.act("dispatcher", number, "dispatch", lead_id=city.units["U02"])
    told = api.refused("dispatcher", number, "return", 403, "not-your-move", reason="再试一次")
    assert {"role": "unit_manager", "relation": "lead_unit"} in told["who"]
    done = api.act("unit2", number, "return", reason="不属于我单位")
    assert done["returns"] == 1
    assert "recalled" not in api.chain(number)[-1]["inputs"]
