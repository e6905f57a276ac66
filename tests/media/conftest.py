"""Counting statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.media.service.decoding import heic_decoders


@pytest.fixture
def statements(engine):
    """A context manager that lists the SQL statements sent inside it, without savepoints."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_conn, _cursor, statement, *_: object) -> None:
            if "SAVEPOINT" not in statement:
                sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting


@pytest.fixture(autouse=True)
def _no_decoders_left():
    yield
    heic_decoders().close()
