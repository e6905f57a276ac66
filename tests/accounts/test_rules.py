"""Roles and verbs, masks, passwords, phone numbers, area subtrees and the arithmetic of guessing."""

import doctest
import importlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import rules
from app.accounts.errors import BadPhone
from app.accounts.rules import Role, Tally

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NONE = timedelta(0)

codes = st.text("0123456789", max_size=15)


@pytest.mark.parametrize("name", ["areas", "guessing", "people", "roles", "validity"])
def test_the_examples_hold(name):
    assert doctest.testmod(importlib.import_module(f"app.accounts.rules.{name}")).failed == 0


# --- roles and verbs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", sorted(rules.VERBS))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_has_exactly_the_verbs_that_name_it(role, verb):
    assert (verb in rules.verbs_of([role])) == (role in rules.VERBS[verb])


def test_every_role_of_the_domain_is_there():
    assert {r.value for r in Role} == {
        "citizen",
        "inspector",
        "operator",
        "shift_leader",
        "dispatcher",
        "handler",
        "unit_manager",
        "supervisor",
        "evaluator",
        "auditor",
        "admin",
        "system",
    }


def test_anyone_may_report_without_signing_in():
    verbs = rules.verbs_of([], signed_in=False)
    assert {"report.create", "photo.create", "report.track", "grid.read", "catalog.read"} <= verbs
    assert not verbs & {"case.list", "case.read", "case.act", "users.list", "me.read", "photo.original"}


def test_a_citizen_never_sees_cases_or_people():
    verbs = rules.verbs_of(["citizen"])
    assert {"report.create", "report.read_own", "report.join", "report.rate"} <= verbs
    assert not {verb for verb in verbs if verb.startswith(("case.", "users.", "routing.", "outbox."))}


def test_an_auditor_reads_and_writes_nothing():
    verbs = rules.verbs_of(["auditor"])
    assert {"case.list", "case.read", "case.verify_chain", "users.list", "audit.read", "me.read"} <= verbs
    writing = {
        "report.create",
        "photo.create",
        "case.act",
        "report.join",
        "report.rate",
        "report.answer",
        "report.reopen",
    }
    assert not verbs & writing
    assert not {verb for verb in verbs if verb.endswith((".admin", ".import", ".original"))}


def test_evaluators_and_auditors_read_masked_and_so_do_the_handling_units():
    for role in ("evaluator", "auditor", "handler", "unit_manager", "inspector"):
        assert "reporter.identify" not in rules.verbs_of([role])
    for role in ("operator", "shift_leader", "dispatcher", "supervisor", "admin"):
        assert "reporter.identify" in rules.verbs_of([role])


def test_an_admin_reads_everything():
    verbs = rules.verbs_of(["admin"])
    assert {verb for verb in rules.VERBS if verb.endswith((".read", ".list", ".admin"))} <= verbs


def test_somebody_without_a_valid_grant_keeps_their_own_account_only():
    assert "me.read" in rules.verbs_of([])
    assert "case.list" not in rules.verbs_of([])


def test_verbs_of_several_roles_are_their_union():
    both = rules.verbs_of(["auditor", "operator"])
    assert both == rules.verbs_of(["auditor"]) | rules.verbs_of(["operator"])


def test_an_unknown_role_is_an_error():
    with pytest.raises(ValueError, match="mayor"):
        rules.verbs_of(["mayor"])


# --- what others see of a person -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "13800000001",
        "+8613800000001",
        "8613800000001",
        "0086 138-0000-0001",
        "(138) 0000.0001",
        "１３８０００００００１",
        " 13800000001 ",
    ],
)
def test_a_number_has_one_normal_form(text):
    assert rules.normal_phone(text) == "+8613800000001"


@pytest.mark.parametrize(
    "text", ["", "12800000001", "1380000000", "138000000011", "+113800000001", "02112345678", "1380000000a"]
)
def test_what_is_no_mainland_mobile_number_is_refused(text):
    with pytest.raises(BadPhone) as caught:
        rules.normal_phone(text)
    assert caught.value.faults[0].pointer == "/phone"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_normalising_twice_changes_nothing_and_the_mask_hides_four_digits(number):
    phone = rules.normal_phone(number)
    assert rules.normal_phone(phone) == phone
    assert rules.mask_phone(phone) == number[:3] + "****" + number[-4:]


