"""Owners of parts and shopfront contracts: their import, and how they come before rules."""

import json
from datetime import date

import numpy as np
import pyogrio.raw
import pytest
import shapely
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.catalog.schemas import TypeRef
from app.catalog.service import find_type
from app.cli.routing import routing as command
from app.grid import service as grid
from app.routing import service
from app.routing.errors import BadBindings
from tests.factories.catalog import SCHEME, a_type
from tests.factories.grid import a_grid, centre
from tests.factories.routing import a_territory, a_unit, rules

pytestmark = pytest.mark.slow

TODAY = date(2026, 3, 10)
CELL = "310101001001001"
WIDTH = 0.0001


@pytest.fixture
def city(session, now):
    areas = a_grid(session, now=now, side=2)
    for code in ("U01", "U02", "U03", "POWER", "GAS"):
        a_unit(session, code)
    a_territory(session, "310101001")
    a_type(session)
    a_type(session, code="07010", name="店外经营")
    a_type(session, kind="part", code="01001", name="上水井盖")
    rules(session, {"lead": "U02"})
    return areas


def a_type_row(session, kind="matter", code="06010"):
    return find_type(session, TypeRef(scheme=SCHEME, kind=kind, code=code))


def routed(session, city, *, kind="matter", code="06010", part=None, at=None, on=TODAY):
    lon, lat = at or centre(city, CELL)
    type_row = a_type_row(session, kind, code) if kind else None
    place = grid.locate(session, lon, lat)
    bound = service.bound(session, type_row=type_row, part_code=part, lon=lon, lat=lat, on=on)
    return service.route(session, type_row=type_row, place=place, on=on, bound=bound)


# --- parts -----------------------------------------------------------------------------------------------------------


def parts(session, now, *rows, **named):
    told = [{"part": part, "owner": owner} for part, owner in rows]
    return service.import_part_owners(session, told, now=now, **named)


def test_the_parts_owner_answers_the_own_row_first_then_the_longest_beginning(session, city, now):
    parts(session, now, ("31*", "U01"), ("310101*", "GAS"), ("3101010203000017", "POWER"))
    for part, owner, of in (
        ("3101010203000017", "POWER", "3101010203000017"),
        ("3101010203000018", "GAS", "310101*"),
        ("3105", "U01", "31*"),
    ):
        found = routed(session, city, kind="part", code="01001", part=part)
        assert found.lead.code == owner
        assert found.trace[0]["for"] == f"owner of the part {of}"
        assert found.trace[0]["source"] == "part_owner"
    assert routed(session, city, kind="part", code="01001", part="99").lead.code == "U02"
    assert routed(session, city, kind=None, part="3105").lead.code == "U01"
    # Litter beside a lamp is not the lamp's owner's.
    assert routed(session, city, part="3105").trace[0]["source"] == "rule"


def test_owners_hold_on_their_days(session, city, now):
    rows = [
        {"part": "A1", "owner": "GAS", "valid_to": "2026-03-10"},
        {"part": "A1", "owner": "POWER", "valid_from": "2026-03-10"},
    ]
    service.import_part_owners(session, rows, now=now)
    asked = {"kind": "part", "code": "01001", "part": "A1"}
    assert routed(session, city, **asked).lead.code == "POWER"
    assert routed(session, city, **asked, on=date(2026, 3, 9)).lead.code == "GAS"


def test_a_list_of_parts_is_the_whole_list_and_keeps_what_says_the_same(session, city, now):
    assert parts(session, now, ("A*", "GAS"), ("B1", "POWER")) == service.Bindings(2, 2, 0)
    assert parts(session, now, ("A*", "GAS"), ("B1", "POWER")) == service.Bindings(2, 0, 0)
    assert parts(session, now, ("A*", "GAS"), ("C1", "POWER"), dry_run=True) == service.Bindings(2, 1, 1)
    kept = text("SELECT code FROM part_owners WHERE retired_at IS NULL ORDER BY code")
    assert session.execute(kept).scalars().all() == ["A", "B1"]
    assert parts(session, now, ("A*", "GAS"), ("C1", "POWER")) == service.Bindings(2, 1, 1)
    assert session.execute(kept).scalars().all() == ["A", "C1"]
    noted = text("SELECT detail FROM admin_changes WHERE action = 'part_owners.import' ORDER BY id")
    assert session.execute(noted).scalars().all()[-1] == {"total": 2, "added": 1, "retired": 1}


