"""Prometheus metrics: requests of all API processes of this machine, and figures that are asked of the database."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import structlog
from flask import Flask, Response, g, request
from prometheus_client import REGISTRY as PROCESS
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.core.config import config
from app.core.db import read_unit
from app.core.feed import HORIZON
from app.core.models import Change, OutboxMessage

log = structlog.get_logger()
REQUESTS = Counter("fieldgrid_requests_total", "Requests answered", ["method", "rule", "status"])
SECONDS = Histogram(
    "fieldgrid_request_seconds",
    "Time to answer",
    ["method", "rule"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
KEPT_S = 5.0
"""Anybody may read the metrics, so that the database is asked for its figures at most this often."""


class Figure(NamedTuple):
    """One value of a measure, with the values of its labels."""

    labels: tuple[str, ...]
    value: float


Read = Callable[[Session], Iterable[Figure]]


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is counted in the database when the metrics are read."""

    name: str
    about: str
    labels: tuple[str, ...]
    read: Read


_MEASURES: dict[str, Measure] = {}


def measured(name: str, about: str, *labels: str) -> Callable[[Read], Read]:
    """Mark a function that counts something: its figures stand among the metrics from then on."""

    def mark(read: Read) -> Read:
        _MEASURES[name] = Measure(name, about, labels, read)
        return read

    return mark


@measured("fieldgrid_feed_lag_seconds", "Age of the oldest change that readers do not get yet")
def _feed_lag(session: Session) -> Iterator[Figure]:
    """An older transaction that still runs in this database holds them back."""
    query = select(func.extract("epoch", func.clock_timestamp() - func.min(Change.at))).where(Change.xid >= HORIZON)
    yield Figure((), float(session.scalar(query) or 0))


@measured("fieldgrid_outbox_messages", "Messages that wait for their gateway, or that it failed to deliver", "state")
def _outbox(session: Session) -> Iterator[Figure]:
    """Messages of a channel without a gateway wait for nobody: they are kept to be read."""
    settings = config()
    channels = [channel for channel in ("sms", "wechat_work") if settings.message_gateway(channel)[0]]
    channels += ["email"] if settings.smtp_url else []
    failed = OutboxMessage.attempts > 0
    query = select(failed, func.count()).where(OutboxMessage.sent_at.is_(None), OutboxMessage.channel.in_(channels))
    found = {bool(tried): count for tried, count in session.execute(query.group_by(failed))} if channels else {}
    yield Figure(("waiting",), found.get(False, 0))
    yield Figure(("failed",), found.get(True, 0))


class _Figures(Collector):
    """What is asked of the database."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = [_gauge(measure) for measure in _MEASURES.values()]
        except SQLAlchemyError as error:
            # The metrics of the processes are worth having just then.
            log.warning("metrics.without_database", error=type(error).__name__)
            found = []
        yield from found
        yield GaugeMetricFamily(
            "fieldgrid_database_figures", "Whether the database gave its figures", value=bool(found)
        )


def _gauge(measure: Measure) -> GaugeMetricFamily:
    family = GaugeMetricFamily(measure.name, measure.about, labels=measure.labels)
    with read_unit() as session:
        for figure in measure.read(session):
            family.add_metric(figure.labels, figure.value)
    return family


class _Kept:
    """The figures of the database as they were a moment ago."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._registry = CollectorRegistry()
        self._registry.register(_Figures())
        self._text, self._until = b"", 0.0

    def text(self) -> bytes:
        with self._lock:
            if time.monotonic() >= self._until:
                self._text = generate_latest(self._registry)
                self._until = time.monotonic() + KEPT_S
            return self._text

    def forget(self) -> None:
        """Ask anew at the next time."""
        self._until = 0.0


FIGURES = _Kept()


def _count(response: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else "unknown"
    REQUESTS.labels(request.method, rule, response.status_code).inc()
    SECONDS.labels(request.method, rule).observe(time.perf_counter() - g.get("started", time.perf_counter()))
    return response


def exposition() -> bytes:
    """The text that Prometheus reads: all processes' figures where they share a folder, else this one's."""
    return _of_processes() + FIGURES.text()


def _of_processes() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # the library itself reads this variable
        return generate_latest(PROCESS)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def register(app: Flask) -> None:
    """Count every request."""
    app.after_request(_count)
