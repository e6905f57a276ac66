"""The product's own sources, as the guards read them."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product by its path from the root, such as ``app/core/db.py``."""
    paths = sorted((ROOT / "app").rglob("*.py"))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def nodes(kind: type[ast.AST] | tuple[type[ast.AST], ...]) -> Iterator[tuple[str, ast.AST]]:
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, kind):
                yield path, node


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of an expression, with an empty part for what is not a name."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def tracked() -> list[Path]:
    """Files that git keeps, as they are now; where there is no git, everything that `.gitignore` does not name."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        return sorted(_walked())
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def _walked() -> Iterator[Path]:
    ignored = [".git", *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines())]
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = [name for name in folders if not _named(here / name, ignored)]
        yield from (ROOT / here / name for name in files if not _named(here / name, ignored))


def _named(path: Path, patterns: list[str]) -> bool:
    return any(fnmatch(str(path) if "/" in pattern else path.name, pattern) for pattern in patterns)
