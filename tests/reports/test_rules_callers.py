"""Callers' numbers and call-backs as pure rules."""

import doctest
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.errors import BadPhone
from app.accounts.rules import mask_phone
from app.cases.rules import END_STATES, OPEN_STATES, State
from app.core.errors import Invalid
from app.reports.errors import NotTriedEnough
from app.reports.rules import (
    ENDS,
    CallBackState,
    call_backs,
    caller_phone,
    callers,
    check_done,
    ended_in,
    may_reopen,
    opened_again,
    standing_of,
)

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
VAIN = {"reached": False}


def test_examples():
    assert doctest.testmod(callers).failed == 0
    assert doctest.testmod(call_backs).failed == 0


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("13800000001", "+8613800000001"),
        ("+86 138-0000-0001", "+8613800000001"),
        ("0086 13800000001", "+8613800000001"),
        ("１３８００００００01", "+8613800000001"),
        ("(021) 6234 5678", "+862162345678"),
        ("010-62345678", "+861062345678"),
        ("0512 2345678", "+865122345678"),
        ("+86 21 62345678", "+862162345678"),
        ("0086 21 62345678", "+862162345678"),
        ("+49 151 2345678", "+491512345678"),
        ("0049 151 2345678", "+491512345678"),
    ],
)
def test_numbers_are_kept_in_one_form(said, kept):
    assert caller_phone(said) == kept
    assert caller_phone(kept) == kept


@pytest.mark.parametrize("said", ["", "12345", "62345678", "12800000001", "021-12345678", "+86 1", "abc", "+", "110"])
def test_what_nobody_could_ring_is_refused_with_advice(said):
    with pytest.raises(BadPhone) as refused:
        caller_phone(said)
    assert refused.value.faults[0].pointer == "/caller/phone"


@given(st.text(max_size=30))
def test_any_text_is_a_number_in_its_one_form_or_refused(said):
    try:
        kept = caller_phone(said)
    except BadPhone:
        return
    assert kept.startswith("+")
    assert 7 <= len(kept) - 1 <= 15
    assert caller_phone(kept) == kept
    assert kept not in mask_phone(kept)
    assert "****" in mask_phone(kept)


@given(st.sampled_from(State), st.sampled_from(State))
def test_an_event_ends_a_case_opens_it_again_or_neither(before, after):
    was, became = {"state": before.value}, {"state": after.value}
    end = ended_in(was, became)
    assert (end is not None) is (after in ENDS and before is not after)
    assert opened_again(was, became) is (before in ENDS and after in OPEN_STATES)
    assert not (end and opened_again(was, became))


def test_a_merge_is_no_end_for_who_rang():
    assert END_STATES - {State.MERGED} == ENDS
    assert ended_in({"state": "received"}, {"state": "merged"}) is None
    assert ended_in(None, {"state": "received"}) is None
    assert not opened_again(None, {"state": "received"})


def test_a_call_back_is_due_to_the_last_instant():
    assert standing_of(NOW, None, NOW) is CallBackState.DUE
    assert standing_of(NOW, None, NOW + timedelta(microseconds=1)) is CallBackState.OVERDUE
    assert standing_of(NOW, NOW, NOW + timedelta(days=9)) is CallBackState.DONE


def test_reopening_is_offered_for_seven_days_and_once():
    week = timedelta(days=7)
    assert may_reopen("closed", NOW, None, NOW + week)
    assert not may_reopen("closed", NOW, None, NOW + week + timedelta(seconds=1))
    assert not may_reopen("closed", NOW, NOW, NOW)
    assert not may_reopen("handling", NOW, None, NOW)
    assert not may_reopen("rejected", None, None, NOW)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"reached": False, "satisfied": True}, "/satisfied"),
        ({"reached": False, "satisfied": False}, "/satisfied"),
        ({"satisfied": True, "reopen": True}, "/reopen"),
        ({"satisfied": None, "reopen": True}, "/reopen"),
        ({"reached": False, "reopen": True}, "/reopen"),
    ],
)
def test_a_call_back_cannot_end_in_contradiction(change, pointer):
    given_ = {"reached": True, "satisfied": None, "reopen": False, **change}
    with pytest.raises(Invalid) as refused:
        check_done(**given_, attempts=[VAIN, VAIN])
    assert pointer in [fault.pointer for fault in refused.value.faults]


def test_nobody_gives_up_before_two_attempts_in_vain():
    done = {"reached": False, "satisfied": None, "reopen": False}
    for attempts in ([], [VAIN], [VAIN, {"reached": True}]):
        with pytest.raises(NotTriedEnough):
            check_done(**done, attempts=attempts)
    check_done(**done, attempts=[VAIN, VAIN])
    check_done(reached=True, satisfied=None, reopen=False, attempts=[])
    check_done(reached=True, satisfied=False, reopen=True, attempts=[])
