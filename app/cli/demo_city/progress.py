"""How far long work has come: counts, rate and the time that is left."""

from __future__ import annotations

import time

from app.cli.demo_city.load import Say

SAID_EVERY_S = 2.0


def amount(number: int) -> str:
    """A number that can be read: 1 140 000."""
    return f"{number:,}".replace(",", " ")


def span(seconds: float) -> str:
    """A time in words: 40 s, 3 min.

    Example:
        >>> span(40), span(200)
        ('40 s', '3 min')
    """
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


class Progress:
    """Says every two seconds how far it is; work that takes less says it once."""

    def __init__(self, what: str, total: int, say: Say) -> None:
        self.what, self.total, self.count = what, total, 0
        self._say = say
        self._began = self._said = time.monotonic()

    def add(self, number: int) -> None:
        """So many more are done."""
        self.count += number
        now = time.monotonic()
        if now - self._said < SAID_EVERY_S:
            return
        self._said = now
        rate = self.count / (now - self._began)
        left = "" if rate <= 0 else f", about {span(max(self.total - self.count, 0) / rate)} left"
        self._say(f"  {amount(self.count)} of {amount(self.total)} {self.what}, {amount(round(rate))}/s{left}")

    def done(self) -> None:
        """That was all."""
        took = time.monotonic() - self._began
        rate = amount(round(self.count / max(took, 0.001)))
        self._say(f"  {amount(self.count)} {self.what} ({took:.1f} s, {rate}/s)")
