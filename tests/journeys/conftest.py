"""What journeys share: the city with everybody in it, and speaking to it over HTTP."""

from datetime import UTC, datetime

import pytest

from tests.factories.cases import a_city
from tests.factories.http import Api


@pytest.fixture
def city(session):
    made = a_city(session, datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def api(app, session, city):
    return Api(app, session, city)
