"""Ten thousand steps of everybody at random: whatever people do, and in whatever order, the city keeps its word."""

import sys

import pytest

from app.cases.rules import MOVES
from app.core import clock
from app.core.db import database
from app.factory import create_app
from tests.walk.tries import KNOWN
from tests.walk.walker import Walk

pytestmark = [pytest.mark.committed, pytest.mark.slow]
WALKS, STEPS, AT_MOST, HTTP, EACH = 4, 2_520, 3_500, 260, 20


@pytest.fixture
def walk(committed, request, monkeypatch):
    seed = request.config.getoption("hypothesis_seed", None) or 2026
    found = Walk(
        create_app(committed, database()), committed.database_url, f"{request.node.callspec.params['nth']}-{seed}"
    )
    monkeypatch.setattr(clock, "now", lambda: found.town.now)
    yield found
    found.rows.close()


def test_every_action_of_the_table_is_known_to_the_walk():
    assert {str(move.action) for move in MOVES} == KNOWN


@pytest.mark.parametrize("nth", range(WALKS))
def test_whatever_happens_the_city_keeps_its_word(walk, nth):
    """Run one again with `pytest tests/walk --hypothesis-seed=N`."""
    try:
        while walk.steps < STEPS or (walk.lacking(EACH) and walk.steps < AT_MOST):
            walk.step()
    except Exception as wrong:
        wrong.add_note(walk.explain())
        raise
    sys.stdout.write(walk.figures() + "\n")
    rare = walk.lacking(EACH)
    assert not rare, f"too rare in walk {walk.seed}: {rare}"
    assert walk.over_http >= HTTP
