"""Whoever may do anything in the database is found out: the audit as the city runs it, a program of its own."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from app.core.db import unit_of_work
from tests.conftest import ROOT
from tests.factories.cases import a_city, to_state
from tests.factories.reports import a_report

pytestmark = [pytest.mark.committed, pytest.mark.slow]
TABLES = ("case_events", "event_details", "case_clocks", "case_tasks", "case_reports", "case_photos")


@pytest.fixture
def numbers(committed, now):
    """Three cases, each with a past."""
    with unit_of_work() as session:
        city = a_city(session, now - timedelta(days=8))
        found = [a_report(session, city, now)["case"]["number"] for _ in range(3)]
        for number in found:
            to_state(session, city, number, "closed", now)
    return found


@pytest.fixture
def superuser(committed, superuser_url):
    """Runs statements as somebody whom neither privileges nor triggers stop."""
    url = make_url(superuser_url).set(database=make_url(committed.database_url).database)
    engine = create_engine(url, poolclass=NullPool)

    def run(*statements, **values):
        with engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            return [connection.execute(text(statement), values).rowcount for statement in statements]

    return run


@pytest.fixture
def audit(committed):
    """`fieldgrid audit` in a process of its own: (exit code, output)."""
    env = {
        **os.environ,
        "FIELDGRID_APP_DATABASE_URL": committed.database_url,
        "FIELDGRID_SECRET_KEY": committed.secret_key,
        "FIELDGRID_DATA_KEY": committed.data_key,
        "FIELDGRID_STORAGE_URL": committed.storage_url,
        "PYTHONPATH": str(ROOT),
    }

    def run(*arguments):
        command = [sys.executable, "-m", "app.cli", "audit", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_changed_event_and_a_removed_case_are_both_found(numbers, superuser, audit):
    changed, removed, whole = numbers
    assert audit("digest")[0] == 0
    code, output = audit("verify")
    assert (code, ": no faults" in output, "3 cases, " in output) == (0, True, True), output

    assert superuser(
        """UPDATE case_events SET inputs = jsonb_set(inputs, '{verdict}', '"failed"')
            WHERE number = :number AND action = 'check'""",
        number=changed,
    ) == [1]
    gone = "case_id = (SELECT id FROM cases WHERE number = :number)"
    deleted = superuser(
        *(f"DELETE FROM {table} WHERE {gone}" for table in TABLES),
        "DELETE FROM cases WHERE number = :number",
        number=removed,
    )
    assert deleted[-1] == 1

    code, output = audit("verify")
    assert code == 1
    assert f"FAULT {changed}: changed" in output
    assert f"FAULT {removed}: case-removed" in output
    assert ": 2 faults" in output
    assert whole not in output


def test_an_event_with_its_hash_written_anew_is_found_too(numbers, superuser, audit):
    """The chain alone is whole again; the case's head and the signed digest of the night are not."""
    assert audit("digest")[0] == 0
    number = numbers[0]
    superuser(
        "UPDATE case_events SET at = at - interval '2 hours', hash = repeat('ab', 32) WHERE number = :number AND seq = "
        "(SELECT version FROM cases WHERE number = :number)",
        "UPDATE cases SET head_hash = repeat('ab', 32) WHERE number = :number",
        number=number,
    )
    code, output = audit("verify")
    assert code == 1
    assert f"FAULT {number}: " in output
