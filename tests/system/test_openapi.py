"""The committed description is what the code does, valid, and complete enough to write a client from."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from openapi_spec_validator import validate
from pydantic import BaseModel

from app.cli.system import spec_text
from tests.system.sources import ROOT

pytestmark = pytest.mark.slow

COMMITTED = ROOT / "api_spec" / "openapi.yaml"
PROBLEM = "application/problem+json"
# Anybody may call these without a token; everything else needs one. Adding a line is a decision.
OPEN = {
    "citizen_login",
    "console_settings",
    "describe_ground_tiles",
    "erase_by_code",
    "get_area",
    "get_calendar",
    "get_condition",
    "get_duty_zone",
    "get_ground_tile",
    "get_organization",
    "get_photo",
    "get_public_ranking",
    "get_stage_limit",
    "get_type",
    "list_areas",
    "list_base_layers",
    "list_calendar_days",
    "list_calendars",
    "list_duty_zones",
    "list_organizations",
    "list_public_periods",
    "list_stage_limits",
    "list_types",
    "locate",
    "locate_many",
    "login",
    "logout",
    "nearest_parts",
    "rate_by_code",
    "redeem_link",
    "refresh",
    "reopen_by_code",
    "send_code",
    "send_photo",
    "show_photo",
    "submit_report",
    "track_report",
}
# The resumable uploads answer by headers alone, as their protocol says.
RESUMABLE = {"ask_upload", "begin_upload", "continue_upload", "end_upload"}


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))
    return found


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    found: Any = part
    while "$ref" in found:
        target: Any = document()
        for name in found["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        found = target
    return found


def _named(name: str) -> dict[str, Any]:
    return next(operation for _, operation in operations() if operation["operationId"] == name)


def _parameters(operation: dict[str, Any]) -> set[str]:
    return {resolved(parameter)["name"] for parameter in operation.get("parameters", ())}


def test_the_committed_description_is_what_the_code_says():
    assert spec_text() == COMMITTED.read_text(encoding="utf-8"), "run ./fieldgrid openapi and commit the change"


def test_it_is_valid_openapi_3_1():
    assert document()["openapi"].startswith("3.1")
    validate(document())


def test_operation_ids_are_unique_and_name_client_methods():
    ids = Counter(operation.get("operationId") for _, operation in operations())
    assert [one for one, times in ids.items() if times > 1] == []
    assert [one for one in ids if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", one or "")] == []


def test_every_operation_has_a_summary_and_a_tag():
    assert [name for name, one in operations() if not one.get("summary", "").strip() or not one.get("tags")] == []


def test_references_lead_somewhere():
    text = COMMITTED.read_text(encoding="utf-8")
    for reference in set(re.findall(r"\$ref: '?(#/[^'\s]+)", text)):
        resolved({"$ref": reference})
    assert "#/$defs" not in text


def test_every_refusal_is_a_problem_document():
    for name, operation in operations():
        refusals = {status: resolved(one) for status, one in operation["responses"].items() if status >= "4"}
        assert {"401", "422", "503"} <= refusals.keys(), name
        assert [status for status, one in refusals.items() if set(one.get("content", ())) != {PROBLEM}] == [], name
        for response in refusals.values():
            assert response["content"][PROBLEM]["schema"] == {"$ref": "#/components/schemas/ProblemOut"}, name


def test_every_answer_that_makes_sense_is_described():
    for name, operation in operations():
        good = [status for status in operation["responses"] if status < "4"]
        assert good, name
        for status in good:
            response = resolved(operation["responses"][status])
            assert response.get("description"), name
            if status not in {"204", "304"} and not response.get("content"):
                assert operation["operationId"] in RESUMABLE, f"{name}: {status} has no content"


def test_who_needs_a_token_is_said():
    assert document()["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    required = {operation["operationId"] for _, operation in operations() if operation["security"] == [{"bearer": []}]}
    optional = {o["operationId"] for _, o in operations() if o["security"] == [{}, {"bearer": []}]}
    everything = {operation["operationId"] for _, operation in operations()}
    assert required | optional == everything
    assert optional - RESUMABLE == OPEN
    for name in required:
        assert "403" in _named(name)["responses"] or name == "me", name


def test_headers_of_writing_and_of_versions_are_said():
    act = _named("act_on_case")
    assert {"Idempotency-Key", "If-Match"} <= _parameters(act)
    assert {"409", "412", "428"} <= act["responses"].keys()
    assert {"ETag", "Idempotent-Replayed"} <= resolved(act["responses"]["200"])["headers"].keys()
    assert "ETag" in resolved(_named("get_case")["responses"]["200"])["headers"]
    assert "If-Match" not in _parameters(_named("get_case"))
    assert "headers" not in resolved(_named("get_case_routing")["responses"]["200"])
    assert "Idempotency-Key" not in _parameters(_named("login"))
    assert "If-None-Match" in _parameters(_named("list_areas"))
    making = {
        "submit_report",
        "send_photo",
        "import_grid",
        "join_case",
        "rate_report",
        "reopen_report",
        "erase_by_code",
    }
    assert [name for name in making if "Idempotency-Key" not in _parameters(_named(name))] == []


def test_waiting_is_said():
    for status in ("429", "503"):
        assert "Retry-After" in document()["components"]["responses"][f"Problem{status}"]["headers"]


def test_a_report_may_come_as_json_or_as_one_form():
    content = _named("submit_report")["requestBody"]["content"]
    assert set(content) == {"application/json", "multipart/form-data"}
    form = resolved(content["multipart/form-data"]["schema"])
    assert form["properties"]["photos"] == {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "maxItems": 20,
        "title": "Photos",
    }


def test_nothing_in_an_address_or_a_form_is_null():
    for name, operation in operations():
        schemas = [resolved(parameter).get("schema", {}) for parameter in operation.get("parameters", ())]
        body = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
        schemas += resolved(body["schema"])["properties"].values() if body else []
        for schema in schemas:
            assert {"type": "null"} not in schema.get("anyOf", []), name
            assert schema.get("default", "") is not None, name


def test_there_is_no_empty_or_null_part():
    def walk(part: Any, at: str) -> Iterator[str]:
        members = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for name, value in members:
            here = f"{at}/{name}"
            if name in {"default", "const", "example", "examples", "enum"}:
                continue  # these hold values, and null is one
            if value is None:
                yield here
            yield from walk(value, here)

    assert list(walk(document(), "")) == []


def test_schemas_that_nobody_uses_are_not_published():
    text = COMMITTED.read_text(encoding="utf-8")
    used = set(re.findall(r"#/components/schemas/([A-Za-z0-9_]+)", text))
    assert set(document()["components"]["schemas"]) - used == set()


def test_no_two_shapes_have_one_name():
    """The description knows a shape by its name alone: another of the same name would take its place."""
    shapes: dict[str, set[str]] = {}
    for model in _models(BaseModel):
        if model.__module__.startswith("app.") and not model.__name__.startswith("_"):
            schema = model.model_json_schema(ref_template="#/{model}")
            for name, shape in ({model.__name__: schema} | schema.pop("$defs", {})).items():
                known = shape | {"$defs": None, "description": None}
                shapes.setdefault(name, set()).add(json.dumps(known, sort_keys=True, default=str))
    assert len(shapes) > 200
    assert sorted(name for name, found in shapes.items() if len(found) > 1) == []


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for found in model.__subclasses__():
        yield found
        yield from _models(found)
