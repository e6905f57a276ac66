"""What a case comes to, told by hand: every instant that figures count, on its own small story."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from app.cases.rules import Action, Source, State
from app.evaluation.rules.counting import Counted, Mark, Setting, entries_of
from app.evaluation.rules.history import Step, history_of
from app.sla.rules import Stage

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
UNIT, OTHER_UNIT, TYPE = uuid4(), uuid4(), uuid4()
ANNA, BORIS, CHEN, DAVID, ELLA = (uuid4() for _ in range(5))
DUE = NOON + timedelta(hours=10)


def at(hours):
    return NOON + timedelta(hours=hours)


def submitted(hours=0, by=ELLA):
    return Step(
        Action.SUBMIT, at(hours), None, State.RECEIVED, Stage.ACCEPT, at(hours + 0.25), type_id=TYPE, actor_id=by
    )


def filed(hours=1):
    return [
        submitted(),
        Step(
            Action.ACCEPT,
            at(hours - 0.9),
            State.RECEIVED,
            State.TO_FILE,
            Stage.FILE,
            at(hours - 0.65),
            type_id=TYPE,
            actor_id=ANNA,
        ),
        Step(
            Action.FILE,
            at(hours),
            State.TO_FILE,
            State.TO_DISPATCH,
            Stage.DISPATCH,
            at(hours + 0.25),
            type_id=TYPE,
            actor_id=BORIS,
        ),
    ]


def dispatched(hours=2, due=DUE, lead=UNIT):
    return Step(
        Action.DISPATCH,
        at(hours),
        State.TO_DISPATCH,
        State.HANDLING,
        Stage.HANDLING,
        due,
        lead_id=lead,
        type_id=TYPE,
        actor_id=CHEN,
    )


def with_owner(action, hours, source, target, *, stage=None, due=None, **more):
    return Step(action, at(hours), source, target, stage, due, lead_id=UNIT, type_id=TYPE, **more)


def finished(hours):
    return with_owner(Action.FINISH, hours, State.HANDLING, State.TO_CHECK, stage=Stage.CHECK, due=at(hours + 0.5))


def failed(hours, due=DUE):
    return with_owner(Action.CHECK, hours, State.TO_CHECK, State.HANDLING, stage=Stage.HANDLING, due=due)


def passed(hours):
    return with_owner(
        Action.CHECK,
        hours,
        State.TO_CHECK,
        State.TO_CLOSE,
        stage=Stage.CLOSE,
        due=at(hours + 0.25),
        actor_id=DAVID,
    )


def closed(hours):
    return with_owner(Action.CLOSE, hours, State.TO_CLOSE, State.CLOSED, actor_id=BORIS)


def returned(hours, *, recalled=False):
    return with_owner(
        Action.RETURN,
        hours,
        State.HANDLING,
        State.TO_DISPATCH,
        stage=Stage.DISPATCH,
        due=at(hours + 0.25),
        recalled=recalled,
    )


def entries(*steps, until=None, **setting):
    flat = [step for part in steps for step in (part if isinstance(part, list) else [part])]
    given = {"source": Source.CITIZEN, "worked": lambda _: 60} | setting
    return list(entries_of(history_of(flat, until), Setting(**given)))


def of(kind, found):
    return [entry for entry in found if entry.counted is kind]


def handling(*steps, until=None):
    found = of(Counted.HANDLING, entries(filed(), *steps, until=until))
    assert len(found) <= 1
    return found[0] if found else None


def test_early_work_counts_when_it_is_done():
    found = handling(dispatched(), finished(5))
    assert (found.at, found.unit_id) == (at(5), UNIT)
    assert found.marks == Mark.HANDLED | Mark.ON_TIME
    assert found.value == 60


def test_late_work_counts_when_it_was_due():
    found = handling(dispatched(), finished(11))
    assert found.at == DUE
    assert found.marks == Mark.HANDLED


def test_work_done_on_the_very_instant_is_in_time():
    found = handling(dispatched(), finished(10))
    assert found.at == DUE
    assert Mark.ON_TIME in found.marks


def test_work_that_is_not_done_counts_when_it_is_due():
    found = handling(dispatched())
    assert (found.at, found.marks, found.value) == (DUE, Mark(0), None)


def test_a_failed_check_takes_the_work_back():
    story = (dispatched(), finished(5), failed(6))
    assert handling(*story).marks == Mark.REWORKED
    assert handling(*story).at == DUE
    again = handling(*story, finished(7), passed(8), closed(9))
    assert again.at == at(7)
    assert again.marks == Mark.REWORKED | Mark.HANDLED | Mark.ON_TIME | Mark.CLOSED


def test_a_failed_check_after_the_limit_makes_early_work_late():
    story = (dispatched(), finished(9), failed(11))
    assert handling(*story, until=at(10.5)).at == at(9)
    assert handling(*story).marks == Mark.REWORKED
    assert handling(*story, finished(12)).marks == Mark.REWORKED | Mark.HANDLED
    assert handling(*story, finished(12)).at == DUE


def test_a_returned_case_has_no_handling_until_it_is_dispatched_again():
    assert handling(dispatched(), returned(3)) is None
    again = handling(dispatched(), returned(3), dispatched(4, at(20), OTHER_UNIT))
    assert (again.unit_id, again.at) == (OTHER_UNIT, at(20))


@pytest.mark.parametrize(("recalled", "marks"), [(False, Mark(0)), (True, Mark.ACCURATE)])
def test_a_dispatch_that_came_back_as_not_theirs_was_not_accurate(recalled, marks):
    found = of(Counted.DISPATCH, entries(filed(), dispatched(), returned(3, recalled=recalled), dispatched(4, at(20))))
    assert [(entry.marks, entry.at, entry.dispatcher_id) for entry in found] == [
        (marks, at(2), CHEN),
        (Mark.ACCURATE, at(4), CHEN),
    ]


def test_a_hold_defers_and_its_end_moves_the_limit():
    asked = with_owner(Action.REQUEST_HOLD, 3, State.HANDLING, State.HANDLING, stage=Stage.HANDLING, due=DUE)
    held = with_owner(Action.DECIDE_HOLD, 4, State.HANDLING, State.ON_HOLD, stage=Stage.HANDLING, due=DUE, granted=True)
    resumed = with_owner(Action.RESUME, 30, State.ON_HOLD, State.HANDLING, stage=Stage.HANDLING, due=at(36))
    assert handling(dispatched(), asked, held).marks == Mark.HELD | Mark.DEFERRED
    assert handling(dispatched(), asked, held).at == DUE
    found = handling(dispatched(), asked, held, resumed, finished(35))
    assert found.at == at(35)
    assert found.marks == Mark.HELD | Mark.HANDLED | Mark.ON_TIME


def test_a_granted_extension_moves_the_limit_and_a_refused_one_does_not():
    def decided(granted, due):
        return with_owner(
            Action.DECIDE_EXTENSION, 4, State.HANDLING, State.HANDLING, stage=Stage.HANDLING, due=due, granted=granted
        )

    assert handling(dispatched(), decided(True, at(15))).at == at(15)
    assert handling(dispatched(), decided(True, at(15))).marks == Mark.EXTENDED
    assert handling(dispatched(), decided(False, DUE)).marks == Mark(0)


def test_a_reopening_begins_a_fresh_handling():
    reopened = with_owner(Action.REOPEN, 9, State.CLOSED, State.HANDLING, stage=Stage.HANDLING, due=at(24))
    ended = (dispatched(), finished(5), failed(5.5), finished(6), passed(7), closed(8))
    found = handling(*ended, reopened)
    assert (found.at, found.marks) == (at(24), Mark(0))
    assert of(Counted.CLOSING, entries(filed(), *ended, reopened)) == []
    assert handling(*ended, reopened, until=at(8.5)).marks == (
        Mark.REWORKED | Mark.HANDLED | Mark.ON_TIME | Mark.CLOSED
    )


def test_a_granted_appeal_exempts_the_handling():
    late = (dispatched(), finished(11), passed(12), closed(13))
    appealed = with_owner(Action.APPEAL, 14, State.CLOSED, State.CLOSED)
    decided = with_owner(Action.DECIDE_APPEAL, 15, State.CLOSED, State.CLOSED, granted=True)
    assert Mark.EXEMPT in handling(*late, appealed, decided).marks
    assert Mark.EXEMPT not in handling(*late, appealed, decided, until=at(14.5)).marks


def test_an_appeal_is_about_the_handling_it_was_lodged_against():
    first = (
        dispatched(),
        finished(11),
        passed(12),
        closed(13),
        with_owner(Action.APPEAL, 14, State.CLOSED, State.CLOSED),
    )
    again = (
        with_owner(Action.REOPEN, 15, State.CLOSED, State.HANDLING, stage=Stage.HANDLING, due=at(24)),
        finished(25),
        passed(26),
        closed(27),
    )
    decided = with_owner(Action.DECIDE_APPEAL, 28, State.CLOSED, State.CLOSED, granted=True)
    assert Mark.EXEMPT not in handling(*first, *again, decided).marks


def test_a_rating_is_about_the_owner_of_its_day():
    ended = (dispatched(), finished(5), passed(6), closed(7))
    rated = with_owner(Action.RATE, 8, State.CLOSED, State.CLOSED, score=2)
    reopened = with_owner(Action.REOPEN, 9, State.CLOSED, State.HANDLING, stage=Stage.HANDLING, due=at(24))
    found = entries(filed(), *ended, rated, reopened, returned(10), dispatched(11, at(30), OTHER_UNIT))
    assert [(entry.unit_id, entry.value) for entry in of(Counted.RATING, found)] == [(UNIT, 2)]


def test_what_an_operator_rejects_is_no_filing_of_theirs():
    rejected = Step(Action.REJECT, at(0.2), State.TO_FILE, State.REJECTED, type_id=TYPE, actor_id=ANNA)
    (file,) = of(Counted.FILE_CLOCK, entries(filed()[:2], rejected))
    assert (file.marks, file.operator_id, file.leader_id) == (Mark.HANDLED | Mark.ON_TIME, ANNA, None)


def test_a_forced_close_is_no_handling_and_is_marked():
    forced = with_owner(Action.FORCE_CLOSE, 5, State.HANDLING, State.CLOSED)
    found = handling(dispatched(), forced)
    assert (found.at, found.marks) == (DUE, Mark.CLOSED | Mark.FORCED)


def test_a_void_case_is_no_accurate_filing_and_has_no_handling():
    void = with_owner(Action.VOID, 3, State.HANDLING, State.VOID)
    found = entries(filed(), dispatched(), void)
    assert of(Counted.HANDLING, found) == []
    assert [entry.marks for entry in of(Counted.FILING, found)] == [Mark.MISSED]


def test_stages_are_sealed_like_handlings_and_belong_to_those_who_did_them():
    found = entries(filed(hours=1), dispatched(3), finished(4), passed(4.25), closed(4.75))
    (accept,) = of(Counted.ACCEPT_CLOCK, found)
    (file,) = of(Counted.FILE_CLOCK, found)
    (dispatch,) = of(Counted.DISPATCH_CLOCK, found)
    (check,) = of(Counted.CHECK_CLOCK, found)
    (close,) = of(Counted.CLOSE_CLOCK, found)
    assert (accept.at, accept.marks, accept.operator_id) == (at(0.1), Mark.HANDLED | Mark.ON_TIME, ANNA)
    assert (file.at, file.marks, file.leader_id, file.operator_id) == (at(0.35), Mark.HANDLED, BORIS, ANNA)
    assert (dispatch.at, dispatch.marks, dispatch.dispatcher_id) == (at(1.25), Mark.HANDLED, CHEN)
    assert (check.at, check.marks, check.inspector_id) == (at(4.25), Mark.HANDLED | Mark.ON_TIME, DAVID)
    assert (close.at, close.marks, close.leader_id) == (at(4.5), Mark.HANDLED, BORIS)


def test_a_clock_that_was_stopped_before_it_was_due_is_nobodys():
    asked = Step(
        Action.REQUEST_VERIFY,
        at(0.1),
        State.RECEIVED,
        State.VERIFYING,
        Stage.VERIFY,
        at(0.6),
        type_id=TYPE,
        asked_id=DAVID,
    )
    rejected = [
        Step(Action.REJECT, at(hours), State.VERIFYING, State.REJECTED, type_id=TYPE, actor_id=BORIS)
        for hours in (0.5, 0.7)
    ]
    assert of(Counted.VERIFY_CLOCK, entries(submitted(), asked, rejected[0])) == []
    (late,) = of(Counted.VERIFY_CLOCK, entries(submitted(), asked, rejected[1]))
    assert (late.at, late.marks, late.inspector_id) == (at(0.6), Mark(0), DAVID)


def test_a_report_is_decided_once_its_case_left_what_comes_before_filing():
    assert of(Counted.REPORT, entries(submitted()))[0].marks == Mark(0)
    rejected = Step(Action.REJECT, at(1), State.RECEIVED, State.REJECTED, type_id=TYPE)
    assert of(Counted.REPORT, entries(submitted(), rejected))[0].marks == Mark.DECIDED
    assert of(Counted.REPORT, entries(filed()))[0].marks == Mark.DECIDED | Mark.VALID


def test_a_merged_report_is_worth_what_its_case_came_to():
    merged = Step(Action.MERGE, at(1), State.RECEIVED, State.MERGED, type_id=TYPE)
    for target, marks in (
        ([submitted()], Mark.DECIDED),
        (filed(), Mark.DECIDED | Mark.VALID),
    ):
        found = entries(submitted(), merged, target=history_of(target))
        assert of(Counted.REPORT, found)[0].marks == marks


def test_what_was_handled_on_the_spot_counts_once_it_is_closed():
    handled = Step(
        Action.SELF_HANDLE, at(0.1), State.RECEIVED, State.TO_CLOSE, Stage.CLOSE, at(0.35), type_id=TYPE, actor_id=ELLA
    )
    done = Step(Action.CLOSE, at(0.3), State.TO_CLOSE, State.CLOSED, type_id=TYPE, actor_id=BORIS)
    waiting = entries(submitted(), handled, source=Source.INSPECTOR)
    assert of(Counted.REPORT, waiting)[0].marks == Mark.DECIDED
    found = entries(submitted(), handled, done, source=Source.INSPECTOR)
    (report,) = of(Counted.REPORT, found)
    assert (report.marks, report.inspector_id) == (Mark.DECIDED | Mark.VALID, ELLA)
    assert of(Counted.HANDLING, found) == []
    assert of(Counted.FILING, found) == []


def test_nothing_is_known_before_a_case_was_opened():
    assert history_of([submitted(hours=1)], at(0.5)) is None
