"""Figures worked out by hand: small stories of one or two cases, and the arithmetic in words.

Every story begins on Tuesday 2026-03-10 at noon in Shanghai; instants are hours after it. People work from 8:00 to
12:00 and from 14:00 to 18:00, so that the 4 working hours of rubbish that is dispatched at noon end at 18:00: hour 6.
On Wednesday people work in the hours 20 to 24 and 26 to 30. The case is U01's.
"""

from __future__ import annotations

from datetime import date

import pytest

from app.core import clock
from app.evaluation import service
from app.evaluation.rules.indicators import INDICATORS, Layout, Side, Subject
from app.evaluation.rules.periods import period_of
from app.evaluation.service import Asked
from tests.evaluation.compared import ZONE
from tests.evaluation.conftest import Played, at

pytestmark = pytest.mark.slow

TUESDAY, WEDNESDAY, MARCH, APRIL = "2026-03-10", "2026-03-11", "2026-03", "2026-04"
MICROSECOND = 1e-6 / 3600
DISPATCHED = (0, 0.1, 0.2, 0.3)
NOTHING = (0, 0)


class Worked(Played):
    """Stories, and what the figures say of them."""

    def share(self, indicator, period, hour, *, unit="U01"):
        """(numerator, denominator) as of an hour."""
        found = self.figure(indicator, period, hour, unit=unit)
        return found.numerator, found.denominator

    def figure(self, indicator, period, hour, *, unit="U01"):
        """Of a unit, or of the city where the indicator is none of units."""
        one, during = INDICATORS[indicator], period_of(period)
        subject = Subject.UNIT if Subject.UNIT in one.subjects else Subject.CITY
        asked = Asked(subject, during.start(ZONE), during.end(ZONE), at(hour), ("",))
        found = service.indicators_of(self.session, asked, [one], now=clock.now())
        return next(figures[indicator] for _, code, _, figures in found if code == unit or subject is Subject.CITY)

    def finish(self, number, hour, who="unit1"):
        self.act(number, "finish", who, hour, photos=1, text="已清理")

    def check(self, number, hour, verdict="passed"):
        self.act(number, "check", "inspector1", hour, photos=1, verdict=verdict, reason="仍有残留")

    def hold(self, number, hour, until, resumed=None):
        self.act(number, "request_hold", "unit1", hour - 0.1, until=date.fromisoformat(until))
        self.act(number, "decide_hold", "dispatcher", hour, granted=True)
        if resumed is not None:
            self.act(number, "resume", "dispatcher", resumed)

    def send_back(self, number, hour):
        self.act(number, "return", "unit1", hour, reason="权属不在本单位")

    def dispatch(self, number, hour, unit):
        self.act(number, "dispatch", "dispatcher", hour, lead_id=self.city.units[unit])

    def reopen(self, number, hour):
        self.act(number, "reopen", "supervisor", hour, reason="复发")

    def force(self, number, hour):
        self.act(number, "force_close", "admin", hour, reason="系统外已处置")

    def appeal(self, number, hour, *, granted):
        self.act(number, "appeal", "unit1", hour, reason="连续降雨")
        self.act(number, "decide_appeal", "leader", hour + 1, granted=granted)


@pytest.fixture
def worked(session, city):
    return Worked(session, city)


# --- the two published ones -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("some", "percent"), [(911, 93.72), (737, 75.82)])
def test_two_published_figures(some, percent):
    """911 of 972 are 0.937243 = 93.72 %; 737 of 972 are 0.758230 = 75.82 %."""
    layout = Layout([INDICATORS["handled_rate"]], Subject.UNIT)
    numbers = {Side.NUMERATOR: some, Side.DENOMINATOR: 972, Side.EXEMPT: 0, Side.DEFERRED: 0}
    found = layout.figures([numbers[side] for side in Side], {})["handled_rate"]
    assert (found.numerator, found.denominator, round(found.value * 100, 2)) == (some, 972, percent)


# --- zero denominators ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indicator", ["handled_rate", "satisfaction_mean", "handling_median_s", "repeat_rate"])
def test_nothing_of_nothing_is_no_figure(worked, indicator):
    """No case at all: 0 of 0 is neither 0 nor 100 %, it is nothing."""
    found = worked.figure(indicator, TUESDAY, 10)
    assert (found.denominator, found.value) == (0, None)


