"""Connections that break: whatever breaks them and wherever, the caller sees the same error."""

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.core import jobs
from app.core.db import unit_of_work

BACKEND = text("SELECT pg_backend_pid()")


def end_connection(backend: int) -> None:
    """As when the server dies, seen from the connection."""
    with unit_of_work() as other:
        other.execute(text("SELECT pg_terminate_backend(:backend, 5000)"), {"backend": backend})


def test_connects(session):
    assert session.execute(text("select current_user")).scalar() == "fieldgrid_app"


@pytest.mark.usefixtures("committed")
def test_a_connection_that_breaks_on_its_way_back_to_the_pool(monkeypatch: pytest.MonkeyPatch):
    def breaks(_session: Session) -> None:
        message = "server closed the connection unexpectedly"
        raise psycopg2.OperationalError(message)

    monkeypatch.setattr(Session, "commit", breaks)
    with pytest.raises(OperationalError), unit_of_work():
        pass


@pytest.mark.usefixtures("committed")
def test_a_connection_that_breaks_before_a_job_is_queued():
    def queue_on_a_broken_connection() -> None:
        with unit_of_work() as session:
            end_connection(session.execute(BACKEND).scalar_one())
            jobs.enqueue(session, "media.make_privacy_copy", photo_id="x")

    with pytest.raises(OperationalError):
        queue_on_a_broken_connection()
