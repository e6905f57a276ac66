"""What tests share that needs the whole product: the application, and the small city over HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from flask_openapi3 import OpenAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.core.config import Config
from app.core.db import Database, use_database
from app.factory import create_app
from tests.factories.cases import City, a_city
from tests.factories.http import Api


@pytest.fixture(scope="session")
def made_city(city_engine: Engine) -> City:
    """The small city with everybody in it, made once: every test that asks for it finds it as it was made."""
    with Session(city_engine) as session:
        made = a_city(session, datetime(2026, 3, 2, tzinfo=UTC))
        session.commit()
    return made


@pytest.fixture(scope="session")
def made_app(settings: Config) -> OpenAPI:
    """The application, put together once: it asks for the database in force whenever it needs one."""
    return create_app(settings, Database.connect(settings))


@pytest.fixture
def app(made_app: OpenAPI, database: Database) -> OpenAPI:
    use_database(database)
    return made_app


@pytest.fixture
def client(app: OpenAPI) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def city(made_city: City, session: Session) -> City:
    """The small city with everybody in it; what a test does to it is gone after the test."""
    return replace(made_city, people=dict(made_city.people), units=dict(made_city.units), types=dict(made_city.types))


@pytest.fixture
def api(app: OpenAPI, session: Session, city: City) -> Api:
    """Speaking to the small city over HTTP."""
    return Api(app, session, city)