def test_what_is_not_due_is_nothing_yet(worked):
    """One case with its owner, due at 18:00; at 17:00 nobody knows whether they will be in time: 0 of 0."""
    worked.case(*DISPATCHED)
    assert worked.share("on_time_handled_rate", TUESDAY, 5) == NOTHING
    assert worked.figure("on_time_handled_rate", TUESDAY, 5).value is None


def test_the_only_case_exempt_leaves_nothing(worked):
    """One late handling, and its appeal was granted: 1 exempt, 0 of 0."""
    number = worked.case(*DISPATCHED, 7, 7.2, 7.3)
    worked.appeal(number, 8, granted=True)
    found = worked.figure("on_time_handled_rate", TUESDAY, 10)
    assert (found.numerator, found.denominator, found.exempt, found.value) == (0, 0, 1, None)


# --- instants on a boundary -------------------------------------------------------------------------------------------


def test_done_on_the_very_instant_is_in_time(worked):
    """Due at 18:00, finished at 18:00:00.000000: 1 of 1."""
    worked.case(*DISPATCHED, 6)
    assert worked.share("on_time_handled_rate", TUESDAY, 7) == (1, 1)


def test_done_a_microsecond_later_is_late(worked):
    """Due at 18:00, finished at 18:00:00.000001: 0 of 1 in time, 1 of 1 handled."""
    worked.case(*DISPATCHED, 6 + MICROSECOND)
    assert worked.share("on_time_handled_rate", TUESDAY, 7) == (0, 1)
    assert worked.share("handled_rate", TUESDAY, 7) == (1, 1)


def test_asked_on_the_very_instant_nothing_is_late_yet(worked):
    """Due at 18:00 and open. At 18:00 it could still be finished in time: 0 of 0; a microsecond later: 0 of 1."""
    worked.case(*DISPATCHED)
    assert worked.share("on_time_handled_rate", TUESDAY, 6) == NOTHING
    assert worked.share("on_time_handled_rate", TUESDAY, 6 + MICROSECOND) == (0, 1)


def test_midnight_belongs_to_the_day_that_begins(worked):
    """Filed at 24:00 of Tuesday, which is 0:00 of Wednesday: 0 on Tuesday, 1 on Wednesday."""
    worked.case(11.8, 11.9, 12)
    assert worked.figure("filed", TUESDAY, 13).value == 0
    assert worked.figure("filed", WEDNESDAY, 13).value == 1


# --- holds across the ends of periods ---------------------------------------------------------------------------------


def test_a_hold_moves_the_work_into_the_next_day(worked):
    """One hour used until 15:00, then on hold until Wednesday 9:00: 3 hours are left, due at 12:00.

    Finished at 11:00: counted on Wednesday, 1 of 1, nothing on Tuesday; it took 1 + 2 hours = 10 800 s.
    """
    number = worked.case(*DISPATCHED)
    worked.hold(number, 3, "2026-03-20", resumed=21)
    worked.finish(number, 23)
    assert worked.share("on_time_handled_rate", TUESDAY, 30) == NOTHING
    assert worked.share("on_time_handled_rate", WEDNESDAY, 30) == (1, 1)
    assert worked.share("hold_rate", WEDNESDAY, 30) == (1, 1)
    assert worked.figure("handling_median_s", WEDNESDAY, 30).value == 10_800


def test_while_it_is_on_hold_it_is_deferred(worked):
    """As of 20:00 of Tuesday the deadline that stood, 18:00, has passed, but the case is on hold: 0 of 0, 1 deferred.

    Once it goes on, that is gone from Tuesday without a trace: due on Wednesday at 12:00, not done, 0 of 1 there.
    """
    number = worked.case(*DISPATCHED)
    worked.hold(number, 3, "2026-03-20", resumed=21)
    found = worked.figure("handled_rate", TUESDAY, 8)
    assert (found.numerator, found.denominator, found.deferred) == (0, 0, 1)
    assert worked.figure("handled_rate", TUESDAY, 30).deferred == 0
    assert worked.share("handled_rate", WEDNESDAY, 30) == (0, 1)


def test_a_hold_moves_the_work_into_the_next_month(worked):
    """On hold from March 10 to Thursday, April 2, 9:00 with 3 hours left: due at 12:00, April's. Never done: 0 of 1."""
    number = worked.case(*DISPATCHED)
    worked.hold(number, 3, "2026-04-20", resumed=23 * 24 - 3)
    assert worked.share("handled_rate", MARCH, 24 * 24) == NOTHING
    assert worked.share("handled_rate", APRIL, 24 * 24) == (0, 1)


