"""What the OpenAPI description says beyond the shapes: who may call, which headers matter, what can go wrong.

All of it is derived from the views themselves, so that it cannot drift from what they do.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from inspect import getsource, unwrap
from textwrap import dedent
from typing import Any

from flask import Flask

from app.core.auth import PUBLIC
from app.core.schemas import problems

Json = dict[str, Any]
View = Callable[..., Any]

WRITING = frozenset({"post", "put", "patch"})
PARAMETERS: Mapping[str, Json] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Makes sending again harmless: the same key and body give the same answer for at least 7 days,"
        " the same key with another body is 409.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]{1,128}$"},
        "example": "5f0c7a52-1f6e-4b57-9a1e-0d6f1f3a9b11",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of what was read last, or `*` for any version. Missing: 428, stale: 412.",
        "schema": {"type": "string", "pattern": '^(\\*|"[0-9]{1,18}")$'},
        "example": '"3"',
    },
    "IfMatchGiven": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "description": "The ETag of what the request is based on: 412 where it changed since. Without it any version.",
        "schema": {"type": "string", "pattern": '^(\\*|"[0-9]{1,18}")$'},
        "example": '"3"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The ETag of what the caller has: the answer is 304 without a body while it is current.",
        "schema": {"type": "string"},
        "example": '"3"',
    },
    "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "required": False,
        "description": "The id of the last event that arrived: the stream goes on after it, without loss for at least"
        " 24 hours. Without it the stream begins now.",
        "schema": {"type": "string", "maxLength": 2000},
    },
}
HEADERS: Mapping[str, Json] = {
    "ETag": {
        "description": "The version, to be sent back in If-Match; not a hash of the body",
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
    },
    "RetryAfter": {"description": "Try again after so many seconds", "schema": {"type": "integer", "minimum": 0}},
    "WwwAuthenticate": {"description": 'Bearer realm="fieldgrid"', "schema": {"type": "string"}},
    "IdempotentReplayed": {
        "description": "`true` when this is the stored answer to an earlier request with the same Idempotency-Key",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
RETRY = {"Retry-After": "RetryAfter"}
PROBLEM_HEADERS: Mapping[str, Mapping[str, str]] = {
    "401": {"WWW-Authenticate": "WwwAuthenticate"},
    "429": RETRY,
    "503": RETRY,
}


@dataclass(frozen=True, slots=True)
class Audience:
    """Verbs that need no sign-in, and verbs that everybody has."""

    anonymous: Collection[str]
    everybody: Collection[str]


@dataclass(frozen=True, slots=True)
class Code:
    """What a view's source says: the names it calls and the keyword arguments it gives."""

    called: frozenset[str]
    keywords: frozenset[str]

    @classmethod
    def of(cls, view: View) -> Code:
        tree = ast.parse(dedent(getsource(view)))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = frozenset(call.func.id for call in calls if isinstance(call.func, ast.Name))
        return cls(names, frozenset(word.arg for call in calls for word in call.keywords if word.arg))

    @property
    def request_headers(self) -> list[str]:
        """Headers that the functions read which the view calls."""
        readers = {
            "write_unit": "IdempotencyKey",
            "if_match": "IfMatch",
            "if_match_given": "IfMatchGiven",
            "last_event_id": "LastEventId",
        }
        return [header for function, header in readers.items() if function in self.called]

    @property
    def gives_version(self) -> bool:
        """Whether the answer carries an ETag."""
        return "version" in self.keywords or "versioned" in self.called


def complete(document: Json, app: Flask, audience: Audience, forms: Mapping[str, Json]) -> None:
    """Add to a generated description, in place.

    ``forms``: the schema of the multipart form that an operation (by its id) takes as well as JSON.
    """
    views = dict(_views(app))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if form := forms.get(operation["operationId"]):
                document["components"]["schemas"][form["title"]] = form
                shape = {"schema": {"$ref": f"#/components/schemas/{form['title']}"}}
                operation["requestBody"]["content"]["multipart/form-data"] = shape
            _complete_operation(operation, method, views[method, path], audience)
    parts: Json = {"headers": HEADERS, "parameters": PARAMETERS, "responses": _problem_responses(document)}
    document["components"] |= {kind: deepcopy(dict(found)) for kind, found in parts.items()}
    _tidy(document)
    for name in _forms(document):
        for member in document["components"]["schemas"][name]["properties"].values():
            _without_null(member)


