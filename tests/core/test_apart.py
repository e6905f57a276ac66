"""Worker processes: kept while they answer, replaced when they do not."""

import pytest

from app.core.apart import Gate, Processes, ProcessLost, program
from app.core.errors import Invalid, Unavailable

ECHO = "while line := incoming.readline():\n    answers.write(line.upper())\n    answers.flush()"


@pytest.fixture
def workers():
    found = Processes(program(ECHO, 500_000_000), Gate(1, 0, 1.0, Unavailable), 5.0)
    yield found
    found.close()


def said(workers, line):
    with workers.turn() as pipes:
        pipes.to.write(line)
        pipes.to.flush()
        return pipes.answers.readline()


def answered(workers, line):
    with workers.turn() as pipes:
        pipes.to.write(line)
        pipes.to.flush()
        if not (found := pipes.answers.readline()):
            raise EOFError
        return found


def pid(workers):
    process = workers._idle.get()
    workers._idle.put(process)
    return process.pid


def test_a_worker_is_kept_for_the_next(workers):
    assert said(workers, b"one\n") == b"ONE\n"
    first = pid(workers)
    with pytest.raises(Invalid), workers.turn():
        raise Invalid("the worker's own answer")
    assert said(workers, b"two\n") == b"TWO\n"
    assert pid(workers) == first


@pytest.mark.parametrize("wrong", [EOFError, ValueError, BrokenPipeError])
def test_one_that_is_not_understood_is_replaced(workers, wrong):
    said(workers, b"one\n")
    first = pid(workers)
    with pytest.raises(ProcessLost), workers.turn():
        raise wrong
    assert said(workers, b"two\n") == b"TWO\n"
    assert pid(workers) != first


def test_a_fault_of_the_caller_ends_the_worker_and_is_told(workers):
    said(workers, b"one\n")
    first = pid(workers)
    with pytest.raises(ZeroDivisionError), workers.turn():
        raise ZeroDivisionError
    assert said(workers, b"two\n") == b"TWO\n"
    assert pid(workers) != first


def test_a_worker_gets_no_settings(monkeypatch):
    monkeypatch.setenv("FIELDGRID_SECRET_KEY", "secret")
    show = "incoming.readline(); answers.write(repr(sorted(os.environ)).encode() + b'\\n'); answers.flush()"
    workers = Processes(program(show, 500_000_000), Gate(1, 0, 1.0, Unavailable), 5.0)
    assert b"FIELDGRID" not in said(workers, b"\n")
    workers.close()


def test_a_worker_that_takes_too_long_is_ended():
    sleeping = program("incoming.readline(); import time; time.sleep(60)", 500_000_000)
    workers = Processes(sleeping, Gate(1, 0, 1.0, Unavailable), 0.3)
    with pytest.raises(ProcessLost):
        answered(workers, b"\n")
    workers.close()


def test_a_worker_is_replaced_after_its_turns():
    workers = Processes(program(ECHO, 500_000_000), Gate(1, 0, 1.0, Unavailable), 5.0, lives=2)
    said(workers, b"one\n")
    first = pid(workers)
    said(workers, b"two\n")
    assert workers._idle.empty()
    said(workers, b"three\n")
    assert pid(workers) != first
    workers.close()