# --- return and another dispatch --------------------------------------------------------------------------------------


def test_while_it_awaits_another_dispatch_it_is_nobodys(worked):
    """Sent back at 15:00 and not dispatched since: even after 18:00 it is 0 of 0."""
    worked.send_back(worked.case(*DISPATCHED), 3)
    assert worked.share("handled_rate", TUESDAY, 10) == NOTHING


def test_the_next_owner_has_the_whole_limit(worked):
    """Dispatched to U02 on Wednesday at 8:00, due at 12:00, done at 11:00: 1 of 1 for U02, nothing for U01.

    Of two dispatches one came back: 1 of 2 were accurate.
    """
    number = worked.case(*DISPATCHED)
    worked.send_back(number, 3)
    worked.dispatch(number, 20, "U02")
    worked.finish(number, 23, "unit2")
    assert worked.share("on_time_handled_rate", WEDNESDAY, 30, unit="U02") == (1, 1)
    assert worked.share("on_time_handled_rate", MARCH, 30) == NOTHING
    assert worked.share("accurate_dispatch_rate", MARCH, 30) == (1, 2)
    assert worked.figure("handling_median_s", WEDNESDAY, 30, unit="U02").value == 3 * 3600


def test_a_return_after_the_limit_clears_the_first_owner(worked):
    """Due at 18:00, overdue at 19:00: 0 of 1. Sent back at 20:00: 0 of 0. Overdue at U02 on Wednesday: 0 of 1 there."""
    number = worked.case(*DISPATCHED)
    worked.send_back(number, 8)
    worked.dispatch(number, 20, "U02")
    assert worked.share("handled_rate", TUESDAY, 7) == (0, 1)
    assert worked.share("handled_rate", TUESDAY, 9) == NOTHING
    assert worked.share("handled_rate", WEDNESDAY, 25, unit="U02") == (0, 1)


# --- a failed check after the limit -----------------------------------------------------------------------------------


def test_a_failed_check_takes_back_what_seemed_in_time(worked):
    """Finished at 17:00, as of 18:30 in time: 1 of 1. The check fails at 19:00, too late: 0 of 1, not handled."""
    number = worked.case(*DISPATCHED, 5)
    worked.check(number, 7, "failed")
    assert worked.share("on_time_handled_rate", TUESDAY, 6.5) == (1, 1)
    for indicator in ("on_time_handled_rate", "handled_rate"):
        assert worked.share(indicator, TUESDAY, 8) == (0, 1)
    assert worked.share("rework_rate", TUESDAY, 8) == (1, 1)


def test_finishing_again_after_it_is_late_and_of_the_day_it_was_due(worked):
    """Fails at 19:00, finished again on Wednesday at 9:00: handled 1 of 1, in time 0 of 1, both on Tuesday."""
    number = worked.case(*DISPATCHED, 5)
    worked.check(number, 7, "failed")
    worked.finish(number, 21)
    assert worked.share("handled_rate", TUESDAY, 22) == (1, 1)
    assert worked.share("on_time_handled_rate", TUESDAY, 22) == (0, 1)
    assert worked.share("handled_rate", WEDNESDAY, 22) == NOTHING


def test_two_failed_checks_are_one_handling_with_rework(worked):
    """Fails at 19:00 and at 21:00, passes at 23:00: 1 of 1 with rework, 0 of 1 in time, beside a second case in time.

    Together: rework 1 of 2, in time 1 of 2, closed 0 of 2.
    """
    number = worked.case(*DISPATCHED, 5)
    worked.check(number, 7, "failed")
    worked.finish(number, 8)
    worked.check(number, 9, "failed")
    worked.finish(number, 10)
    worked.check(number, 11)
    worked.case(*DISPATCHED, 5)
    for indicator, share in (("rework_rate", (1, 2)), ("on_time_handled_rate", (1, 2)), ("closed_rate", (0, 2))):
        assert worked.share(indicator, TUESDAY, 12) == share


# --- reopened ---------------------------------------------------------------------------------------------------------


def test_a_reopening_takes_the_handling_out_of_its_day(worked):
    """Closed in time on Tuesday: 1 of 1. Opened again on Wednesday at 8:00: Tuesday has 0 of 0."""
    worked.reopen(worked.case(*DISPATCHED, 5, 5.2, 5.3), 20)
    assert worked.share("on_time_closed_rate", TUESDAY, 19) == (1, 1)
    assert worked.share("on_time_closed_rate", TUESDAY, 21) == NOTHING


