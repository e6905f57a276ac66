"""`./fieldgrid grid …` as a surveyor uses it."""

import json

import pyogrio
import pytest
from click.testing import CliRunner

from app.cli import grid as commands
from tests.factories.grid import geojson, made_city
from tests.grid.test_checking import INNER, replaced


@pytest.fixture
def run(database, settings, monkeypatch):
    monkeypatch.setattr(commands, "connect", lambda: None)
    return lambda *words: CliRunner().invoke(commands.grid, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "areas.geojson"
    path.write_bytes(geojson(made_city()))
    return path


def test_check_import_and_list(run, file):
    assert "no faults: 45 read, 45 added" in run("check", file).output
    assert run("areas").output == ""
    assert run("import", file, "--name", "name").exit_code == 0
    assert len(run("areas").output.splitlines()) == 45
    assert run("areas", "--level", "street").output.split()[:2] == ["310101001", "street"]
    assert len(run("areas", "--parent", "310101001001").output.splitlines()) == 9


def test_faults_are_printed_and_written_with_their_places(run, file, tmp_path):
    file.write_bytes(geojson([area for area in made_city() if area.code != INNER]))
    found = run("check", file, "--faults", tmp_path / "faults.geojson")
    assert found.exit_code == 1
    assert "1 faults: 1 gap" in found.output
    assert "(at 121.40" in found.output
    written = json.loads((tmp_path / "faults.geojson").read_bytes())
    assert written["features"][0]["geometry"]["type"] == "Polygon"
    assert run("import", file).exit_code == 1
    assert run("areas").output == ""


@pytest.mark.parametrize("suffix", [".geojson", ".gpkg"])
def test_repair_makes_a_file_that_is_accepted(run, file, tmp_path, suffix):
    inner = next(area.geom for area in made_city() if area.code == INNER)
    grown = inner.buffer(2e-7, join_style="mitre")
    file.write_bytes(geojson(replaced(made_city(), INNER, grown)))
    assert run("check", file).exit_code == 1
    out = tmp_path / f"mended{suffix}"
    told = run("repair", file, out)
    assert told.exit_code == 0
    assert "nothing is left to decide" in told.output
    assert "moved by up to" in told.output
    assert run("import", out).exit_code == 0
    assert pyogrio.read_info(out)["features"] == 45


def test_repair_says_what_it_cannot_decide(run, file, tmp_path):
    areas = [area._replace(code="310101001001001") if area.code == INNER else area for area in made_city()]
    file.write_bytes(geojson(areas))
    told = run("repair", file, tmp_path / "out.geojson").output
    assert "duplicate-code: 310101001001001 occurs again" in told


def test_repair_of_cells_alone_does_not_ask_for_the_areas_above(run, file, tmp_path):
    file.write_bytes(geojson(made_city()[-36:]))
    assert "nothing is left to decide" in run("repair", file, tmp_path / "out.geojson", "--level", "cell").output


def test_repair_of_what_cannot_be_read(run, file, tmp_path):
    file.write_bytes(b"not a map")
    told = run("repair", file, tmp_path / "out.geojson")
    assert told.exit_code == 1
    assert "unreadable" in told.output
    assert not (tmp_path / "out.geojson").exists()


def test_the_demo_city_is_made_by_its_own_generator(run, tmp_path):
    assert run("make-demo", "--help").exit_code == 0