@pytest.mark.parametrize(
    ("rows", "pointer", "says"),
    [
        ([{"part": "", "owner": "GAS"}], "/part_owners/0/part", "code of a part"),
        ([{"part": "A B", "owner": "GAS"}], "/part_owners/0/part", "without spaces"),
        ([{"part": "*", "owner": "GAS"}], "/part_owners/0/part", "code of a part"),
        ([{"part": "A", "owner": ""}], "/part_owners/0/owner", "is empty"),
        ([{"part": "A", "owner": "GAS"}, {"part": "B", "owner": "X"}], "/part_owners/1/owner", "no organisation X"),
        ([{"part": "A", "owner": "GAS", "valid_from": "soon"}], "/part_owners/0/valid_from", "is no date"),
        (
            [{"part": "A*", "owner": "GAS"}, {"part": "A*", "owner": "POWER", "valid_from": "2027-01-01"}],
            "/part_owners/1/part",
            "row 0 is for the same",
        ),
    ],
)
def test_faults_of_parts_name_row_and_column_and_nothing_is_kept(session, city, now, rows, pointer, says):
    parts(session, now, ("Z", "GAS"))
    with pytest.raises(BadBindings) as wrong:
        service.import_part_owners(session, rows, now=now)
    assert wrong.value.faults[0].pointer == pointer
    assert says in wrong.value.faults[0].detail
    assert session.execute(text("SELECT code FROM part_owners WHERE retired_at IS NULL")).scalars().all() == ["Z"]


def test_the_database_refuses_two_owners_too(session, city, now):
    parts(session, now, ("A*", "GAS"))
    again = text("""
        INSERT INTO part_owners (id, said, code, is_prefix, organization_id, created_at)
        SELECT gen_random_uuid(), said, code, :prefix, organization_id, created_at FROM part_owners
    """)
    with session.begin_nested():
        session.execute(again, {"prefix": False})
    with pytest.raises(IntegrityError, match="ex_part_owners_one_owner"):
        session.execute(again, {"prefix": True})


# --- shopfronts ------------------------------------------------------------------------------------------------------


def box(at, *, east=0.0, width=WIDTH):
    lon, lat = at
    return shapely.box(lon + east, lat, lon + east + width, lat + width)


def feature(geometry, **properties):
    told = {"code": "M-1", "shop": "暖心面馆", "organization": "U03", **properties}
    return {"type": "Feature", "properties": told, "geometry": shapely.geometry.mapping(geometry)}


def geojson(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_the_contract_answers_for_matters_on_its_strip(session, city, now):
    at = centre(city, CELL)
    classes = {"scheme": SCHEME, "classes": "06"}
    data = geojson(feature(box(at), **classes), feature(box(at, east=WIDTH), code="M-2", organization="GAS"))
    assert service.import_shopfronts(session, data, now=now) == service.Bindings(2, 2, 0)
    inside = (at[0] + WIDTH / 2, at[1] + WIDTH / 2)
    found = routed(session, city, at=inside)
    assert found.lead.code == "U03"
    assert (found.trace[0]["source"], found.trace[0]["for"]) == ("shopfront", "shopfront contract M-1 (暖心面馆)")
    assert found.trace[0]["for_zh"] == "门前三包合同 M-1 (暖心面馆)"
    # Another class, a part, and beside the strip: the rules answer.
    assert routed(session, city, code="07010", at=inside).lead.code == "U02"
    assert routed(session, city, kind="part", code="01001", at=inside).lead.code == "U02"
    assert routed(session, city, at=(at[0] - WIDTH, at[1])).lead.code == "U02"
    # A contract for all matters; on the common edge the lower number.
    assert routed(session, city, code="07010", at=(inside[0] + WIDTH, inside[1])).lead.code == "GAS"
    assert routed(session, city, at=(at[0] + WIDTH, inside[1])).lead.code == "U03"


def test_a_geopackage_says_the_same_as_a_geojson(session, city, now, tmp_path):
    at = centre(city, CELL)
    service.import_shopfronts(session, geojson(feature(box(at), scheme=SCHEME, classes="06")), now=now)
    path = tmp_path / "contracts.gpkg"
    told = {"code": "M-1", "shop": "暖心面馆", "organization": "U03", "scheme": SCHEME, "classes": "06"}
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb([shapely.MultiPolygon([box(at)])]),
        field_data=[np.array([value], dtype=object) for value in told.values()],
        fields=list(told),
        crs="EPSG:4326",
        geometry_type="MultiPolygon",
    )
    assert service.import_shopfronts(session, path.read_bytes(), now=now) == service.Bindings(1, 0, 0)