def test_the_fresh_handling_counts_when_it_is_done(worked):
    """Opened again on Wednesday at 8:00, due at 12:00, done at 10:00: 1 of 1 on Wednesday; closed 0 of 1."""
    number = worked.case(*DISPATCHED, 5, 5.2, 5.3)
    worked.reopen(number, 20)
    worked.finish(number, 22)
    assert worked.share("on_time_handled_rate", WEDNESDAY, 23) == (1, 1)
    assert worked.share("closed_rate", WEDNESDAY, 23) == (0, 1)


def test_the_fresh_handling_may_be_late(worked):
    """Opened again on Wednesday at 8:00 and not done at 13:00: overdue 1 of 1 on Wednesday, March as a whole 1 of 1."""
    worked.reopen(worked.case(*DISPATCHED, 5, 5.2, 5.3), 20)
    for period in (WEDNESDAY, MARCH):
        assert worked.share("overdue_open_rate", period, 25) == (1, 1)


# --- forced -----------------------------------------------------------------------------------------------------------


def test_closing_by_force_is_no_handling(worked):
    """Closed by force at 15:00 while U01 had it: once 18:00 has passed 0 of 1 handled, 1 of 1 closed."""
    worked.force(worked.case(*DISPATCHED), 3)
    assert worked.share("handled_rate", TUESDAY, 5) == NOTHING
    assert worked.share("handled_rate", TUESDAY, 7) == (0, 1)
    assert worked.share("closed_rate", TUESDAY, 7) == (1, 1)
    assert worked.share("on_time_closed_rate", TUESDAY, 7) == (0, 1)


def test_closing_by_force_after_the_work_leaves_it_in_time(worked):
    """Finished at 17:00, closed by force at 17:30 before anybody checked: in time 1 of 1, closed in time 1 of 1."""
    worked.force(worked.case(*DISPATCHED, 5), 5.5)
    assert worked.share("on_time_handled_rate", TUESDAY, 7) == (1, 1)
    assert worked.share("on_time_closed_rate", TUESDAY, 7) == (1, 1)


def test_closing_by_force_before_filing_is_neither_filed_nor_valid(worked):
    """One report is closed by force unfiled, one is filed: filed 1, valid reports 1 of 2, nobody's handling."""
    worked.force(worked.case(0, 0.1), 3)
    worked.case(0, 0.1, 0.2)
    assert worked.figure("filed", TUESDAY, 4).value == 1
    assert worked.share("valid_report_rate", TUESDAY, 4) == (1, 2)
    assert worked.share("closed_rate", TUESDAY, 10) == NOTHING


# --- appealed ---------------------------------------------------------------------------------------------------------


def test_a_granted_appeal_takes_a_late_handling_out(worked):
    """Two cases, one late: 1 of 2. The late one's appeal is granted at 21:00: from then on 1 of 1, 1 exempt."""
    late = worked.case(*DISPATCHED, 7, 7.2, 7.3)
    worked.case(*DISPATCHED, 5)
    worked.appeal(late, 8, granted=True)
    assert worked.share("on_time_handled_rate", TUESDAY, 8.5) == (1, 2)
    found = worked.figure("on_time_handled_rate", TUESDAY, 9)
    assert (found.numerator, found.denominator, found.exempt) == (1, 1, 1)


def test_a_refused_appeal_changes_nothing(worked):
    """One late handling, its appeal refused: 0 of 1, nothing exempt."""
    worked.appeal(worked.case(*DISPATCHED, 7, 7.2, 7.3), 8, granted=False)
    found = worked.figure("on_time_handled_rate", TUESDAY, 10)
    assert (found.numerator, found.denominator, found.exempt) == (0, 1, 0)


def test_a_granted_appeal_does_not_reach_beyond_a_reopening(worked):
    """Late on Tuesday, exempt; opened again on Wednesday at 8:00 and done at 14:30, late again: 0 of 1 on Wednesday."""
    number = worked.case(*DISPATCHED, 7, 7.2, 7.3)
    worked.appeal(number, 8, granted=True)
    worked.reopen(number, 20)
    worked.finish(number, 26.5)
    found = worked.figure("on_time_handled_rate", WEDNESDAY, 30)
    assert (found.numerator, found.denominator, found.exempt) == (0, 1, 0)
    assert worked.figure("on_time_handled_rate", TUESDAY, 30).exempt == 0
