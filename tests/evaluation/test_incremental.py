"""Counting bit by bit while cases go on comes to the same as counting everything at the end, as often as one likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import pytest
from sqlalchemy import text

from app.evaluation import service
from app.evaluation.jobs import recount_page, refresh_some
from tests.evaluation.conftest import STEPS
from tests.evaluation.test_worked import Worked

pytestmark = pytest.mark.slow
STORIES = 9
Story = Iterator[str]


def closed(worked: Worked, hour: float) -> Story:
    """Reported, filed, handled, checked and closed, half an hour after each other."""
    number = worked.case(hour)
    yield number
    for nth, (action, doer, inputs) in enumerate(STEPS, 1):
        worked.act(number, action, doer, hour + nth / 2, **inputs)
        yield number


def opened_again(worked: Worked, hour: float) -> Story:
    number = yield from _last(closed(worked, hour))
    worked.act(number, "appeal", "unit1", hour + 5, reason="连续降雨")
    yield number
    worked.reopen(number, hour + 6)
    yield number
    worked.finish(number, hour + 7)
    worked.check(number, hour + 8)
    worked.act(number, "close", "leader", hour + 9)
    yield number
    worked.act(number, "decide_appeal", "leader", hour + 10, granted=True)
    yield number


def exempt(worked: Worked, hour: float) -> Story:
    number = yield from _last(closed(worked, hour))
    worked.appeal(number, hour + 5, granted=True)
    yield number


def held_and_reworked(worked: Worked, hour: float) -> Story:
    number = worked.case(*(hour + nth / 10 for nth in range(4)))
    yield number
    worked.hold(number, hour + 2, "2026-05-20")
    yield number
    worked.act(number, "resume", "dispatcher", hour + 30)
    yield number
    worked.finish(number, hour + 31)
    yield number
    worked.check(number, hour + 32, "failed")
    yield number


def sent_back(worked: Worked, hour: float) -> Story:
    number = worked.case(*(hour + nth / 10 for nth in range(4)))
    yield number
    worked.send_back(number, hour + 1)
    yield number
    worked.dispatch(number, hour + 2, "U02")
    yield number
    worked.finish(number, hour + 3, "unit2")
    yield number


def forced_and_opened(worked: Worked, hour: float) -> Story:
    number = worked.case(hour, hour + 0.1)
    yield number
    worked.force(number, hour + 1)
    yield number
    worked.reopen(number, hour + 2)
    yield number


def void(worked: Worked, hour: float) -> Story:
    number = worked.case(*(hour + nth / 10 for nth in range(4)))
    yield number
    worked.act(number, "void", "leader", hour + 1, reason="重复立案")
    yield number


def merged(worked: Worked, hour: float) -> Story:
    """Into one that waits to be filed, which is filed or rejected afterwards."""
    target, number = worked.case(hour, hour + 0.1), worked.case(hour + 0.2)
    yield number
    worked.act(number, "merge", "operator", hour + 0.3, into=target)
    yield number
    if int(hour * 10) % 2:
        worked.act(target, "file", "leader", hour + 0.4)
    else:
        worked.act(target, "reject", "operator", hour + 0.4, reason="不属实")
    yield target


def _last(story: Story) -> Iterator[str]:
    number = ""
    for number in story:
        yield number
    return number


KINDS: tuple[Callable[[Worked, float], Story], ...] = (
    closed,
    opened_again,
    exempt,
    held_and_reworked,
    sent_back,
    forced_and_opened,
    void,
    merged,
)


def entries(session) -> set[str]:
    return set(session.execute(text("SELECT to_jsonb(e)::text FROM evaluation_entries e")).scalars())


@pytest.mark.parametrize("nth", range(4))
def test_refreshes_of_any_size_at_any_time_come_to_one_count_of_everything(session, city, request, nth):
    """Stories go on in turns by chance, at the same place, so that closings become repeated ones."""
    dice = Random(f"{request.config.getoption('hypothesis_seed', None) or 2026}-{nth}")
    worked = Worked(session, city)
    going = [dice.choice(KINDS)(worked, dice.uniform(0, 200)) for _ in range(STORIES)]
    while going:
        story = dice.choice(going)
        if next(story, None) is None:
            going.remove(story)
        if dice.random() < 0.3:
            refresh_some(at_most=dice.randint(1, 5))
    while refresh_some(at_most=dice.randint(1, 5)):
        pass
    by_and_by = entries(session)
    assert len(by_and_by) > 5 * STORIES
    for _ in range(2):
        for page in service.pages_of_cases(session):
            assert recount_page(page, service.mark_waiting(session)) == 0
    session.execute(text("DELETE FROM evaluation_entries"))
    pages = service.pages_of_cases(session)
    changed = sum(recount_page(page, service.mark_waiting(session)) for page in pages)
    assert changed == sum(len(page) for page in pages)
    assert entries(session) == by_and_by