def _views(app: Flask) -> Iterator[tuple[tuple[str, str], View]]:
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            yield (method.lower(), path), unwrap(app.view_functions[rule.endpoint])


def _complete_operation(operation: Json, method: str, view: View, audience: Audience) -> None:
    verb, code = getattr(view, "__needs__", PUBLIC), Code.of(view)
    open_to_all = verb == PUBLIC or verb in audience.anonymous
    operation["security"] = [{}, {"bearer": []}] if open_to_all else [{"bearer": []}]
    if "tags" in operation:
        # The framework keeps them in a set, whose order differs from run to run.
        operation["tags"] = sorted(operation["tags"])
    asked = [*code.request_headers, *(["IfNoneMatch"] if "304" in operation["responses"] else [])]
    for parameter in operation.get("parameters", ()):
        _without_null(parameter["schema"])
    if asked:
        operation.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in asked)
    possible = {401, 422, 503}
    possible |= {403} if verb != PUBLIC and verb not in audience.everybody else set()
    possible |= {413, 415} if "requestBody" in operation and method in WRITING else set()
    possible |= {409} if "IdempotencyKey" in asked else set()
    possible |= {412, 428} if "IfMatch" in asked else set()
    possible |= {412} if "IfMatchGiven" in asked else set()
    found = {**problems(*possible), **operation["responses"]}
    operation["responses"] = {status: found[status] for status in sorted(found, key=str)}
    for status, response in operation["responses"].items():
        _add_headers(response, _answer_headers(str(status), code))


def _answer_headers(status: str, code: Code) -> Mapping[str, str]:
    if not status.startswith(("2", "3")):
        return PROBLEM_HEADERS.get(status, {})
    version = {"ETag": "ETag"} if code.gives_version else {}
    replayed = {"Idempotent-Replayed": "IdempotentReplayed"} if "write_unit" in code.called else {}
    return version | replayed


def _add_headers(response: Json, headers: Mapping[str, str]) -> None:
    if headers:
        references = {header: {"$ref": f"#/components/headers/{name}"} for header, name in headers.items()}
        response["headers"] = {**response.get("headers", {}), **references}


def _problem_responses(document: Json) -> Json:
    """Replace equal problem responses by references; returns what they refer to."""
    found: Json = {}
    for operations in document["paths"].values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if "application/problem+json" not in response.get("content", ()):
                    continue
                name = f"Problem{status}"
                if found.setdefault(name, deepcopy(response)) == response:
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(found.items()))


def _forms(document: Json) -> set[str]:
    bodies = (one.get("requestBody", {}) for operations in document["paths"].values() for one in operations.values())
    shapes = (body.get("content", {}).get("multipart/form-data") for body in bodies)
    return {shape["schema"]["$ref"].rpartition("/")[2] for shape in shapes if shape}


def _without_null(schema: Json) -> None:
    """Make optional what pydantic calls nullable: a member of a query or form is there or not, and never null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if "default" in schema and schema["default"] is None:
        del schema["default"]
    if len(kinds) == 1:
        del schema["anyOf"]
        schema.update(kinds[0])
    elif kinds:
        schema["anyOf"] = kinds


def _tidy(part: Any) -> None:
    """Write whole numbers as such: the framework makes ``minimum: 1`` into 1.0."""
    for key, value in list(part.items() if isinstance(part, dict) else enumerate(part)):
        if isinstance(value, float) and value.is_integer():
            part[key] = int(value)
        elif isinstance(value, dict | list):
            _tidy(value)
