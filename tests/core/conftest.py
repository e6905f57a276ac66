"""Tests of the frame add operations of their own to the application: each has one to itself."""

from __future__ import annotations

import pytest
from flask_openapi3 import OpenAPI

from app.core.config import Config
from app.core.db import Database
from app.factory import create_app


@pytest.fixture
def app(database: Database, settings: Config) -> OpenAPI:
    return create_app(settings, database)
