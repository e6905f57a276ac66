"""Whatever is sent, the answer is never a fault of ours, and always one that the description knows."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import pytest
import schemathesis
import yaml
from flask_openapi3 import OpenAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema
from sqlalchemy.orm import Session

from app.accounts.rules import STAFF_ROLES
from app.notices.views import stream
from tests.factories.accounts import a_grant
from tests.factories.cases import City
from tests.factories.http import Api
from tests.system.sources import ROOT

DOCUMENT: dict[str, Any] = yaml.load((ROOT / "api_spec" / "openapi.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
OPERATIONS = sorted(
    (f"{method.upper()} {path}" for path, methods in DOCUMENT["paths"].items() for method in methods),
    key=lambda label: label.split()[::-1],
)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# More examples find more: FIELDGRID_EXAMPLES=500 with the command that runs this file.
EXAMPLES = int(os.environ.get("FIELDGRID_EXAMPLES", "12"))
LISTENS_S = 0.3
"""To a stream, which has no end; other answers are waited for."""
SENT_RARELY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=EXAMPLES <= 12,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def api(app: OpenAPI, session: Session, city: City) -> Api:
    """The made city, where `admin` holds every role, so that no permission stops what is sent."""
    for role in sorted(STAFF_ROLES - {"admin", "auditor"}):
        a_grant(session, city.people["admin"], role)
    session.commit()
    return Api(app, session, city)


@cache
def description() -> OpenApiSchema:
    """What may be sent, read once."""
    return schemathesis.openapi.from_dict(DOCUMENT)


@pytest.fixture
def known(api: Api, label: str) -> dict[str, str]:
    """Values of path parameters that lead to something."""
    if "{" not in label:
        return {}
    sent = api.report("citizen")
    return {
        "number": sent["case"]["number"],
        "report_id": sent["id"],
        "code": sent["tracking_code"],
        "photo_id": api.photo("admin"),
        "action": "accept",
    }


@pytest.fixture
def _streams_say_at_once_that_they_live(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the reader of one waits for the quarter of a minute between two of their signs."""
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.05)


@pytest.mark.slow
@pytest.mark.usefixtures("_streams_say_at_once_that_they_live")
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_input_is_an_accident(api: Api, known: dict[str, str], label: str):
    method, path = label.split()
    schema = description()
    schema.app = api.app
    operation = schema[path][method]
    headers = api.headers("admin")

    @given(data=st.data())
    @SENT_RARELY
    def send(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if case.path_parameters and data.draw(st.booleans()):
            for name in case.path_parameters.keys() & known.keys():
                case.path_parameters[name] = known[name]
        signed_in = headers if data.draw(st.sampled_from([True, True, False])) else {}
        response = case.call(base_url="http://localhost", headers=signed_in, timeout=LISTENS_S)
        case.validate_response(response, checks=CHECKS)

    send()
