"""The chain of events: any change shows, an erasure does not break it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.rules import (
    GENESIS,
    Detail,
    Event,
    canonical,
    digest,
    erased_input,
    event_hash,
    instant,
    record,
    seal,
    split_inputs,
    verify,
)

CASE = UUID("0190a000-0000-7000-8000-000000000001")
OTHER = UUID("0190a000-0000-7000-8000-000000000002")
AT = datetime(2026, 3, 10, 2, tzinfo=UTC)
STEPS = [
    ("submit", "received", {"source": "citizen"}, {"actor": {"name": "王芳"}, "text": "井盖缺失", "photos": ["a1"]}),
    ("accept", "to_file", {"condition_id": "c"}, {"actor": {"name": "李强"}}),
    ("file", "to_dispatch", {}, {"actor": {"name": "赵敏"}, "device": "firefox"}),
    ("dispatch", "handling", {"lead_id": "u"}, {}),
    ("finish", "to_check", {}, {"actor": {"name": "陈刚"}, "text": "已更换", "position": {"lon": 121.47, "lat": 31.2}}),
]


def _salt(seq, name):
    return sha256(f"{seq}{name}".encode()).digest()[:16]


def _chain(steps=STEPS):
    events, details, prev, before = [], [], GENESIS, None
    for seq, (action, state, inputs, personal) in enumerate(steps, start=1):
        mine = [Detail(seq, name, _salt(seq, name), value) for name, value in personal.items()]
        after = {"state": state, "version": seq}
        event = seal(
            Event(
                case_id=CASE,
                number="20260310-17",
                seq=seq,
                action=action,
                at=AT + timedelta(minutes=seq),
                before=before,
                after=after,
                inputs=inputs,
                digests={one.name: digest(one.salt, one.value) for one in mine},
            ),
            prev,
        )
        events.append(event)
        details += mine
        prev, before = event.hash, after
    return events, details


def _codes(verdict):
    return {(fault.seq, fault.code) for fault in verdict.faults}


def test_a_chain_as_written_is_whole():
    events, details = _chain()
    verdict = verify(events, details, events[-1].hash)
    assert (verdict.ok, verdict.checked, verdict.redacted, verdict.faults) == (True, 5, 0, ())


def test_the_hash_is_what_the_description_says():
    """Written out once by hand, so that another program can check a chain from the description alone."""
    event = _chain()[0][1]
    text = json.dumps(
        {
            "action": "accept",
            "at": "2026-03-10T02:02:00.000000Z",
            "case": str(CASE),
            "digests": {"actor": sha256(_salt(2, "actor") + '{"name":"李强"}'.encode()).hexdigest()},
            "from": {"state": "received", "version": 1},
            "inputs": {"condition_id": "c"},
            "number": "20260310-17",
            "seq": 2,
            "to": {"state": "to_file", "version": 2},
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )
    assert event.hash == sha256(bytes.fromhex(event.prev_hash) + text.encode()).hexdigest()


CHANGES = {
    "case_id": OTHER,
    "number": "20260310-18",
    "seq": 9,
    "action": "void",
    "at": AT,
    "after": {"state": "void", "version": 3},
    "before": {"state": "handling", "version": 2},
    "inputs": {"granted": True},
    "digests": {"actor": "0" * 64},
    "prev_hash": "1" * 64,
    "hash": "2" * 64,
}


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("field", CHANGES)
def test_any_changed_field_of_any_event_shows(position, field):
    events, details = _chain()
    head = events[-1].hash
    events[position] = replace(events[position], **{field: CHANGES[field]})
    verdict = verify(events, details, head)
    assert not verdict.ok
    assert any(fault.code in {"changed", "broken-link", "missing", "foreign"} for fault in verdict.faults)


@pytest.mark.parametrize("position", range(4))
def test_a_rewritten_event_with_a_fresh_hash_breaks_the_next_link(position):
    events, details = _chain()
    changed = replace(events[position], at=AT - timedelta(days=1))
    events[position] = seal(changed, changed.prev_hash)
    assert _codes(verify(events, details)) == {(position + 2, "broken-link")}


def test_a_rewritten_last_event_shows_against_the_head_that_is_kept_apart():
    events, details = _chain()
    head = events[-1].hash
    events[-1] = seal(replace(events[-1], at=AT), events[-1].prev_hash)
    assert verify(events, details).ok
    assert _codes(verify(events, details, head)) == {(5, "head-mismatch")}


@pytest.mark.parametrize("position", range(4))
def test_a_removed_event_is_named(position):
    events, details = _chain()
    del events[position]
    verdict = verify(events, details, events[-1].hash)
    assert (position + 1, "missing") in _codes(verdict)


def test_a_cut_end_shows_against_the_head():
    events, details = _chain()
    head = events.pop().hash
    assert (4, "head-mismatch") in _codes(verify(events, [one for one in details if one.seq < 5], head))


def test_a_chain_of_nothing_is_not_whole():
    assert _codes(verify([], [])) == {(1, "missing")}


def test_an_event_twice_shows():
    events, details = _chain()
    events.insert(2, events[1])
    assert (2, "missing") in _codes(verify(events, details))


def test_a_state_that_jumps_shows_even_with_good_hashes():
    events, _ = _chain([("submit", "received", {}, {}), ("close", "closed", {}, {})])
    jumped = seal(replace(events[1], before={"state": "to_close", "version": 1}), events[0].hash)
    assert _codes(verify([events[0], jumped], [])) == {(2, "state-jump")}


def test_a_changed_value_is_named():
    events, details = _chain()
    details[1] = replace(details[1], value="井盖完好")
    verdict = verify(events, details)
    assert verdict.faults[0].detail == "text of event 1 was changed after it was written."
    assert _codes(verdict) == {(1, "changed")}


def test_a_broken_salt_and_an_added_value_show():
    events, details = _chain()
    details[0] = replace(details[0], salt=b"short")
    details.append(Detail(4, "reason", _salt(4, "reason"), "补写"))
    assert _codes(verify(events, details)) == {(1, "changed"), (4, "added")}


def test_a_value_that_json_cannot_say_counts_as_changed():
    events, details = _chain()
    events[2] = replace(events[2], inputs={"limit": float("nan")})
    assert (3, "changed") in _codes(verify(events, details))


# --- erasure ---------------------------------------------------------------------------------------------------------


def test_erased_values_leave_the_chain_whole_and_are_counted():
    erased = erased_input({1: ["text", "actor"], 2: ["actor"]})
    assert erased == {"erased": [{"seq": 1, "names": ["actor", "text"]}, {"seq": 2, "names": ["actor"]}]}
    events, details = _chain([*STEPS, ("redact", "to_check", erased, {})])
    left = [one for one in details if (one.seq, one.name) not in {(1, "text"), (1, "actor"), (2, "actor")}]
    verdict = verify(events, left, events[-1].hash)
    assert (verdict.ok, verdict.checked, verdict.redacted) == (True, 6, 2)


def test_values_that_vanish_without_a_redact_event_show():
    events, details = _chain()
    verdict = verify(events, details[1:])
    assert _codes(verdict) == {(1, "gone")}
    assert verdict.redacted == 1


def test_a_redact_event_covers_only_what_it_names_and_only_what_came_before():
    events, details = _chain([("redact", "received", erased_input({2: ["actor"]}), {}), *STEPS[1:]])
    left = [one for one in details if (one.seq, one.name) != (2, "actor")]
    assert (2, "gone") in _codes(verify(events, left))


# --- pieces ----------------------------------------------------------------------------------------------------------


def test_plain_inputs_are_kept_apart_from_free_ones():
    inputs = {"verdict": "failed", "reason": "未清理", "granted": False, "text": None, "photo_ids": ["p"], "new": 1}
    assert split_inputs(inputs) == (
        {"verdict": "failed", "granted": False},
        {"reason": "未清理", "photo_ids": ["p"], "new": 1},
    )


def test_an_instant_is_the_same_from_every_zone():
    there = AT.astimezone(timezone(timedelta(hours=8)))
    assert instant(there) == instant(AT) == "2026-03-10T02:00:00.000000Z"
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2026, 3, 10))


def test_a_salt_has_one_length():
    with pytest.raises(ValueError, match="16 bytes"):
        digest(b"", "x")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 2, "a": [1.0, 1e21, 0.000001, 1e-7, -0.0]}, '{"a":[1,1e+21,0.000001,1e-7,0],"b":2}'),
        ({"\ufb33": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ufb33":1}'),
        ('é"\\\n\x01', '"é\\"\\\\\\n\\u0001"'),
    ],
)
def test_canonical_json_is_that_of_rfc_8785(value, text):
    assert canonical(value).decode() == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, "\ud800"])
def test_what_json_cannot_say_is_refused(value):
    with pytest.raises(ValueError, match=r"."):
        canonical({"deep": [value, 2**60]})


@pytest.mark.parametrize("number", [2**53, 10**20, -(2**70)])
def test_a_large_number_is_written_alike_as_integer_and_as_double(number):
    assert canonical({"deep": [number, "x", True]}) == canonical({"deep": (float(number), "x", True)})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(JSON)
def test_canonical_json_survives_the_way_through_the_database(value):
    assert canonical(json.loads(json.dumps(value))) == canonical(value)
    assert canonical(json.loads(canonical(value))) == canonical(value)


STEP = st.tuples(
    st.sampled_from(["accept", "file", "check"]),
    st.sampled_from(["received", "to_file", "handling"]),
    st.dictionaries(st.sampled_from(["verdict", "limit", "granted"]), JSON, max_size=2),
    st.dictionaries(st.sampled_from(["actor", "text", "position", "photos"]), JSON, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, min_size=1, max_size=5), st.data())
def test_whatever_is_erased_with_a_redact_event_verifies(steps, data):
    names = [(seq, name) for seq, step in enumerate(steps, start=1) for name in step[3]]
    gone = set(data.draw(st.lists(st.sampled_from(names), unique=True))) if names else set()
    erased = {seq: [name for other, name in gone if other == seq] for seq, _ in gone}
    events, details = _chain([*steps, ("redact", steps[-1][1], erased_input(erased), {})])
    left = [one for one in details if (one.seq, one.name) not in gone]
    verdict = verify(events, left, events[-1].hash)
    assert verdict.ok, verdict.faults
    assert verdict.redacted == len(erased)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, min_size=2, max_size=5), st.data())
def test_no_value_of_any_event_can_be_changed_unseen(steps, data):
    events, details = _chain(steps)
    head = events[-1].hash
    at = data.draw(st.integers(0, len(events) - 1))
    fresh = data.draw(JSON)
    changed = replace(events[at], inputs={**events[at].inputs, "score": fresh})
    resealed = data.draw(st.booleans())
    events[at] = seal(changed, changed.prev_hash) if resealed else changed
    assert not verify(events, details, head).ok


def test_the_record_holds_nothing_personal():
    events, _ = _chain()
    for event in events:
        text = canonical(record(event)).decode()
        assert not any(word in text for word in ("王芳", "李强", "已更换", "121.47"))
        assert event_hash(event.prev_hash, record(event)) == event.hash
