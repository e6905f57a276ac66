"""What the tests of the grid share."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event


@pytest.fixture
def statements():
    """`with statements(session) as seen:` collects the SQL that the session runs."""

    @contextmanager
    def collect(session):
        seen = []

        def note(connection, cursor, statement, parameters, context, executemany):
            seen.append(statement)

        connection = session.connection()
        event.listen(connection, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(connection, "before_cursor_execute", note)

    return collect
