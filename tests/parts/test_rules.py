"""Codes, states, proposals, rows of files, lines: over their whole domain."""

from datetime import date
from uuid import UUID

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from app.parts.rules import SETTABLE, PartState, code_problem, next_code, read_code, read_state
from app.parts.rules.checking import FileRows, Known, Located, check_rows, middles, placed, read_day
from app.parts.rules.codes import LAST_SERIAL, SHAPE
from app.parts.rules.distances import METRES_OF_DEGREE, box_around
from app.parts.rules.faults import MOST_FAULTS, FaultKind, Faults, PartFault
from app.parts.rules.guarding import guarded, unguarded
from app.parts.rules.lines import PartRows, lines_of
from app.parts.rules.proposals import MAY, NEEDS, ProposalKind, outcome, proposal_faults
from app.parts.rules.states import WORDS

TYPE, OTHER = UUID(int=1), UUID(int=2)
OWNER = UUID(int=3)
KNOWN = Known({"01001": (TYPE,), "0102": (TYPE, OTHER)}, {"U01": OWNER})
CODE = "31010101001000001"


@given(st.integers(110000, 829999), st.integers(0, 99999), st.integers(0, LAST_SERIAL), st.sampled_from([4, 5]))
def test_a_code_says_what_it_was_made_of(district, type_number, serial, digits):
    type_code = f"{type_number % 10**digits:0{digits}d}"
    found = read_code(f"{district}{type_code}{serial:06d}")
    assert found == (str(district), type_code, serial)
    assert found.text == f"{district}{type_code}{serial:06d}"
    assert code_problem(found.text) is None
    after = next_code(found.district, found.type_code, found.text)
    assert (after is None) if serial == LAST_SERIAL else (after.serial == serial + 1)


@given(st.text(max_size=20))
def test_whatever_is_no_code_has_a_problem(text):
    assert (read_code(text) is None) == (code_problem(text) is not None)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "missing"),
        ("3101010102000A17", "no code"),
        ("３１０１０１０１０２００００１７", "no code"),
        ("310101010200001", "15 digits"),
        ("310101010200000178", "18 digits"),
        ("0101010102000017", "begins with 0"),
    ],
)
def test_problems_of_codes(code, says):
    assert says in code_problem(code)


def test_the_first_code_of_a_type():
    assert next_code("310101", "0102", None).text == "3101010102000001"


def test_states_are_known_by_their_words():
    assert {read_state(state) for state in PartState} == set(PartState)
    assert set(WORDS.values()) == set(PartState)
    assert read_state(" 完好 ") is PartState.INTACT
    assert read_state("fine") is None
    assert set(PartState) - set(SETTABLE) == {PartState.RETIRED}


@pytest.mark.parametrize("kind", list(ProposalKind))
@given(st.frozensets(st.sampled_from(["type", "position", "part_code", "changes"])))
def test_a_proposal_says_what_its_kind_needs_and_no_more(kind, said):
    pointers = {fault.pointer.removeprefix("/") for fault in proposal_faults(kind, said)}
    assert pointers == (NEEDS[kind] - said) | (said - NEEDS[kind] - MAY[kind])


def test_what_accepted_proposals_write():
    assert outcome(ProposalKind.MISSING, {}, placed=False) == {"state": "missing"}
    assert outcome(ProposalKind.MOVED, {}, placed=True) == {"place": True}
    assert outcome(ProposalKind.CHANGED, {"name": "灯 1"}, placed=True) == {"name": "灯 1"}


def rows_of(count=1, **columns):
    given_ = {"codes": [f"31010101001{n:06d}" for n in range(1, count + 1)], **columns}
    geoms = given_.pop("geoms", np.asarray(shapely.points([121.4] * count, [31.2] * count), dtype=object))
    return FileRows(2, geoms=geoms, **given_)


def located(*cells, reasons=None):
    return Located(list(cells), reasons or [None] * len(cells))


def kinds(checked):
    return [(fault.row, fault.kind) for fault in checked.faults]


def test_a_sound_row_is_stored_as_it_says():
    rows = rows_of(types=["01001"], owners=["U01"], states=["破损"], names=["井"], surveyed_on=["2026/3/1"])
    checked = check_rows(rows, located("310101001001001"), KNOWN)
    assert checked.faults == []
    stored = checked.rows
    assert (stored.codes, stored.type_ids, stored.owner_ids) == ([CODE], [TYPE], [OWNER])
    assert (stored.states, stored.names, stored.surveyed_on) == (["damaged"], ["井"], [date(2026, 3, 1)])


def test_columns_that_the_file_lacks_are_unknown():
    stored = check_rows(rows_of(), located("310101001001001"), KNOWN).rows
    assert (stored.owner_ids, stored.states, stored.names, stored.surveyed_on) == ([None], ["intact"], [None], [None])


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"codes": ["12"]}, FaultKind.BAD_CODE),
        ({"codes": [None]}, FaultKind.BAD_CODE),
        ({"codes": ["31010199999000001"]}, FaultKind.UNKNOWN_TYPE),
        ({"codes": ["3101010102000001"]}, FaultKind.UNKNOWN_TYPE),
        ({"types": ["01002"]}, FaultKind.WRONG_TYPE),
        ({"owners": ["nobody"]}, FaultKind.UNKNOWN_OWNER),
        ({"states": ["fine"]}, FaultKind.UNKNOWN_STATE),
        ({"surveyed_on": ["2026-02-30"]}, FaultKind.BAD_DATE),
        ({"surveyed_on": ["yesterday"]}, FaultKind.BAD_DATE),
        ({"names": ["x" * 201]}, FaultKind.BAD_NAME),
        ({"names": ["a\x07b"]}, FaultKind.BAD_NAME),
    ],
)
def test_faults_of_rows(columns, kind):
    checked = check_rows(rows_of(**columns), located("310101001001001"), KNOWN)
    assert kinds(checked) == [(2, kind)]
    assert list(checked.rows.codes) == []


