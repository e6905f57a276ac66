"""The page about the workflow is the table, and the problems have their pages."""

import doctest
from pathlib import Path

import pytest

from app.accounts.rules import Role
from app.cases import errors
from app.cases.rules import (
    ACTION_NAMES,
    FACT_TEXTS,
    STATE_NAMES,
    Action,
    Fact,
    Source,
    Stage,
    State,
    chain,
    picture,
)
from app.core.errors import DomainError

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_is_written_from_the_table():
    written = (DOCS / "workflow.md").read_text(encoding="utf-8")
    assert written == picture.page(), "run: python -m app.cases.rules.picture > docs/workflow.md"


def test_the_picture_has_every_state_and_every_change_of_state():
    drawn = picture.mermaid()
    for state in State:
        assert f"    {state}: {state} {STATE_NAMES[state]}\n" in drawn
    assert "    handling --> on_hold: decide_hold\n" in drawn
    assert "force_close" not in drawn


def test_everything_has_a_name_in_both_languages():
    assert set(ACTION_NAMES) == set(Action)
    assert set(STATE_NAMES) == set(State)
    assert set(FACT_TEXTS) == set(Fact)
    assert all(text.en.endswith(".") and text.zh for text in FACT_TEXTS.values())


@pytest.mark.parametrize(
    "error",
    [
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, DomainError) and one.__module__ == errors.__name__
    ],
)
def test_each_problem_has_its_page(error):
    page = (DOCS / "problems" / f"{error.slug}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {error.title}\n")


def test_examples_are_true():
    assert doctest.testmod(chain).attempted > 0
    assert doctest.testmod(chain).failed == 0


def test_the_glossary_knows_every_word_of_the_workflow():
    glossary = (DOCS / "glossary.md").read_text(encoding="utf-8")
    for words in (State, Action, Source, Stage, Role):
        assert [word for word in words if f"`{word}`" not in glossary] == []
    for names in (STATE_NAMES, ACTION_NAMES):
        for word, name in names.items():
            assert f"| {name} |" in glossary, word
