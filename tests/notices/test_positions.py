"""Where people on shift are, on the stream of their desk and on nobody else's."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.db import database, unit_of_work
from app.duty.rules import Fix
from app.duty.service import add_positions
from app.factory import create_app
from app.notices.service import positions
from app.notices.service.positions import Watch
from app.notices.views import stream
from tests.factories.duty import moved, off_shift, on_shift
from tests.factories.http import bearer
from tests.factories.notices import a_committed_case, a_committed_city, frames

CELL, NEXT_CELL, FAR_CELL = "310101001001001", "310101001001002", "310102001001001"
SECOND = timedelta(seconds=1)


def looked(session, city, who, now, watch=None):
    found = positions.look(session, city.who(session, who, now), watch or Watch(), now=now)
    names = {str(user_id): name for name, user_id in city.people.items()}
    return {names[one["user_id"]]: one for one in found}


def test_a_desk_hears_of_its_ground_and_nobody_of_themselves(session, town, now):
    on_shift(session, town, "inspector1", now, cell=CELL, zone="Z1")
    on_shift(session, town, "inspector2", now)
    on_shift(session, town, "inspector3", now, cell=FAR_CELL)
    gone = on_shift(session, town, "outsider", now, cell=CELL)
    off_shift(session, town, "outsider", gone, now)
    for who in ("operator", "leader", "dispatcher", "supervisor", "admin"):
        assert set(looked(session, town, who, now)) == {"inspector1", "inspector3"}, who
    assert set(looked(session, town, "operator2", now)) == {"inspector3"}
    for who in ("inspector1", "unit1", "handler1", "evaluator", "auditor"):
        assert looked(session, town, who, now) == {}, who
    lon, lat = town.spot(CELL)
    assert looked(session, town, "leader", now)["inspector1"] == {
        "user_id": str(town.people["inspector1"]),
        "name": "王小明",
        "lon": lon,
        "lat": lat,
        "at": "2026-03-10T02:00:00Z",
        "zone_code": "Z1",
    }


def test_only_what_is_new_is_said(session, town, now, statements):
    on_shift(session, town, "inspector1", now, cell=CELL)
    watch = Watch()
    leader = town.who(session, "leader", now)
    assert len(positions.look(session, leader, watch, now=now)) == 1
    with statements() as sent:
        assert positions.look(session, leader, watch, now=now + 3 * SECOND) == []
    assert len(sent) == 1
    moved(session, town, "inspector1", now + 4 * SECOND, cell=NEXT_CELL)
    moved(session, town, "inspector1", now + 5 * SECOND, cell=CELL)
    (told,) = positions.look(session, leader, watch, now=now + 6 * SECOND)
    assert told["at"] == "2026-03-10T02:00:05Z"
    # One that was committed after the last look, though it arrived before, is not lost.
    lon, lat = town.spot(CELL)
    fix, principal = Fix(now + 30 * SECOND, lon, lat), town.who(session, "inspector1", now)
    positions.look(session, leader, watch, now=now + 33 * SECOND)
    add_positions(session, [fix], principal=principal, now=now + 31 * SECOND)
    assert len(positions.look(session, leader, watch, now=now + 36 * SECOND)) == 1


@pytest.mark.committed
@pytest.mark.slow
def test_positions_come_on_the_stream_without_an_id(committed, monkeypatch):
    now = datetime.now(UTC)
    monkeypatch.setattr(stream, "HEARTBEAT_S", 1.0)
    monkeypatch.setattr(stream, "LOOK_S", 0.05)
    city = a_committed_city()
    api = create_app(committed, database())
    with unit_of_work() as session:
        headers = {who: bearer(api, session, city.people[who]) for who in ("leader", "unit3")}
        on_shift(session, city, "inspector1", now, cell=CELL)

    def listen(who):
        answer = api.test_client().get("/api/v1/stream", headers=headers[who], buffered=False)
        return answer, frames(line for chunk in answer.response for line in chunk.decode().split("\n")[:-1])

    answer, said = listen("leader")
    begun = next(said)
    first = next(event for event in said if "event" in event)
    assert (first["event"], "id" in first) == ("position", False)
    assert first["data"]["user_id"] == str(city.people["inspector1"])
    with unit_of_work() as session:
        moved(session, city, "inspector1", datetime.now(UTC), cell=NEXT_CELL)
    second = next(event for event in said if event.get("event") == "position")
    assert second["data"]["at"] > first["data"]["at"]
    # Cases are told beside them, and the place in the feed is that of cases.
    number = a_committed_case(city, now)
    told = next(event for event in said if event.get("event") == "case.created")
    assert told["data"]["number"] == number
    assert told["id"] != begun["id"]
    answer.close()
    answer, said = listen("unit3")
    assert [set(next(said)) for _ in range(3)] == [{"id"}] * 3
    answer.close()
