"""Whether an answer is what the committed description promises for its operation and status."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.routing import Map, Rule
from werkzeug.test import TestResponse

SPEC = Path(__file__).resolve().parents[1] / "api_spec" / "openapi.yaml"


@cache
def spec() -> dict[str, Any]:
    """The committed description; objects take no members that are not described, unless they say so."""
    found: dict[str, Any] = yaml.load(SPEC.read_text(encoding="utf-8"), yaml.CSafeLoader)
    for schema in found["components"]["schemas"].values():
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return found


@cache
def _paths() -> Map:
    templates = [(path, path.replace("{", "<").replace("}", ">")) for path in spec()["paths"]]
    return Map([Rule(rule, endpoint=path) for path, rule in templates])


@cache
def _validator(path: str, method: str, status: str) -> tuple[Draft202012Validator | None, str]:
    """The validator of the answer's body, and its content type."""
    described = spec()["paths"][path][method]["responses"]
    assert status in described, f"{method.upper()} {path} does not say that it answers {status}"
    found = described[status]
    if reference := found.get("$ref"):
        found = spec()["components"]["responses"][reference.rpartition("/")[2]]
    content = found.get("content")
    if not content:
        return None, ""
    kind, media = next(iter(content.items()))
    schema = {**deepcopy(media["schema"]), "components": spec()["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker()), kind


def conforms(answer: TestResponse) -> Any:
    """The body of an answer that is as described; what is not is said with its place.

    Raises: AssertionError.
    """
    request = answer.request
    path, _ = _paths().bind("localhost").match(request.path, method="GET")
    validator, kind = _validator(path, request.method.lower(), str(answer.status_code))
    if validator is None:
        assert answer.data == b"", f"{request.method} {path} answers {answer.status_code} with a body nobody described"
        return None
    body = answer.get_json(force=True)
    assert answer.mimetype == kind, f"{path}: {answer.mimetype} instead of {kind}"
    faults = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]
    assert not faults, f"{request.method} {path} {answer.status_code}: " + "; ".join(faults[:5])
    return body
