"""Files of parts: handed in, checked as a whole, merged or refused; exported and read in again."""

import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from click.testing import CliRunner
from sqlalchemy import text

from app.cli.parts import parts as command
from app.grid.rules.coordinates import from_wgs84
from app.parts import jobs
from app.parts.errors import PartImportNotFound
from app.parts.service import files, importing
from tests.factories.cases import NEAR
from tests.factories.parts import HEADER, LAMP_CODE, csv_bytes, handed_in, row_of, some_parts

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)


def stored(session):
    return session.execute(
        text("SELECT p.*, o.code AS owner FROM parts p LEFT JOIN organizations o ON o.id = owner_id ORDER BY p.code")
    ).all()


def test_a_file_is_brought_in_as_it_says(api, session, city):
    rows = [row_of(city, 1), row_of(city, 2, state="破损", owner="", name="'=1+1", surveyed_on="")]
    done = handed_in(api, csv_bytes(rows))
    assert (done["status"], done["faults"]) == ("accepted", [])
    assert done["counts"] == {"rows": 2, "faults": 0, "added": 2, "changed": 0, "retired": 0}
    first, second = stored(session)
    assert (first.code, first.owner, first.state, first.cell_code) == (
        LAMP_CODE.format(1),
        "U02",
        "intact",
        "310101001001001",
    )
    assert (second.owner, second.state, second.name, second.surveyed_on) == (None, "damaged", "=1+1", None)
    listed = api.get("admin", "/parts/imports")["items"]
    assert [one["id"] for one in listed] == [done["id"]]
    actions = session.execute(text("SELECT detail FROM admin_changes WHERE action = 'part.import'")).scalars().all()
    assert [one["counts"]["added"] for one in actions] == [2]


def test_the_same_file_again_changes_nothing_and_another_what_it_says(api, session, city):
    handed_in(api, csv_bytes([row_of(city, 1), row_of(city, 2)]))
    assert handed_in(api, csv_bytes([row_of(city, 1), row_of(city, 2)]))["counts"]["changed"] == 0
    short = ("code", "state", "lon", "lat")
    counts = handed_in(api, csv_bytes([row_of(city, 1, state="missing")], short))["counts"]
    assert (counts["added"], counts["changed"]) == (0, 1)
    first, second = stored(session)
    assert (first.state, first.owner, first.name, first.version) == ("missing", "U02", "路灯 1", 2)
    assert second.version == 1


def test_a_file_that_replaces_retires_what_it_does_not_name_in_its_districts(api, session, city):
    some_parts(session, city, NOW, count=3)
    far = city.spot("310102001001001")
    elsewhere = row_of(city, 1, code="31010201002000001", lon=str(far[0]), lat=str(far[1]))
    handed_in(api, csv_bytes([elsewhere]))
    foreseen = handed_in(api, csv_bytes([row_of(city, 1)]), mode="replace", dry_run="true")
    assert (foreseen["status"], foreseen["counts"]["added"], foreseen["counts"]["retired"]) == ("checked", 1, 3)
    done = handed_in(api, csv_bytes([row_of(city, 1)]), mode="replace")
    assert done["counts"]["retired"] == 3
    assert [(row.state == "retired") for row in stored(session)] == [True] * 3 + [False, False]
    revived = handed_in(api, csv_bytes([row_of(city, 1, state="retired")]))
    assert revived["counts"]["changed"] == 1
    assert handed_in(api, csv_bytes([row_of(city, 1)]))["counts"]["changed"] == 1
    assert {row.retired_at for row in stored(session) if row.state != "retired"} == {None}


def test_every_fault_is_named_by_its_row_and_nothing_comes_in(api, session, city):
    rows = [
        row_of(city, 1),
        row_of(city, 2, owner="nobody"),
        row_of(city, 3, lon="120.0"),
        row_of(city, 4, lon="x"),
        row_of(city, 1, name="twice"),
        row_of(city, 6, code="31010201002000006"),
    ]
    done = handed_in(api, csv_bytes(rows))
    assert done["status"] == "refused"
    assert [(one["row"], one["kind"]) for one in done["faults"]] == [
        (3, "unknown-owner"),
        (4, "outside-city"),
        (5, "bad-position"),
        (7, "wrong-district"),
        (6, "duplicate-code"),
    ]
    assert done["counts"]["faults"] == 5
    assert stored(session) == []


