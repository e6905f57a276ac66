"""A review reads one state of the database, whatever others write meanwhile."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.db import snapshot_unit, unit_of_work
from app.evaluation import service
from app.evaluation.rules.periods import period_of

pytestmark = pytest.mark.committed
VERSIONS = text("SELECT max(version) FROM evaluation_definitions WHERE name = 'publishing'")


def test_what_others_write_meanwhile_is_not_in_it(committed):
    now = clock.now()
    with snapshot_unit() as session:
        before = session.execute(VERSIONS).scalar_one()
        with unit_of_work() as other:
            change = {"expected": None, "now": now, "actor_id": None}
            service.put_publishing(other, {"earliest_days": 5}, **change)
        assert session.execute(VERSIONS).scalar_one() == before
        frozen = service.frozen_now(session, period_of("2026-Q1"), ZoneInfo("Asia/Shanghai"), now)
    assert frozen.inputs["definitions"]["publishing"] == before == 1
    with unit_of_work() as session:
        assert session.execute(VERSIONS).scalar_one() == 2