def test_faults_of_places():
    rows = rows_of(4)
    where = located("310101001001001", "310102001001001", None, None, reasons=[None, None, "outside", None])
    checked = check_rows(rows, where, KNOWN)
    assert kinds(checked) == [
        (3, FaultKind.WRONG_DISTRICT),
        (4, FaultKind.OUTSIDE_CITY),
        (5, FaultKind.BAD_POSITION),
    ]
    assert checked.rows.codes == [CODE]


def test_a_place_in_a_gap_of_the_city_belongs_to_every_district():
    assert check_rows(rows_of(), located("3101"), KNOWN).faults == []


def test_several_faults_of_a_row_are_all_named():
    rows = rows_of(codes=["12"], owners=["x"], states=["y"], types=["01001"])
    assert {fault.kind for fault in check_rows(rows, located(None), KNOWN).faults} == {
        FaultKind.BAD_CODE,
        FaultKind.UNKNOWN_OWNER,
        FaultKind.UNKNOWN_STATE,
        FaultKind.BAD_POSITION,
    }


def test_faults_are_counted_beyond_those_that_are_named():
    faults = Faults()
    faults.add(PartFault(row, None, FaultKind.BAD_CODE, "x") for row in range(MOST_FAULTS + 5))
    assert (faults.total, len(faults.first)) == (MOST_FAULTS + 5, MOST_FAULTS)


def test_a_point_is_where_it_is_and_a_line_where_its_middle_is():
    shapes = [shapely.Point(1, 2), shapely.LineString([(0, 0), (4, 0)]), shapely.box(0, 0, 1, 1), None]
    lons, lats = middles(np.array(shapes, dtype=object))
    assert lons.tolist()[:2] == [1, 2]
    assert lats.tolist()[:2] == [2, 0]
    assert np.isnan(lons[2:]).all()


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.box(0, 0, 1, 1),
        shapely.Point(1, 2, 3),
        shapely.Point(),
        shapely.Point(181, 0),
        shapely.Point(0, 91),
        shapely.LineString([(1, 1), (1, 1)]),
        shapely.LineString([(1, 1, 5), (1, 2, 5)]),
        shapely.MultiPoint([(1, 1), (2, 2)]),
    ],
)
def test_what_is_no_place(shape):
    assert placed(np.array([shape], dtype=object))[2].tolist() == [False]


@given(st.floats(-180, 180), st.floats(-80, 80), st.floats(1, 500))
def test_the_box_holds_the_circle(lon, lat, radius):
    west, south, east, north = box_around(lon, lat, radius)
    assert west <= lon <= east
    assert south <= lat <= north
    high = radius / METRES_OF_DEGREE
    assert south == -90 or south <= lat - high + 1e-12
    assert east == 180 or east - lon >= high - 1e-12


@given(st.text())
def test_guarding_is_undone_exactly(text):
    assert unguarded(guarded(text)) == text
    assert not guarded(text).lstrip().startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("unseen", [" ", "\u00a0", "\u3000", "\x0b", "\u200b", "\ufeff", " \u202e"])
def test_what_a_spreadsheet_does_not_see_hides_no_formula(unseen):
    assert guarded(f"{unseen}=1+1").startswith("'")
    assert guarded(f"{unseen}井盖 =1") == f"{unseen}井盖 =1"


@given(st.dates())
def test_days_are_read_as_they_are_written(day):
    assert read_day(day.isoformat()) == day
    assert read_day(f"{day.year:04d}/{day.month}/{day.day}T00:00:00") == day


@given(st.floats(-180, 180), st.floats(-90, 90), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_lines_hold_the_rounded_place_and_never_break(lon, lat, name):
    point = np.array([shapely.Point(lon, lat)], dtype=object)
    rows = PartRows([CODE], [TYPE], [None], ["intact"], [name], point, ["310101001001001"], [None])
    (line,) = lines_of(rows)
    cells = line.split("\t")
    assert len(cells) == 8
    assert "\n" not in line
    assert cells[2] == cells[7] == "\\N"
    found = shapely.from_wkb(cells[5])
    rounded = (float(np.round(lon, 9)), float(np.round(lat, 9)), 4326)
    assert (found.x, found.y, shapely.get_srid(found)) == rounded


def test_lines_of_points_and_lines_together():
    shapes = np.array([shapely.Point(1, 2), shapely.LineString([(1, 2), (3, 4)])], dtype=object)
    rows = PartRows([CODE] * 2, [TYPE] * 2, [OWNER] * 2, ["intact"] * 2, [None] * 2, shapes, ["3101"] * 2, [None] * 2)
    found = [shapely.from_wkb(line.split("\t")[5]) for line in lines_of(rows)]
    assert [one.geom_type for one in found] == ["Point", "LineString"]
    assert {shapely.get_srid(one) for one in found} == {4326}


def test_a_code_is_the_same_as_a_number():
    assert all(str(int(code)) == code for code in (CODE, "3101010102000017") if SHAPE.fullmatch(code))
