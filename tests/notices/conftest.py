"""What tests of notices share: the city with everybody in it."""

from datetime import UTC, datetime

import pytest

from tests.factories.cases import a_city
from tests.factories.http import Api


@pytest.fixture
def town(session):
    made = a_city(session, datetime(2026, 3, 2, tzinfo=UTC))
    session.commit()
    return made


@pytest.fixture
def http(app, session, town):
    return Api(app, session, town)