def test_faults_of_strips_name_their_place(session, city, now):
    at = centre(city, CELL)
    lon, lat = at
    bow = shapely.Polygon([(lon, lat), (lon + WIDTH, lat + WIDTH), (lon + WIDTH, lat), (lon, lat + WIDTH)])
    cases = [
        ([feature(bow)], "/contracts/0/geometry", "not valid"),
        ([feature(box((100.0, 30.0)))], "/contracts/0/geometry", "outside the city at 100.00005"),
        ([feature(shapely.Point(lon, lat))], "/contracts/0/geometry", "one polygon"),
        ([feature(box(at), shop="")], "/contracts/0/shop", "is empty"),
        ([feature(box(at), organization="X")], "/contracts/0/organization", "no organisation X"),
        ([feature(box(at), scheme=SCHEME, classes="99")], "/contracts/0/classes", "no matter class 99"),
        ([feature(box(at), scheme=SCHEME)], "/contracts/0/scheme", "leave it empty"),
        ([feature(box(at)), feature(box(at, east=1.0))], "/contracts/1/code", "row 0 is for the same"),
        (
            [feature(box(at)), feature(box(at, east=WIDTH / 2), code="M-2", scheme=SCHEME, classes="06")],
            "/contracts/1/geometry",
            f"the strip of row 0 (M-1) at {lon + WIDTH * 3 / 4:.7f}",
        ),
    ]
    for features, pointer, says in cases:
        with pytest.raises(BadBindings) as wrong:
            service.import_shopfronts(session, geojson(*features), now=now)
        assert wrong.value.faults[0].pointer == pointer
        assert says in wrong.value.faults[0].detail
    assert session.execute(text("SELECT count(*) FROM shopfront_contracts")).scalar() == 0


def test_the_same_ground_for_other_matters_or_other_days_is_no_tie(session, city, now):
    at = centre(city, CELL)
    one = feature(box(at), scheme=SCHEME, classes="06", valid_to="2027-01-01")
    other = feature(box(at), code="M-2", scheme=SCHEME, classes="07")
    later = feature(box(at), scheme=SCHEME, classes="06", valid_from="2027-01-01")
    sliver = feature(box(at, east=WIDTH * 0.9999), code="M-3", scheme=SCHEME, classes="06")
    found = service.import_shopfronts(session, geojson(one, other, later, sliver), now=now)
    assert found == service.Bindings(4, 4, 0)
    assert service.import_shopfronts(session, geojson(one), now=now) == service.Bindings(1, 0, 3)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"features": [1]}', b"SQLite format 3\x00 nonsense", b"PK\x03\x04"]
)
def test_a_file_that_cannot_be_read_says_so(session, city, now, data):
    with pytest.raises(BadBindings) as wrong:
        service.import_shopfronts(session, data, now=now)
    assert [fault.pointer for fault in wrong.value.faults] == ["/file"]


def test_who_is_bound_takes_one_statement_by_the_index(session, city, now, statements):
    at = centre(city, CELL)
    service.import_shopfronts(session, geojson(feature(box(at))), now=now)
    type_row = a_type_row(session)
    asked = {"lon": at[0], "lat": at[1], "on": TODAY}
    with statements() as sent:
        service.bound(session, type_row=type_row, part_code="A1", **asked)
    assert len(sent) == 1
    with statements() as sent:
        service.bound(session, type_row=a_type_row(session, "part", "01001"), part_code=None, **asked)
    assert sent == []
    session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = (
        "EXPLAIN SELECT 1 FROM shopfront_contracts s WHERE ST_Covers(s.geom, ST_SetSRID(ST_MakePoint(121, 31), 4326))"
    )
    assert any("ix_shopfront_contracts_geom" in row[0] for row in session.execute(text(plan)))


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_checks_imports_and_tells_every_fault(session, city, monkeypatch, tmp_path):
    monkeypatch.setattr("app.cli.routing.connect", lambda: None)
    session.commit()
    path = tmp_path / "parts.csv"
    path.write_text("part,owner\nA*,GAS\nB1,POWER\n", encoding="utf-8")
    told = CliRunner().invoke(command, ["import-parts", str(path), "--dry-run"])
    assert (told.exit_code, told.output) == (0, "2 in the file: 2 would be added, 0 would be ended\n")
    assert CliRunner().invoke(command, ["import-parts", str(path)]).output == "2 in the file: 2 added, 0 ended\n"
    path.write_text("part,owner\nA*,GAS\nB1,X\n", encoding="utf-8")
    told = CliRunner().invoke(command, ["import-parts", str(path)])
    assert told.exit_code == 1
    assert "- /part_owners/1/owner: there is no organisation X" in told.output
    strips = tmp_path / "contracts.geojson"
    strips.write_bytes(geojson(feature(box(centre(city, CELL)))))
    told = CliRunner().invoke(command, ["import-shopfronts", str(strips)])
    assert (told.exit_code, told.output) == (0, "1 in the file: 1 added, 0 ended\n")