def test_a_masked_name_hides_all_but_the_first_character_and_its_length():
    assert rules.mask_name("张三") == rules.mask_name("张三丰") == "张*"


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("fieldgrid-demo", None),
        ("correct horse", None),
        ("Inspector1", "name"),
        ("inspector123", "name"),
        ("short", "at least 10"),
        ("aaaaaaaaaaaa", "different"),
        ("x" * 257, "at most 256"),
        ("wang xiaoming 99", "name"),
    ],
)
def test_passwords(password, wrong):
    fault = rules.password_fault(password, username="inspector1", name="Wang Xiaoming")
    assert (fault is None) if wrong is None else (wrong in fault)


def test_a_name_of_digits_only_does_not_forbid_passwords_of_digits():
    assert rules.password_fault("8402937561", username="1234567890", name="张三") is None
    assert rules.password_fault("1234567890", username="1234567890", name="张三") is not None


def test_user_names_are_compared_folded():
    assert rules.normal_username(" Ｏperator ") == rules.normal_username("OPERATOR")


# --- area subtrees -------------------------------------------------------------------------------------------------


@given(st.lists(codes, max_size=6), codes)
def test_the_widest_subtrees_cover_the_same_ground(prefixes, code):
    assert rules.covers(rules.widest(prefixes), code) == rules.covers(prefixes, code)
    assert rules.overlaps(rules.widest(prefixes), code) == rules.overlaps(prefixes, code)


@given(st.lists(codes, max_size=6))
def test_none_of_the_widest_subtrees_lies_in_another(prefixes):
    kept = rules.widest(prefixes)
    assert not [(a, b) for a in kept for b in kept if a != b and a.startswith(b)]


def test_nothing_covers_nothing_and_the_empty_prefix_covers_all():
    assert not rules.covers([], "990101")
    assert rules.covers([""], "990101")


def test_successors_are_followed_to_the_living_and_rings_end():
    assert rules.follow("a", {}) == ("a",)
    assert rules.follow("a", {"a": ["b", "c"], "b": ["d"], "c": ["d", "e"]}) == ("d", "e")
    assert rules.follow("a", {"a": ["b"], "b": ["a", "c"]}) == ("c",)
    assert rules.follow("a", {"a": ["b"], "b": ["a"]}) == ("a",)


@given(st.lists(st.integers(0, 40), max_size=8, unique=True), st.booleans(), st.integers(0, 40), st.integers(0, 40))
def test_free_times_and_taken_ones_make_up_the_whole_without_overlap(bounds, open_end, begins, length):
    bounds = sorted(bounds)
    taken = list(zip(bounds[::2], bounds[1::2], strict=False))
    if len(bounds) % 2:
        taken.append((bounds[-1], None))
    ends = None if open_end else begins + length + 1
    at = lambda hours: None if hours is None else NOW + timedelta(hours=hours)  # noqa: E731
    free = rules.free_times(at(begins), at(ends), [(at(a), at(b)) for a, b in taken])

    def held(times, hour):
        return sum(start <= at(hour) and (stop is None or at(hour) < stop) for start, stop in times)

    for hour in range(100):
        wanted = begins <= hour and (ends is None or hour < ends)
        already = held([(at(a), at(b)) for a, b in taken], hour)
        assert held(free, hour) == (wanted and not already)


# --- guessing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        (None, "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_one_address(address, key):
    assert rules.address_key(address) == key


def guess(seconds, wait, tally=None, fail=True):
    """Somebody who tries each second: how many passwords they get looked at in this time."""
    tally, tried = tally or Tally(), 0
    for second in range(seconds):
        now = NOW + second * SECOND
        if wait(tally, now) == NONE:
            tried += 1
            tally = Tally(tally.counting(now) + 1, now)
    return tried


