"""`./fieldgrid papers`."""

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app.cli import papers as commands
from app.core.db import unit_of_work
from tests.factories.cases import a_new_photo, to_state
from tests.factories.notices import a_committed_case, a_committed_city

pytestmark = [pytest.mark.committed, pytest.mark.slow]


@pytest.fixture
def run(committed, monkeypatch):
    """Runs a command on the test's database; gives (exit code, what it said)."""
    monkeypatch.setattr(commands, "connect", lambda: None)

    def invoke(*words):
        done = CliRunner().invoke(commands.papers, [str(word) for word in words])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return invoke


def test_specimens_use_up_no_number(run, now, tmp_path):
    assert run("specimens", tmp_path)[0] == 1
    city = a_committed_city()
    with unit_of_work() as session:
        photo = a_new_photo(session, city.who(session, "citizen", now), now)
    number = a_committed_case(city, now, photo_ids=[photo])
    with unit_of_work() as session:
        to_state(session, city, number, "handling", now)
    code, said = run("specimens", tmp_path / "papers")
    assert code == 0, said
    made = sorted(path.name for path in (tmp_path / "papers").glob("*.pdf"))
    assert made == ["case-file.pdf", "rectification.pdf", "supervision.pdf"]
    with unit_of_work() as session:
        left = session.execute(text("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM document_series)"))
        assert tuple(left.one()) == (0, 0)
    assert run("specimens", tmp_path, "--case", "20990101-000001")[0] == 1


def test_kinds_are_shown_and_changed(run):
    assert "城管督〔{year}〕{serial}号" in run("kinds")[1]
    assert (
        run("change", "supervision", "--number-format", "督〔{year}〕{serial}", "--issuing-role", "supervisor")[0] == 0
    )
    assert "督〔{year}〕{serial}" in run("kinds")[1]
    code, said = run("change", "supervision", "--number-format", "{serial}")
    assert (code, "needs {year}" in said) == (1, True)
    assert run("change", "supervision")[0] == 2
    assert run("change", "praise", "--basis", "x")[0] == 1
