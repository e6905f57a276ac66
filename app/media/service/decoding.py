"""Who may decode when: a bounded number at once, a bounded number waiting, everybody else comes back later."""

from __future__ import annotations

import atexit
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from app.core.config import ROOT
from app.media.errors import PhotoBusy, PhotoUnreadable
from app.media.rules.apart import ask
from app.media.rules.containers import Container
from app.media.rules.kinds import Kind
from app.media.rules.pixels import Derived, derive

# Decoding is pure computation: more at once than processors are there only costs memory.
AT_ONCE = 2
WAITING = 16
PATIENCE_S = 10.0
HEIC_AT_ONCE = 2
HEIC_WAITING = 4
# A 48-megapixel HEIC takes about five seconds; a file that takes four times that is not a photo.
HEIC_DEADLINE_S = 20.0
# Fifty megapixels, decoded and converted, with room for the libraries themselves.
HEIC_MEMORY_BYTES = 1_500_000_000

_PROGRAM = f"""
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({HEIC_MEMORY_BYTES}, {HEIC_MEMORY_BYTES}))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
from app.media.rules.apart import serve
serve(sys.stdin.buffer, answers)
"""


class Gate:
    """Lets `at_once` callers in and `waiting` more wait for `patience_s` seconds; further ones are sent away."""

    def __init__(self, at_once: int, waiting: int, patience_s: float) -> None:
        self._admitted = threading.BoundedSemaphore(at_once + waiting)
        self._running = threading.BoundedSemaphore(at_once)
        self._patience_s = patience_s

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The caller's turn.

        Raises: PhotoBusy.
        """
        if not self._admitted.acquire(blocking=False):
            raise PhotoBusy("Too many photos are being read at the moment: send it again shortly.", retry_after_s=5)
        try:
            if not self._running.acquire(timeout=self._patience_s):
                raise PhotoBusy("Too many photos are being read at the moment: send it again shortly.", retry_after_s=5)
            try:
                yield
            finally:
                self._running.release()
        finally:
            self._admitted.release()


class HeicDecoders:
    """Decoder processes, started when the first HEIC photo arrives and replaced when one dies.

    They get no settings and no secrets in their environment.
    """

    def __init__(self, gate: Gate, deadline_s: float = HEIC_DEADLINE_S) -> None:
        self._gate = gate
        self._deadline_s = deadline_s
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()

    def derive(self, container: Container) -> Derived:
        """Decode one photo apart.

        Raises: PhotoBusy, PhotoUnreadable (also when the decoder crashed or took too long), PhotoTooLarge.
        """
        with self._gate.turn():
            process = self._take()
            alarm = threading.Timer(self._deadline_s, process.kill)
            alarm.start()
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                return ask(container.picture, process.stdin, process.stdout)
            except (EOFError, OSError, ValueError) as error:
                process.kill()
                raise PhotoUnreadable("The HEIC photo is damaged: take it again or export it as JPEG.") from error
            finally:
                alarm.cancel()
                self._give_back(process)

    def close(self) -> None:
        """End the idle decoders."""
        while not self._idle.empty():
            _end(self._idle.get())

    def _take(self) -> subprocess.Popen[bytes]:
        while not self._idle.empty():
            process = self._idle.get()
            if process.poll() is None:
                return process
            _end(process)
        command = [sys.executable, "-c", _PROGRAM]
        return subprocess.Popen(  # noqa: S603 -- our own interpreter and program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
        )

    def _give_back(self, process: subprocess.Popen[bytes]) -> None:
        if process.returncode is None and process.poll() is None:
            self._idle.put(process)
        else:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            try:
                stream.close()
            except OSError:
                # The last photo was still in the buffer when its reader died.
                continue


@cache
def decoding_gate() -> Gate:
    """The process's gate for photos that are decoded inside it."""
    return Gate(AT_ONCE, WAITING, PATIENCE_S)


@cache
def heic_decoders() -> HeicDecoders:
    """The process's HEIC decoders; they end with it, also when it is killed, because their input ends then."""
    decoders = HeicDecoders(Gate(HEIC_AT_ONCE, HEIC_WAITING, PATIENCE_S))
    atexit.register(decoders.close)
    return decoders


def decode(container: Container) -> Derived:
    """Decode a photo when its turn comes; HEIC apart from this process.

    Raises: PhotoBusy, PhotoUnreadable, PhotoTooLarge.
    """
    if container.kind is Kind.HEIC:
        return heic_decoders().derive(container)
    with decoding_gate().turn():
        try:
            return derive(container)
        except MemoryError as error:
            raise PhotoBusy("There is not enough memory for this photo now: send it again shortly.") from error