def test_a_pair_gets_a_few_free_tries_and_then_slows():
    assert rules.wait_of_pair(Tally(), NOW, known=False) == NONE
    assert rules.wait_of_pair(Tally(4, NOW), NOW, known=False) == NONE
    waits = [rules.wait_of_pair(Tally(n, NOW), NOW, known=False) for n in range(5, 9)]
    assert waits == [1 * SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]
    assert rules.wait_of_pair(Tally(10**6, NOW), NOW, known=False) == timedelta(minutes=15)


def test_a_day_of_guessing_from_one_address_is_about_a_hundred_passwords():
    tried = guess(86_400, lambda tally, now: rules.wait_of_pair(tally, now, known=False))
    assert tried < 120


def test_at_a_known_address_the_wait_is_a_minute_at_most():
    assert rules.wait_of_pair(Tally(10**6, NOW), NOW, known=True) == timedelta(minutes=1)


@given(st.integers(0, 100), st.integers(0, 200_000))
def test_a_wait_counts_down_and_ends(failures, seconds):
    tally = Tally(failures, NOW)
    first = rules.wait_of_pair(tally, NOW, known=False)
    later = rules.wait_of_pair(tally, NOW + seconds * SECOND, known=False)
    assert later == max(NONE, first - seconds * SECOND) or later == NONE
    assert rules.wait_of_pair(tally, NOW + first, known=False) == NONE


def test_failures_are_forgotten_after_a_day_of_rest():
    old = Tally(500, NOW - timedelta(hours=24, seconds=1))
    assert rules.wait_of_pair(old, NOW, known=False) == NONE
    assert old.counting(NOW) == 0
    assert Tally(500, NOW - timedelta(hours=24)).counting(NOW) == 500


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 3600))
def test_nobody_keeps_a_newcomer_out_for_more_than_a_minute(of_address, of_username, seconds):
    """However others guess meanwhile, whoever knocked is let in a minute later at the latest."""
    knocked = NOW
    for elapsed in (0, 30, 60, seconds + 60):
        now = NOW + elapsed * SECOND
        wait = rules.wait_of_crowd(
            Tally(of_address, now), Tally(of_username, now), now, known=False, knocked_at=knocked
        )
        assert wait <= timedelta(minutes=1)
        if elapsed >= 60:
            assert wait == NONE


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_known_address_never_waits_for_what_others_do(of_address, of_username):
    wait = rules.wait_of_crowd(Tally(of_address, NOW), Tally(of_username, NOW), NOW, known=True, knocked_at=None)
    assert wait == NONE


def test_a_crowd_on_one_name_or_many_names_from_one_address_slow_down():
    few = Tally(3, NOW)
    many = Tally(1000, NOW)
    for address, username in ((many, few), (few, many)):
        assert rules.wait_of_crowd(address, username, NOW, known=False, knocked_at=None) == timedelta(minutes=1)
    assert rules.wait_of_crowd(few, few, NOW, known=False, knocked_at=None) == NONE


def test_an_address_is_known_for_thirty_days():
    assert not rules.is_known(None, NOW)
    assert rules.is_known(NOW - timedelta(days=30), NOW)
    assert not rules.is_known(NOW - timedelta(days=30, seconds=1), NOW)


def test_codes_get_rarer_but_one_is_always_alive_or_to_be_had():
    sent = []
    now = NOW
    for _ in range(24 * 3600 // 10):
        lately = [at for at in sent if now - at < rules.CODES_COUNTED_FOR]
        wait = rules.wait_for_code(lately, [], now)
        assert wait <= rules.CODE_LIFE
        if wait <= NONE:
            sent.append(now)
        assert now - sent[-1] <= rules.CODE_LIFE
        now += 10 * SECOND
    assert len(sent) < 24 * 9


def test_an_address_sends_so_many_codes_an_hour():
    sent = [NOW - timedelta(minutes=59)] * rules.guessing.CODES_PER_ADDRESS
    assert rules.wait_for_code([], sent, NOW) == timedelta(minutes=1)
    assert rules.wait_for_code([], sent[1:], NOW) == NONE
