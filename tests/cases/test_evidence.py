"""Nobody takes a case or a word away unseen: digests of all heads, and the audit that holds the chains against them."""

import gzip
from datetime import date, timedelta

import orjson
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from app.cases.rules.chain import event_hash
from app.cases.service import auditing, digests
from app.cli import audit as commands
from app.core.db import read_unit, unit_of_work
from app.core.storage import store
from tests.factories.cases import a_city, act, to_state
from tests.factories.reports import a_report

pytestmark = [pytest.mark.committed, pytest.mark.slow]
DAY = date(2026, 3, 9)
NEXT = date(2026, 3, 10)


@pytest.fixture
def city(committed, now):
    with unit_of_work() as session:
        return a_city(session, now - timedelta(days=8))


@pytest.fixture
def numbers(city, now):
    """Three cases: one closed, one in handling, one just received."""
    found = []
    for state in ("closed", "handling", None):
        with unit_of_work() as session:
            number = a_report(session, city, now)["case"]["number"]
            if state:
                to_state(session, city, number, state, now)
        found.append(number)
    return found


@pytest.fixture
def superuser(committed, superuser_url):
    """Runs statements as somebody whom neither privileges nor triggers stop."""
    url = make_url(superuser_url).set(database=make_url(committed.database_url).database)
    engine = create_engine(url, poolclass=NullPool)

    def run(*statements, **values):
        with engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            done = [connection.execute(text(statement), values) for statement in statements][-1]
            return done.all() if done.returns_rows else []

    return run


def written(day, now):
    with read_unit() as session:
        return digests.write_digest(session, day, now=now)


def found(**options):
    """(number, code) of every fault, in the order they are found."""
    with read_unit() as session:
        return [fault[:2] for step in auditing.audit(session, **options) for fault in step.faults]


REMOVE = [
    f"DELETE FROM {name} WHERE case_id = (SELECT id FROM cases WHERE number = :number)"
    for name in ("case_events", "event_details", "case_clocks", "case_tasks", "case_reports", "case_photos")
] + ["DELETE FROM cases WHERE number = :number"]


def test_what_is_whole_is_found_whole(numbers, now):
    assert found() == []
    first = written(DAY, now)
    assert (first.cases, first.previous, first.fault_count) == (3, None, 0)
    second = written(NEXT, now)
    assert (second.previous.day, second.previous.sha256) == ("2026-03-09", first.sha256())
    assert found() == []
    assert found(every=True) == []
    with read_unit() as session:
        steps = list(auditing.audit(session))
    assert sum(step.cases for step in steps) == 3
    assert sum(step.events for step in steps) == 7 + 4 + 1


def test_a_digest_is_a_json_document_anybody_can_read(numbers, now, city):
    seal = written(DAY, now)
    told = orjson.loads(gzip.decompress(store().get("digests/2026-03-09.json.gz")))
    assert [head[0] for head in told["heads"]] == sorted(numbers)
    assert told["digest"] == orjson.loads(seal.signed())
    assert told["signature"]["algorithm"] == "HMAC-SHA256"


def test_a_changed_event_is_found(numbers, now, superuser):
    written(DAY, now)
    superuser(
        'UPDATE case_events SET inputs = inputs || \'{"verdict": "failed"}\' WHERE number = :number AND seq = 6',
        number=numbers[0],
    )
    assert found() == [(numbers[0], "changed")]


def test_a_changed_word_is_found(numbers, now, superuser):
    superuser(
        "UPDATE event_details SET details = jsonb_set(details, '{description}', '\"nothing there\"')"
        " WHERE seq = 1 AND case_id = (SELECT id FROM cases WHERE number = :number)",
        number=numbers[2],
    )
    assert found() == [(numbers[2], "changed")]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_removed_case_is_found(numbers, now, superuser, at):
    written(DAY, now)
    superuser(*REMOVE, number=numbers[at])
    assert found() == [(numbers[at], "case-removed")]
    # The next digest does not know the case; it says what it missed, and that stays.
    seal = written(NEXT, now)
    assert [fault[:2] for fault in seal.faults] == [(numbers[at], "case-removed")]
    assert found() == [(numbers[at], "case-removed")]


def test_a_case_without_its_row_is_found_also_before_the_first_digest(numbers, superuser):
    superuser("DELETE FROM cases WHERE number = :number", number=numbers[1])
    assert found() == [(numbers[1], "case-removed")]


def test_a_state_that_no_event_made_is_found(numbers, superuser):
    superuser("UPDATE cases SET state = 'closed' WHERE number = :number", number=numbers[1])
    assert found() == [(numbers[1], "row-changed")]


def rewrite_last(superuser, number):
    """Give the last event another content, its right hash, and the case the new head: the chain alone looks whole."""
    (row,) = superuser("SELECT * FROM case_events WHERE number = :number ORDER BY seq DESC LIMIT 1", number=number)
    record = {
        "case": str(row.case_id),
        "number": row.number,
        "seq": row.seq,
        "action": row.action,
        "at": row.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "from": row.before,
        "to": row.after,
        "inputs": row.inputs | {"granted": True},
        "digests": row.digests,
    }
    superuser(
        "UPDATE case_events SET inputs = inputs || '{\"granted\": true}', hash = :hash"
        " WHERE number = :number AND seq = :seq",
        "UPDATE cases SET head_hash = :hash WHERE number = :number",
        number=number,
        seq=row.seq,
        hash=event_hash(row.prev_hash, record),
    )


