"""The console's tests make a form of every action: from the schemas that the API really gives."""

import json
from pathlib import Path

from app.cases.rules import MOVES, Action, schema_of

KEPT = Path(__file__).parents[2] / "web" / "tests" / "case" / "schemas.json"


def test_the_schemas_that_the_console_is_tested_with_are_these():
    """After a change of inputs: write `asked` into the file, sorted by key with two spaces."""
    asked = {str(one): schema_of(one, [move for move in MOVES if move.action is one]) for one in Action}
    assert json.loads(KEPT.read_text(encoding="utf-8")) == json.loads(json.dumps(asked))