@pytest.mark.parametrize(
    ("data", "form", "kind"),
    [
        (b"", {}, "unreadable"),
        (b"code;name\n1;2\n", {}, "unreadable"),
        (b"code,lon,lat\n", {}, "empty"),
        (b"SQLite format 3\x00rubbish", {}, "unreadable"),
        (b'code,lon,lat\n"1,2,3', {}, "unreadable"),
        (b"code,lon,lat\n1,2,3\n", {"crs": "EPSG:2412"}, "wrong-crs"),
        (b"code,lon,lat\n1,2,3\n", {"fields": '{"owner": "权属"}'}, "unreadable"),
        (b"code,lon,lat\n\xff\xff\xff,1,1\n", {}, "unreadable"),
    ],
)
def test_files_that_cannot_be_read(api, data, form, kind):
    done = handed_in(api, data, **form)
    assert (done["status"], [one["kind"] for one in done["faults"]]) == ("refused", [kind])


def test_other_columns_coordinates_encodings_and_lines(api, session, city):
    lon, lat = city.spot()
    moved = from_wgs84(lon, lat, "gcj02")
    header = "部件编码\t经度\t纬度\t名称\n"
    data = f"{header}{LAMP_CODE.format(1)}\t{moved[0]}\t{moved[1]}\t路灯\n".encode("gb18030")
    fields = '{"code": "部件编码", "lon": "经度", "lat": "纬度", "name": "名称"}'
    assert handed_in(api, data, crs="gcj02", fields=fields)["counts"]["added"] == 1
    line = f"LINESTRING ({lon} {lat}, {lon + 0.00005} {lat})"
    wkt = f'code,wkt\n{LAMP_CODE.format(2)},"{line}"\n{LAMP_CODE.format(3)},POINT ({lon} {lat})\n'.encode()
    assert handed_in(api, wkt)["counts"]["added"] == 2
    found = session.execute(text("SELECT name, GeometryType(geom) AS kind, ST_X(ST_Centroid(geom)) x FROM parts")).all()
    assert [(row.name, row.kind) for row in found] == [("路灯", "POINT"), (None, "LINESTRING"), (None, "POINT")]
    assert found[0].x == pytest.approx(lon, abs=1e-6)


def test_a_geopackage_in_the_citys_projection(api, session, city, tmp_path):
    lon, lat = city.spot()
    path = tmp_path / "parts.gpkg"
    points = shapely.to_wkb(shapely.points([lon, lon], [lat, lat]))
    codes = np.array([LAMP_CODE.format(1), LAMP_CODE.format(2)], dtype=object)
    pyogrio.raw.write(
        path, points, [codes], ["bjbm"], layer="lamps", driver="GPKG", geometry_type="Point", crs="EPSG:4490"
    )
    done = handed_in(api, path.read_bytes(), "parts.gpkg", fields='{"code": "bjbm"}')
    assert (done["status"], done["counts"]["added"]) == ("accepted", 2), done
    assert {row.cell_code for row in stored(session)} == {"310101001001001"}


@pytest.mark.parametrize("kind", ["csv", "gpkg"])
def test_what_is_exported_is_read_in_again(api, session, city, kind):
    codes = some_parts(session, city, NOW)
    session.execute(text("UPDATE parts SET name = '=SUM(1)', owner_id = NULL WHERE code = :code"), {"code": codes[0]})
    line = "UPDATE parts SET geom = ST_MakeLine(geom, ST_Translate(geom, 0.00001, 0)) WHERE code = :code"
    session.execute(text(line), {"code": codes[1]})
    session.commit()
    before = stored(session)
    data = api.client.get(f"/api/v1/parts/export.{kind}?area={NEAR}", headers=api.headers("operator")).get_data()
    if kind == "csv":
        assert data.startswith(b"\xef\xbb\xbfcode,")
        assert b"'=SUM(1)" in data
    counts = handed_in(api, data)["counts"]
    assert (counts["rows"], counts["added"], counts["changed"]) == (5, 0, 0)
    assert stored(session) == before


