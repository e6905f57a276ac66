"""A job that is asked for exists, and somebody watches its queue."""

from __future__ import annotations

import ast

from app import worker
from app.core.jobs import REGISTRY
from tests.system.sources import dotted, nodes

FEATURES = {
    "core",
    "accounts",
    "grid",
    "catalog",
    "media",
    "sla",
    "routing",
    "duty",
    "cases",
    "notices",
    "reports",
    "documents",
    "parts",
    "tiles",
    "console",
    "evaluation",
    "exports",
    "analysis",
    "bulletins",
    "statements",
}


def _enqueued() -> dict[str, str]:
    found = {}
    for path, node in nodes(ast.Call):
        if dotted(node.func).rpartition(".")[2] == "enqueue" and len(node.args) >= 2:
            name = node.args[1]
            found[f"{path}:{node.lineno}"] = name.value if isinstance(name, ast.Constant) else "(computed)"
    return found


def test_every_job_that_is_asked_for_is_registered():
    enqueued = _enqueued()
    assert enqueued
    assert {place: name for place, name in enqueued.items() if name not in REGISTRY} == {}


def test_every_job_is_watched_and_named_after_its_feature():
    watched = worker.queues()
    assert watched
    for name in REGISTRY:
        feature, _, verb = name.partition(".")
        assert verb
        assert feature in watched
        assert feature in FEATURES


def test_periodic_jobs_do_not_start_together():
    """Two at the same minute of the hour would wait for each other's locks; each has a minute of its own."""
    nightly = [job.cron for job in REGISTRY.values() if job.cron and not job.cron.startswith("*/")]
    assert len(nightly) == len(set(nightly))


def test_no_nightly_job_falls_into_the_hour_in_which_days_change():
    """Jobs that know days run in the city's night; the hour around midnight belongs to no day clearly."""
    for job in REGISTRY.values():
        if job.cron and (hour := job.cron.split()[1]).isdecimal():
            assert (int(hour) + 8) % 24 not in {23, 0}, f"{job.name} runs around midnight in Shanghai"
