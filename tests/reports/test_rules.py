"""Tracking codes, sources, fingerprints and the status of a report."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.rules import Role
from app.cases.rules import Source, State
from app.reports.rules import (
    ADVANCE,
    Caller,
    SubmitReport,
    fingerprint,
    keyed_hash,
    sender_hash,
    source_of,
    status_of,
    tracking_code,
    tracking_hash,
)
from app.sla.rules import SourceRule

KEY = "a data key for tests, long enough to be one"
COMMAND = SubmitReport(
    report_id=None,
    description="垃圾",
    lon=121.4,
    lat=31.2,
    stated={"lon": 121.4, "lat": 31.2, "crs": "wgs84"},
    captured_at=datetime(2026, 3, 10, 2, tzinfo=UTC),
)


def test_a_tracking_code_has_a_hundred_bits_and_is_the_same_each_time():
    code = tracking_code(KEY, UUID(int=1))
    assert code == tracking_code(KEY, UUID(int=1))
    assert [len(part) for part in code.split("-")] == [4] * 5
    assert len({tracking_code(KEY, uuid4()) for _ in range(500)}) == 500
    assert tracking_code(KEY + "x", UUID(int=1)) != code


@given(st.uuids())
def test_a_code_is_found_however_it_is_typed(report_id):
    code = tracking_code(KEY, report_id)
    typed = [code.lower(), code.replace("-", ""), code.replace("-", " "), f" {code} "]
    assert {tracking_hash(one) for one in typed} == {tracking_hash(code)}


def test_parts_of_a_keyed_hash_do_not_run_into_each_other():
    assert keyed_hash(KEY, "ab", "c") != keyed_hash(KEY, "a", "bc")
    assert sender_hash(KEY, "user:1") != sender_hash(KEY, "user:2")
    assert "user" not in sender_hash(KEY, "user:1")


@pytest.mark.parametrize(
    "change",
    [
        {"description": "别的"},
        {"stated": {"lon": 121.5, "lat": 31.2, "crs": "wgs84"}},
        {"stated": {"lon": 121.4, "lat": 31.2, "crs": "gcj02"}},
        {"captured_at": datetime(2026, 3, 10, 2, 1, tzinfo=UTC)},
        {"captured_at": None},
        {"type_ref": {"scheme": "s", "kind": "matter", "code": "1"}},
        {"address": "人民路"},
        {"photo_ids": (UUID(int=1),)},
        {"part_code": "P1"},
        {"anonymous": True},
    ],
)
def test_other_content_has_another_fingerprint(change):
    assert fingerprint(replace(COMMAND, **change), KEY) != fingerprint(COMMAND, KEY)


def test_nobody_tries_out_callers_without_the_key():
    rang = replace(COMMAND, caller=Caller("+8613800000001"))
    assert fingerprint(rang, KEY) != fingerprint(rang, "another key")
    assert fingerprint(COMMAND, KEY) == fingerprint(COMMAND, "another key"), "as it was stored before there were any"


def test_the_same_content_has_the_same_fingerprint():
    same = {**COMMAND.stated, "accuracy_m": None}
    assert fingerprint(replace(COMMAND, report_id=UUID(int=9), stated=same), KEY) == fingerprint(COMMAND, KEY)


DESK = frozenset({Role.OPERATOR, Role.SHIFT_LEADER, Role.DISPATCHER})
ENTERED_BY = {Source.INSPECTOR: {Role.INSPECTOR}, Source.HOTLINE: DESK, Source.SUPERIOR: {Role.SUPERVISOR}}
RULES = {
    source: SourceRule(source, "名", "name", frozenset(ENTERED_BY.get(source, {Role.CITIZEN}))) for source in Source
}


def test_the_source_follows_from_the_role():
    assert source_of([], RULES) is Source.CITIZEN
    assert source_of([Role.CITIZEN], RULES) is Source.CITIZEN
    assert source_of([Role.OPERATOR, Role.INSPECTOR], RULES) is Source.INSPECTOR
    assert source_of([Role.SUPERVISOR], RULES) is Source.SUPERIOR
    for role in DESK:
        assert source_of([role], RULES) is Source.HOTLINE


def test_a_source_that_a_role_may_not_enter_is_not_its_default():
    closed = {**RULES, Source.HOTLINE: replace(RULES[Source.HOTLINE], active=False)}
    assert source_of([Role.OPERATOR], closed) is Source.CITIZEN
    assert source_of([Role.OPERATOR, Role.INSPECTOR], closed) is Source.INSPECTOR
    narrow = {**RULES, Source.HOTLINE: replace(RULES[Source.HOTLINE], entered_by=frozenset({Role.OPERATOR}))}
    assert source_of([Role.DISPATCHER], narrow) is Source.CITIZEN
    assert source_of([Role.DISPATCHER, Role.SUPERVISOR], narrow) is Source.SUPERIOR


@given(st.sets(st.sampled_from(Role)), st.sets(st.sampled_from(Source)))
def test_a_default_source_is_always_one_that_may_be_entered_or_the_citizens(roles, closed):
    rules = {source: replace(rule, active=source not in closed) for source, rule in RULES.items()}
    found = source_of(roles, rules)
    assert found is Source.CITIZEN or rules[found].may_be_entered_by(roles)


def test_source_and_caller_belong_to_the_print_and_reports_without_them_keep_theirs():
    plain = fingerprint(COMMAND, KEY)
    assert plain == "effc86871371b767cdcd90658e791fcd1582308411c80a2dac00ebda9e938b9c"
    caller = Caller("+8613800000001", "李", True)
    prints = {
        fingerprint(replace(COMMAND, source=source, caller=who), KEY)
        for source in (None, Source.HOTLINE, Source.VIDEO)
        for who in (None, caller, replace(caller, name=None), replace(caller, call_back=False))
    }
    assert len(prints) == 12
    assert plain in prints


def test_the_least_advanced_case_speaks_for_the_report():
    assert set(ADVANCE) == set(State)
    for states in permutations([State.HANDLING, State.TO_FILE, State.CLOSED]):
        assert status_of(states) is State.TO_FILE
    assert status_of(["closed", "rejected"]) is State.CLOSED
    with pytest.raises(ValueError, match="empty"):
        status_of([])
