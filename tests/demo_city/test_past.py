"""The past is made by the workflow itself: one life of each kind, through the services."""

from pathlib import Path

import pytest

from app.cases import service as cases
from app.cases.rules import State
from app.cases.rules.filters import CaseFilter
from app.cli.demo_city import lives, past
from app.cli.demo_city.cast import Album, Cast
from app.cli.demo_city.load import load_demo_city
from app.cli.demo_city.matters import MATTERS

pytestmark = pytest.mark.slow

DRAWN = {"litter", "adverts"}
DATA = Path(__file__).parents[2] / "grid_data"


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(lives, "PATHS", tuple((1, path) for _, path in lives.PATHS))
    monkeypatch.setattr(lives, "STREET_PATHS", tuple((1, path) for _, path in lives.STREET_PATHS))
    # Two subjects are enough, and quickly drawn.
    monkeypatch.setattr(lives, "MATTERS", tuple(one for one in MATTERS if one.picture in DRAWN))
    monkeypatch.setattr(past, "SEED", 3)


def all_cases(session, admin, now):
    return cases.cases_for(session, CaseFilter(), admin, now=now, limit=500, cursor=None)[0]


def test_one_life_of_each_kind_leaves_cases_in_every_state(session, now, short):
    load_demo_city(session, DATA, now, lambda _: None)
    album = Album()
    album.draw([one for one in past.pictures() if one.subject in DRAWN])
    shares = [past.play_share(session, DATA, album, share, now, lambda _: None) for share in range(lives.VARIANTS)]
    assert sum(sum(share.values()) for share in shares) == len(lives.PATHS) + len(lives.STREET_PATHS)

    cast = Cast(session, DATA / "people.csv", now)
    assert all(past.is_played(session, cast, share) for share in range(lives.VARIANTS))
    admin = cast["admin"]
    found = all_cases(session, admin, now)
    assert {case["state"] for case in found} == {state.value for state in State}
    for case in found:
        row = cases.case_row(session, case["number"], admin)
        assert cases.verify_chain(session, row).ok

    assert past.play_share(session, DATA, album, 0, now, lambda _: None) == {}
    assert len(all_cases(session, admin, now)) == len(found)
