"""Every way in says who may use it, and every permission is one of the table."""

from __future__ import annotations

import ast

import pytest
from flask_openapi3 import OpenAPI

from app.accounts.rules import VERBS
from app.core.auth import PUBLIC
from app.core.config import Config
from app.factory import create_app
from tests.system.sources import dotted, modules

# The pages of the API reference come with a library and show nothing but the description.
REFERENCE = ("openapi.", "swagger.")


@pytest.fixture(scope="module")
def described() -> OpenAPI:
    """The application, with a database that is never asked."""
    settings = {"FIELDGRID_APP_DATABASE_URL": "postgresql+psycopg2://nobody@127.0.0.1:1/none"}
    keys = {
        "FIELDGRID_SECRET_KEY": "for guards only, never for serving",
        "FIELDGRID_DATA_KEY": "for guards only too, " * 3,
    }
    return create_app(Config.from_env(settings | keys))


def test_every_view_says_who_may_call_it(described: OpenAPI):
    bare = [
        name
        for name, view in described.view_functions.items()
        if not name.startswith(REFERENCE) and getattr(view, "__needs__", None) is None
    ]
    assert bare == [], "mark each view with @needs(verb) or @public"


def test_every_verb_is_in_the_table(described: OpenAPI):
    used = {getattr(view, "__needs__", PUBLIC) for view in described.view_functions.values()} - {PUBLIC}
    assert used <= set(VERBS), "add the verb to app/accounts/rules/roles.py"


def _decorators(node: ast.FunctionDef) -> list[str]:
    return [dotted(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list]


def _views() -> list[tuple[str, ast.FunctionDef]]:
    """Functions of the sources that hang on a route."""
    routes = {"get", "post", "put", "patch", "delete", "route"}
    return [
        (path, node)
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any("." in name and name.rpartition(".")[2] in routes for name in _decorators(node))
    ]


def test_a_view_is_marked_once(described: OpenAPI):
    twice = [f"{path} {node.name}" for path, node in _views() if len({"needs", "public"} & set(_decorators(node))) != 1]
    twice += [f"{path} {node.name}" for path, node in _views() if _decorators(node).count("needs") > 1]
    assert _views()
    assert twice == []


def test_headers_are_read_by_the_view_itself():
    """The description says which operations take Idempotency-Key and If-Match by looking into the view."""
    views = {(path, node.name) for path, node in _views()}
    readers = {"write_unit", "if_match", "unchanged"}
    elsewhere = [
        f"{path} {node.name}"
        for path, tree in modules().items()
        if "/views" in path
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and (path, node.name) not in views
        and node.name != "versioned"
        and any(isinstance(call, ast.Call) and dotted(call.func) in readers for call in ast.walk(node))
    ]
    assert elsewhere == []


def test_an_answer_of_a_writing_unit_is_kept(described: OpenAPI):
    """`answer` stores what is said for the Idempotency-Key; another response in `write_unit` would be forgotten."""
    forgetful = []
    for path, node in _views():
        for block in ast.walk(node):
            if isinstance(block, ast.With) and any(_is_call(item.context_expr, "write_unit") for item in block.items):
                returned = [one for one in ast.walk(block) if isinstance(one, ast.Return)]
                answered = [one for one in returned if _is_call(one.value, "answer")]
                forgetful += [f"{path} {node.name}"] * (len(answered) != len(returned) or not returned)
    assert forgetful == []


def _is_call(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func) == name
