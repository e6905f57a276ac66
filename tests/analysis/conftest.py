"""Cases that are played at instants of one day, as for figures."""

from __future__ import annotations

from datetime import date

import pytest

from tests.evaluation.conftest import FAR, played

__all__ = ["played"]


@pytest.fixture
def several(played, city):
    """Straight through; held, extended, checked twice and reopened; handed back once; still open."""
    straight = played.case(0, 0.1, 0.2, 0.3, 3, 3.1, 3.2)
    winding = played.case(0, 0.1, 0.2, 0.3)
    played.act(winding, "request_extension", "unit1", 2.5, limit=2, unit="working_hour", reason="等配件")
    played.act(winding, "decide_extension", "leader", 2.6, granted=True)
    played.act(winding, "request_hold", "unit1", 3, until=date(2026, 3, 20), reason="天气")
    played.act(winding, "decide_hold", "dispatcher", 3.5, granted=True)
    played.act(winding, "resume", "dispatcher", 27.5)
    played.act(winding, "finish", "unit1", 28, photos=1, text="已清理")
    played.act(
        winding, "check", "inspector1", 28.1, photos=1, verdict="failed", reason="没清干净", position=city.position()
    )
    played.act(winding, "finish", "unit1", 28.2, photos=1, text="已清理")
    played.act(winding, "check", "inspector1", 28.3, photos=1, verdict="passed", position=city.position())
    played.act(winding, "close", "leader", 28.4)
    back = played.case(1, 1.1, 1.2, 1.3)
    played.act(back, "return", "unit1", 2.5, reason="不属本单位")
    played.act(back, "dispatch", "dispatcher", 2.6)
    played.act(back, "request_extension", "unit1", 2.7, limit=2, unit="working_hour", reason="等配件")
    played.act(back, "decide_extension", "leader", 2.8, granted=False)
    played.act(back, "finish", "unit1", 3, photos=1, text="已清理")
    played.act(back, "check", "inspector1", 3.1, photos=1, verdict="passed", position=city.position())
    played.act(back, "close", "leader", 3.2)
    far = played.case(1, 1.1, 1.2, cell=FAR)
    return straight, winding, back, far
