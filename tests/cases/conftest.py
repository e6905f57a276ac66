"""What tests of cases share: the city with everybody in it, and counting statements."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import event

from tests.factories.cases import a_city
from tests.factories.http import Api


@pytest.fixture
def city(session):
    made = a_city(session, datetime(2026, 3, 2, tzinfo=UTC))
    session.commit()
    return made


@pytest.fixture
def api(app, session, city):
    return Api(app, session, city)


@pytest.fixture
def statements(engine):
    """A context manager that lists the SQL statements sent inside it, without savepoints."""

    @contextmanager
    def counting():
        sent = []

        def note(_connection, _cursor, statement, *_):
            if "SAVEPOINT" not in statement:
                sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
