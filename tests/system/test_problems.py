"""Every error that can be answered has a page that says what to do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import app.factory
import app.worker  # noqa: F401 -- both together import every feature's errors
from app.core.errors import DomainError
from app.core.problems import FRAMEWORK, status_of
from tests.system.sources import ROOT

PAGES = ROOT / "docs" / "problems"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def kinds(of: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for kind in of.__subclasses__():
        if kind.__module__.startswith("app."):
            yield kind
            yield from kinds(kind)


def _slugs() -> set[str]:
    return {kind.slug for kind in kinds()} | {slug for slug, _ in FRAMEWORK.values()} | {"internal"}


def test_every_problem_has_a_page_with_a_title():
    wanting = [
        slug
        for slug in sorted(_slugs())
        if not SLUG.fullmatch(slug)
        or not (page := PAGES / f"{slug}.md").is_file()
        or not re.match(r"# \S.*\n\n\S", page.read_text(encoding="utf-8"))
    ]
    assert wanting == [], "write docs/problems/<slug>.md: a title line, what it means, what to do"


def test_every_page_is_about_a_problem_that_can_happen():
    assert {page.stem for page in PAGES.glob("*.md")} - _slugs() == set()


def test_a_slug_means_one_thing():
    """Two classes may share a slug only to say the same thing at two places; a status may differ with the place."""
    meant = defaultdict(set)
    for kind in kinds():
        meant[kind.slug].add(kind.title)
    assert {slug: found for slug, found in meant.items() if len(found) > 1} == {}


def _status(kind: type[DomainError]) -> int:
    return status_of(kind.__new__(kind))


def test_every_error_has_a_status_and_a_sentence():
    assert [kind.__name__ for kind in kinds() if _status(kind) == 500] == []
    assert [kind.__name__ for kind in kinds() if not kind.title.strip() or kind.title.endswith(".")] == []