@pytest.mark.parametrize("kind", ["csv", "gpkg"])
def test_an_empty_register_is_a_file_too(api, kind):
    answer = api.client.get(f"/api/v1/parts/export.{kind}", headers=api.headers("operator"))
    assert answer.status_code == 200
    assert len(answer.get_data()) > 50


def test_imports_are_the_administrators(api, city):
    data = {"file": (io.BytesIO(csv_bytes([row_of(city, 1)])), "parts.csv")}
    api.call("operator", "POST", "/parts/imports", 403, data=data)
    api.get("operator", "/parts/imports", 403)
    missing = "00000000-0000-0000-0000-000000000001"
    assert api.get("admin", f"/parts/imports/{missing}", 404)["type"] == "/problems/part-import-not-found"


def test_a_job_that_runs_twice_has_one_effect(api, session, city):
    done = handed_in(api, csv_bytes([row_of(city, 1)]))
    jobs.import_file(done["id"])
    assert api.get("admin", f"/parts/imports/{done['id']}") == done
    with pytest.raises(PartImportNotFound):
        importing.find_import(session, "00000000-0000-0000-0000-000000000001")


def test_what_is_the_same_is_not_written(api, session, city):
    rows = [row_of(city, 1), row_of(city, 2), row_of(city, 3, owner="", surveyed_on="")]
    handed_in(api, csv_bytes(rows))
    places = text("SELECT code, ctid, xmin, xmax FROM parts ORDER BY code")
    before = session.execute(places).all()
    rows[1]["state"] = "missing"
    assert handed_in(api, csv_bytes(rows))["counts"]["changed"] == 1
    after = session.execute(places).all()
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]


def test_an_import_that_breaks_off_goes_on(api, session, city, monkeypatch):
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(importing, "BATCHES_AT_ONCE", 2)
    merge, merged = importing.merge_piece, []

    def breaking(session, verdict, piece, *, now):
        merged.append(piece.count(b"\n"))
        if len(merged) == 2:
            raise ConnectionError
        return merge(session, verdict, piece, now=now)

    monkeypatch.setattr(importing, "merge_piece", breaking)
    data = {"file": (io.BytesIO(csv_bytes([row_of(city, serial) for serial in range(1, 6)])), "parts.csv")}
    import_id = api.call("admin", "POST", "/parts/imports", 202, data=data).get_json()["id"]
    with pytest.raises(ConnectionError):
        jobs.import_file(import_id)
    assert len(stored(session)) == 2
    jobs.import_file(import_id)
    done = api.get("admin", f"/parts/imports/{import_id}")
    assert (done["status"], done["counts"]["rows"], done["counts"]["added"]) == ("accepted", 5, 3)
    assert merged == [2, 2, 2, 2, 1]
    assert [row.version for row in stored(session)] == [1] * 5


def test_parts_follow_the_grid(api, session, city):
    codes = some_parts(session, city, NOW, count=2)
    session.execute(text("UPDATE parts SET cell_code = '310101' WHERE code = :code"), {"code": codes[0]})
    session.commit()
    jobs.relocate(0)
    jobs.relocate(60)
    found = {row.code: (row.cell_code, row.version) for row in stored(session)}
    assert found == dict.fromkeys(codes, ("310101001001001", 1))


def test_the_command_line(api, session, city, tmp_path, monkeypatch):
    monkeypatch.setattr("app.cli.system.connect", lambda: None)
    path = tmp_path / "parts.csv"
    path.write_bytes(csv_bytes([row_of(city, 1), row_of(city, 2)]))
    run = CliRunner().invoke
    assert "2 added" in run(command, ["import", str(path), "--dry-run"]).output
    assert stored(session) == []
    assert "2 added" in run(command, ["import", str(path), "--scheme", city.types["01002"].scheme]).output
    for name in ("out.csv", "out.gpkg"):
        out: Path = tmp_path / name
        assert run(command, ["export", str(out), "--type", "01002"]).exit_code == 0
        assert "0 added, 0 changed" in run(command, ["import", str(out)]).output
    path.write_bytes(csv_bytes([row_of(city, 1, state="fine")], HEADER))
    refused = run(command, ["import", str(path)])
    assert refused.exit_code == 1
    assert "row 2: unknown-state" in refused.output
    assert run(command, ["import", str(path), "--field", "x"]).exit_code == 1
