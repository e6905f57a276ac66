"""`./fieldgrid demo` is told to the end by a server that keeps its promises, and ends at the first one broken."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from werkzeug.serving import make_server

from app.cli import demo_story
from app.cli.demo_city.load import load_demo_city
from app.cli.demo_http import Caller, PromiseBroken
from app.cli.demo_story import STEPS, Story, tell
from app.cli.demo_story import demo_story as command
from app.core.db import Database, unit_of_work
from app.factory import create_app
from app.media.jobs import make_privacy_copy

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[2] / "grid_data"
NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture
def server(committed):
    """The address of a served demo city."""
    app = create_app(committed, Database.connect(committed))
    with unit_of_work() as session:
        load_demo_city(session, DATA, datetime.now(UTC), lambda _: None)
    listening = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    thread.join()
    listening.server_close()


def a_story(address):
    return Story(Caller(address), phone="13912345678", lon=121.4652, lat=31.2338, variant=4)


def do_the_workers_part(_line):
    with unit_of_work() as session:
        waiting = session.execute(text("SELECT id FROM photos WHERE privacy_at IS NULL")).scalars().all()
    for photo in waiting:
        make_privacy_copy(str(photo))


@pytest.mark.committed
def test_the_whole_story_is_told(server):
    lines = []
    tell(a_story(server), lambda line: (lines.append(line), do_the_workers_part(line)))
    assert len(lines) == len(STEPS)
    assert all(line.startswith("✓") for line in lines)
    assert "chain intact" in lines[-1]


@pytest.mark.committed
def test_it_ends_when_photos_never_become_public(server, monkeypatch):
    monkeypatch.setattr(demo_story, "PRIVACY_WAIT_S", 0.1)
    with pytest.raises(PromiseBroken, match="is the worker running"):
        tell(a_story(server), lambda _: None)


def test_it_ends_when_an_answer_has_another_shape(monkeypatch):
    monkeypatch.setattr(demo_story, "STEPS", (("上报  report", lambda _: {}["case"]),))
    with pytest.raises(PromiseBroken, match="another shape than documented"):
        tell(a_story(NOBODY_LISTENS), lambda _: None)


def test_the_command_fails_loudly_where_nobody_answers(settings):
    result = CliRunner().invoke(command, ["--url", NOBODY_LISTENS])
    assert result.exit_code == 1
    assert "./fieldgrid up" in result.stderr