def test_a_past_that_was_written_anew_is_found_by_the_digest(numbers, now, superuser, city):
    written(DAY, now)
    rewrite_last(superuser, numbers[1])
    assert found() == [(numbers[1], "rewritten")]
    with unit_of_work() as session:
        act(session, city, numbers[1], "supervise", "supervisor", now)
    assert found() == [(numbers[1], "rewritten")]
    # The next night sees it too, although the case went on since.
    assert [fault[:2] for fault in written(NEXT, now).faults] == [(numbers[1], "rewritten")]


def test_a_past_that_was_written_anew_between_digests_is_found_by_the_older_one(numbers, now, superuser):
    written(DAY, now)
    rewrite_last(superuser, numbers[1])
    written(NEXT, now)
    assert (numbers[1], "rewritten") in found(every=True)
    assert found(since=NEXT) == [(numbers[1], "rewritten")]


def test_a_cut_off_chain_is_found(numbers, now, superuser):
    written(DAY, now)
    superuser(
        "DELETE FROM case_events WHERE number = :number AND seq = 4",
        "UPDATE cases SET (version, state, head_hash) = (SELECT seq, after ->> 'state', hash FROM case_events"
        " WHERE number = :number AND seq = 3) WHERE number = :number",
        number=numbers[1],
    )
    assert found() == [(numbers[1], "cut-off")]


def repack(day, change):
    key = f"digests/{day}.json.gz"
    store().put(key, gzip.compress(change(gzip.decompress(store().get(key)))))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b'"cases":3', b'"cases":2'),
        lambda data: b"\n".join(line for at, line in enumerate(data.split(b"\n")) if at != 1),
        lambda data: data[: len(data) // 2],
        lambda data: data[1:],
        lambda data: data.replace(b'"2026-03-10-', b'"2026-03-11-').replace(b',["2026', b',["2025'),
    ],
)
def test_a_changed_digest_is_found(numbers, now, change):
    written(DAY, now)
    repack(DAY, change)
    assert ("digests/2026-03-09.json.gz", "digest-changed") in found()


def test_bytes_that_are_no_digest_are_found_and_the_night_goes_on(numbers, now):
    written(DAY, now)
    store().put("digests/2026-03-09.json.gz", b"not packed")
    store().put("digests/readme.txt", b"not a digest at all")
    assert found() == [("digests/2026-03-09.json.gz", "digest-changed")] * 2
    seal = written(NEXT, now)
    assert (seal.cases, seal.previous.sha256) == (3, None)
    assert [fault.code for fault in seal.faults] == ["digest-changed"]


def test_a_digest_taken_out_of_the_row_is_found(numbers, now):
    for day in (DAY, NEXT, NEXT + timedelta(days=1)):
        written(day, now)
    store().delete(f"digests/{NEXT}.json.gz")
    assert found() == [("digests/2026-03-11.json.gz", "digest-missing")]


def test_a_digest_signed_with_another_key_is_found(numbers, now, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(digests, "signing_key", lambda: b"another installation's")
        written(DAY, now)
    assert found() == [("digests/2026-03-09.json.gz", "digest-changed")]


def test_pages_meet_without_a_gap(city, now, monkeypatch, superuser):
    monkeypatch.setattr(digests, "PAGE", 2)
    monkeypatch.setattr(auditing, "PAGE", 3)
    with unit_of_work() as session:
        numbers = [a_report(session, city, now)["case"]["number"] for _ in range(6)]
    assert written(DAY, now).cases == 6
    assert found() == []
    for number in (numbers[0], numbers[2], numbers[5]):
        superuser(*REMOVE, number=number)
    assert sorted(found()) == [(number, "case-removed") for number in (numbers[0], numbers[2], numbers[5])]
    assert [fault.number for fault in written(NEXT, now).faults] == [numbers[0], numbers[2], numbers[5]]


def test_the_command_prints_every_fault_and_fails(numbers, now, superuser, monkeypatch):
    monkeypatch.setattr(commands, "connect", lambda: None)
    monkeypatch.setattr(commands, "EVERY_S", 0.0)
    done = CliRunner().invoke(commands.audit, ["digest"])
    assert (done.exit_code, ": 3 heads, 0 faults" in done.output) == (0, True), done.output
    assert "is there" in CliRunner().invoke(commands.audit, ["digest"]).output
    done = CliRunner().invoke(commands.audit, ["verify"])
    assert (done.exit_code, ": no faults" in done.output, "3 of 3 cases" in done.output) == (0, True, True)
    superuser(*REMOVE, number=numbers[0])
    superuser("UPDATE case_events SET action = 'void' WHERE number = :number AND seq = 3", number=numbers[1])
    done = CliRunner().invoke(commands.audit, ["verify"])
    assert done.exit_code == 1
    assert f"FAULT {numbers[0]}: case-removed" in done.output
    assert f"FAULT {numbers[1]}: changed: Event 3" in done.output
    assert ": 2 faults" in done.output
