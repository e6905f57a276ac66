"""Prometheus metrics of all API processes of this machine."""

from __future__ import annotations

import os
import time

from flask import Flask, Response, g, request
from prometheus_client import REGISTRY as PROCESS
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess

REQUESTS = Counter("fieldgrid_requests_total", "Requests answered", ["method", "rule", "status"])
SECONDS = Histogram(
    "fieldgrid_request_seconds",
    "Time to answer",
    ["method", "rule"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


def _count(response: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else "unknown"
    REQUESTS.labels(request.method, rule, response.status_code).inc()
    SECONDS.labels(request.method, rule).observe(time.perf_counter() - g.get("started", time.perf_counter()))
    return response


def exposition() -> bytes:
    """The text that Prometheus reads: all processes' figures where they share a folder, else this one's."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # the library itself reads this variable
        return generate_latest(PROCESS)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def register(app: Flask) -> None:
    """Count every request."""
    app.after_request(_count)
