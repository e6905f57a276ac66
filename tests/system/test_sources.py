"""What the sources promise about themselves, held by reading them."""

from __future__ import annotations

import ast

from tests.system.sources import ROOT, dotted, modules, nodes

FEATURE_FILES = {"errors", "rules", "models", "schemas", "queries", "service", "jobs", "views"}
NOT_FEATURES = {"core", "cli"}
# Who may ask the machine what time it is, beside core/clock.py: a client that tells a story as a phone would.
OTHER_CLOCKS = {"app/cli/demo_story.py"}
# Who may look into the environment, beside core/config.py, and why:
OTHER_ENVIRONMENTS = {
    "app/core/metrics.py": "the metrics library itself reads the variable and is only told from here",
    "app/cli/system.py": "migrating needs the owner's address alone, on machines that have no other setting",
}
FORBIDDEN_NAMES = ("util", "utils", "helper", "helpers", "common", "manager", "managers", "misc")


def test_there_is_one_commit():
    found = [path for path, node in nodes(ast.Attribute) if node.attr == "commit"]
    assert found == ["app/core/db.py"], "only the unit of work commits: take its session instead"


def test_one_place_reads_the_clock():
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    clocks |= {f"datetime.{clock}" for clock in clocks}
    found = {path for path, node in nodes(ast.Attribute) if dotted(node) in clocks}
    assert found - OTHER_CLOCKS == {"app/core/clock.py"}, "take `now` as an argument"
    assert found >= OTHER_CLOCKS


def test_one_place_reads_the_environment():
    readers = {"os.environ", "os.getenv", "os.environb"}
    found = {path for path, node in nodes(ast.Attribute) if dotted(node) in readers}
    found |= {
        path for path, node in nodes(ast.ImportFrom) if node.module == "os" and _names(node) & {"environ", "getenv"}
    }
    assert found - OTHER_ENVIRONMENTS.keys() == {"app/core/config.py"}, "add a setting to core/config.py"
    assert found >= OTHER_ENVIRONMENTS.keys()


def _names(node: ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}


def test_modules_and_functions_can_be_read_at_once():
    long_modules = [path for path in modules() if (ROOT / path).read_text(encoding="utf-8").count("\n") > 400]
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    long_functions = [
        f"{path}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path, node in nodes(functions)
        if node.end_lineno - node.lineno + 1 > 40
    ]
    assert long_modules == []
    assert long_functions == []


def test_imports_stand_at_the_top():
    found = [
        f"{path}:{inner.lineno}"
        for path, node in nodes((ast.FunctionDef, ast.AsyncFunctionDef))
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == [], "an import inside a function hides a cycle"


def test_names_say_what_a_thing_is():
    stems = [path for path in modules() if path.removesuffix(".py").rpartition("/")[2] in FORBIDDEN_NAMES]
    folders = [path for path in modules() if set(path.split("/")[:-1]) & set(FORBIDDEN_NAMES)]
    classes = [
        f"{path}:{node.lineno} {node.name}"
        for path, node in nodes(ast.ClassDef)
        if node.name.endswith(("Manager", "Helper", "Helpers", "Utils", "Handler"))
    ]
    assert (stems, folders, classes) == ([], [], [])


def test_a_feature_has_at_most_the_eight_files():
    strangers = []
    for folder in sorted((ROOT / "app").iterdir()):
        if not folder.is_dir() or folder.name in NOT_FEATURES or folder.name == "__pycache__":
            continue
        parts = {part.name.removesuffix(".py") for part in folder.iterdir()} - {"__init__", "__pycache__"}
        strangers += [f"{folder.name}/{part}" for part in sorted(parts - FEATURE_FILES)]
    assert strangers == [], "see docs/adr/0001-package-by-feature.md"
