"""Work in processes of its own: what may crash, takes long or would hold the interpreter, done beside the API.

A worker process speaks over two pipes, gets no settings and no secrets in its environment, has a bounded address space
and ends with the process that started it, because its input ends then. So many work at once, so many wait; everybody
else is told to come back later. What the two ends say to each other is theirs.
"""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

from app.core.config import ROOT
from app.core.errors import DomainError, Unavailable

# What a worker prints by mistake goes to the log, never between the answers.
_PROGRAM = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
incoming = sys.stdin.buffer
{work}
"""


class ProcessLost(Exception):
    """The worker crashed, took too long, or answered what nobody understands."""


class Pipes(NamedTuple):
    """The two ends that the caller holds."""

    to: IO[bytes]
    answers: IO[bytes]


class Gate:
    """Lets `at_once` callers in and `waiting` more wait for `patience_s` seconds; further ones are sent away."""

    def __init__(self, at_once: int, waiting: int, patience_s: float, busy: Callable[[], Unavailable]) -> None:
        self._admitted = threading.BoundedSemaphore(at_once + waiting)
        self._running = threading.BoundedSemaphore(at_once)
        self._patience_s = patience_s
        self._busy = busy

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The caller's turn.

        Raises: what `busy` makes.
        """
        if not self._admitted.acquire(blocking=False):
            raise self._busy()
        try:
            if not self._running.acquire(timeout=self._patience_s):
                raise self._busy()
            try:
                yield
            finally:
                self._running.release()
        finally:
            self._admitted.release()


def program(work: str, memory_bytes: int) -> str:
    """A worker's program. `work` serves from `incoming` to `answers` until its input ends."""
    return _PROGRAM.format(work=work.strip(), memory=memory_bytes)


class Worker(subprocess.Popen[bytes]):
    """A process and how often it had a turn."""

    turns = 0


class Processes:
    """Worker processes of one program, started when the first is needed and replaced when one dies.

    `lives`: after so many turns a process is replaced as well; what libraries keep in it goes with it.
    """

    def __init__(self, text: str, gate: Gate, deadline_s: float, lives: int | None = None) -> None:
        self._text = text
        self._gate = gate
        self._deadline_s = deadline_s
        self._lives = lives
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()

    @contextmanager
    def turn(self) -> Iterator[Pipes]:
        """A worker that is the caller's alone inside the block; it is killed at the deadline.

        Raises: ProcessLost when the worker is gone or what it says cannot be read, and what the gate says.
        """
        with self._gate.turn():
            process = self._take()
            alarm = threading.Timer(self._deadline_s, process.kill)
            alarm.start()
            usable = False
            try:
                yield _pipes(process)
                usable = True
            except DomainError:
                usable = True  # the worker's own answer: it is ready for the next
                raise
            except (EOFError, OSError, ValueError) as error:
                raise ProcessLost from error
            finally:
                alarm.cancel()
                self._give_back(process, usable=usable)

    def close(self) -> None:
        """End the idle workers."""
        while not self._idle.empty():
            _end(self._idle.get())

    def _take(self) -> Worker:
        while not self._idle.empty():
            process = self._idle.get()
            if process.poll() is None:
                return process
            _end(process)
        command = [sys.executable, "-c", self._text]
        return Worker(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})

    def _give_back(self, process: Worker, *, usable: bool) -> None:
        process.turns += 1
        spent = self._lives is not None and process.turns >= self._lives
        if usable and not spent and process.poll() is None:
            self._idle.put(process)
        else:
            _end(process)


def _pipes(process: Worker) -> Pipes:
    assert process.stdin is not None
    assert process.stdout is not None
    return Pipes(process.stdin, process.stdout)


def _end(process: Worker) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                # The last work was still in the buffer when its reader died.
                continue
