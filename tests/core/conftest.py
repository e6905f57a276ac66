"""The application with a few operations of the tests' own, put together once."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI

from app.core.config import Config
from app.core.db import Database, use_database
from app.factory import create_app
from tests.core.echo import with_echoes


@pytest.fixture(scope="session")
def echoing(settings: Config) -> OpenAPI:
    return with_echoes(create_app(settings, Database.connect(settings)))


@pytest.fixture
def frame(echoing: OpenAPI, database: Database) -> FlaskClient:
    """A client of the application with the operations of echo.py."""
    use_database(database)
    return echoing.test_client()
