"""Journeys happen today: what they tell over HTTP is judged by the real clock."""

from datetime import UTC, datetime

import pytest

from tests.factories.cases import a_city


@pytest.fixture
def city(session):
    made = a_city(session, datetime.now(UTC))
    session.commit()
    return made
