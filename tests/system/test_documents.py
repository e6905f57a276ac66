"""What the documents say about the code is true."""

from __future__ import annotations

import ast
import re

import pytest

from tests.system.sources import ROOT, modules

TOUR = ROOT / "docs" / "tour.md"
STOP = re.compile(r"\[`(app/[\w/]+\.py)`: `(\w+)`\]\(\.\./(app/[\w/]+\.py)\)")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


def test_every_stop_of_the_tour_is_there():
    stops = STOP.findall(TOUR.read_text(encoding="utf-8"))
    assert len(stops) >= 14
    for shown, name, linked in stops:
        assert shown == linked
        assert name in _names(linked), f"{linked} has no {name}: the tour is out of date"


def test_the_tour_leaves_no_stop_unnamed():
    text = TOUR.read_text(encoding="utf-8")
    assert len(re.findall(r"\(\.\./app/", text)) == len(STOP.findall(text))


def _names(path: str) -> set[str]:
    """Functions, classes and tables of a module, at its top."""
    found = set()
    for node in modules()[path].body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_documents_lead_somewhere(document):
    links = [link for link in LINK.findall(document.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_decisions_are_numbered_without_gaps_and_have_their_parts():
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {path.name[:4]} "), path.name
        for part in ("Context", "Decision", "Alternatives", "Consequences"):
            assert f"\n## {part}\n" in text, f"{path.name} has no {part}"
