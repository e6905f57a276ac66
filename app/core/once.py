"""Asking once what many want to know at the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

T = TypeVar("T")


class _Answer:
    """An answer, or the place where those who wait for it stand."""

    __slots__ = ("known", "lock", "until", "value")

    def __init__(self, until: float) -> None:
        self.until = until
        self.lock = Lock()
        self.known = False
        self.value: Any = None


class Once:
    """Answers that are given again to everybody who asks the same within a moment; safe for threads.

    Who asks first asks for all; those who come meanwhile wait for that answer. Where asking fails the next one asks.
    """

    def __init__(self, moment_s: float) -> None:
        self._moment_s = moment_s
        self._lock = Lock()
        self._answers: dict[Hashable, _Answer] = {}

    def ask(self, question: Hashable, ask: Callable[[], T]) -> T:
        """The answer to a question, no older than a moment.

        Example:
            >>> once = Once(60)
            >>> once.ask("one", lambda: 1), once.ask("one", lambda: 2), once.ask("two", lambda: 2)
            (1, 1, 2)
        """
        answer = self._answer(question)
        with answer.lock:
            if not answer.known:
                answer.value, answer.known = ask(), True
            value: T = answer.value
            return value

    def _answer(self, question: Hashable) -> _Answer:
        with self._lock:
            now = time.monotonic()
            found = self._answers.get(question)
            if found is None or found.until <= now:
                self._answers = {asked: one for asked, one in self._answers.items() if one.until > now}
                found = self._answers[question] = _Answer(now + self._moment_s)
            return found
