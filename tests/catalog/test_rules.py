"""Reading a written catalogue, and the data that is shipped."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from app.catalog.rules import Kind, Limit, Unit, condition_id, read_catalogue, type_id
from app.catalog.rules.reading import MOST_FAULTS
from tests.factories.catalog import SCHEME, condition_row, type_row

FOLDER = Path(__file__).resolve().parents[2] / "grid_data" / "catalog"


def shipped(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def faults_of(types, conditions):
    read, faults = read_catalogue(types, conditions)
    assert not read
    return [(fault.pointer, fault.detail) for fault in faults]


def says(faults, pointer, message):
    return any(message in detail for found, detail in faults if found == pointer)


def test_a_written_catalogue_becomes_types_with_their_conditions():
    rows = [condition_row(row="2", limit="0.25", unit="urgent_hour"), condition_row()]
    read, faults = read_catalogue([type_row()], rows)
    assert not faults
    (found,) = read
    assert found.id == type_id(SCHEME, Kind.MATTER, "06010")
    assert (found.scheme, found.kind, found.code) == (SCHEME, Kind.MATTER, "06010")
    assert (found.class_code, found.class_name, found.name) == ("06", "市容环境类", "暴露垃圾")
    assert found.self_handle_allowed is True
    first, second = found.conditions
    assert first.id == condition_id(SCHEME, Kind.MATTER, "06010", 1)
    assert (first.row, first.limit) == (1, Limit(Decimal(4), Unit.WORKING_HOUR))
    assert (first.text, first.close_text) == ("路面或绿地有暴露垃圾", "已清除，现场整洁")
    assert first.type_id == second.type_id == found.id
    assert (second.row, second.limit) == (2, Limit(Decimal("0.25"), Unit.URGENT_HOUR))


def test_what_lies_at_a_border_is_taken():
    read, faults = read_catalogue([type_row(name="长" * 500)], [condition_row(row="999", limit="10000")])
    assert not faults
    assert read[0].conditions[0].row == 999


def test_types_keep_the_order_in_which_they_are_written():
    codes = ["06012", "06010"]
    read, _ = read_catalogue([type_row(code=c) for c in codes], [condition_row(code=c) for c in codes])
    assert [row.code for row in read] == codes


def test_ids_are_the_same_everywhere():
    assert type_id(SCHEME, Kind.PART, "01001") == UUID("ef2c3d75-326e-5a35-bfb9-d9cef8f33fc7")
    assert condition_id(SCHEME, Kind.PART, "01001", 1) == UUID("df48d221-13da-5481-a877-a0cd58989193")


def test_the_same_digits_mean_different_types_in_schemes_and_kinds():
    keys = [(SCHEME, Kind.PART), (SCHEME, Kind.MATTER), ("GB/T 30428.2-2013", Kind.MATTER)]
    assert len({type_id(scheme, kind, "0401") for scheme, kind in keys}) == 3


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"kind": "thing"}, "kind", "use part or matter"),
        ({"code": "06 10"}, "code", "no code"),
        ({"code": "0" * 21}, "code", "no code"),
        ({"class_code": "六"}, "class_code", "no code"),
        ({"name": " "}, "name", "column name is empty"),
        ({"scheme": ""}, "scheme", "column scheme is empty"),
        ({"name": "长" * 501}, "name", "at most 500 characters"),
        ({"name": "a\x00b"}, "name", "U+0000"),
        ({"self_handle_allowed": "yes"}, "self_handle_allowed", "true or false"),
    ],
)
def test_a_faulty_type_is_named_with_its_row_and_column(changes, column, message):
    faults = faults_of([type_row(code="06012"), type_row(**changes)], [condition_row(code="06012"), condition_row()])
    assert says(faults, f"/types/1/{column}", message)


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"row": "0"}, "row", "from 1"),
        ({"row": "1000"}, "row", "from 1"),
        ({"row": "²"}, "row", "from 1"),
        ({"row": "-1"}, "row", "from 1"),
        ({"limit": "two"}, "limit", "no number"),
        ({"limit": "-1"}, "limit", "between 0 and"),
        ({"limit": "NaN"}, "limit", "between 0 and"),
        ({"limit": "0"}, "limit", "above 0"),
        ({"limit": "0.00001"}, "limit", "at most 4 decimals"),
        ({"unit": "hour"}, "unit", "use urgent_hour, natural_day, working_hour, working_day"),
        ({"text": ""}, "text", "column text is empty"),
        ({"close_text": ""}, "close_text", "column close_text is empty"),
        ({"code": "06099"}, "code", f"no type {SCHEME} matter 06099"),
    ],
)
def test_a_faulty_condition_is_named_with_its_row_and_column(changes, column, message):
    faults = faults_of([type_row()], [condition_row(row="7"), condition_row(**changes)])
    assert says(faults, f"/conditions/1/{column}", message)
    assert len(faults) == 1


def test_what_stands_twice_is_named_with_its_first_row():
    faults = faults_of([type_row(), type_row()], [condition_row(), condition_row(row="01")])
    assert says(faults, "/types/1/code", "types row 0 already")
    assert says(faults, "/conditions/1/row", "conditions row 0 already")
    assert len(faults) == 2


def test_a_type_without_a_condition_is_a_fault():
    assert says(faults_of([type_row()], []), "/types/0/code", "at least one")


def test_a_column_that_is_missing_is_a_fault_of_every_row():
    row = type_row()
    del row["class_name"]
    assert [pointer for pointer, _ in faults_of([row], [condition_row()])] == ["/types/0/class_name"]


def test_many_faults_are_cut_to_what_a_person_can_read():
    many = [type_row(code=str(i), name="") for i in range(MOST_FAULTS + 9)]
    assert len(faults_of(many, [])) == MOST_FAULTS
    assert len(faults_of([type_row(code=str(i)) for i in range(MOST_FAULTS + 9)], [])) == MOST_FAULTS


def test_the_shipped_catalogue_is_whole():
    types, conditions = shipped("types.csv"), shipped("conditions.csv")
    read, faults = read_catalogue(types, conditions)
    assert not faults
    counts = Counter((row.scheme, row.kind.value) for row in read)
    assert counts[SCHEME, "part"] == 153
    assert counts[SCHEME, "matter"] == 250
    assert counts["GB/T 30428.2-2013", "part"] == 92
    assert counts["GB/T 30428.2-2013", "matter"] == 98
    for row in read:
        assert row.conditions
        assert [c.row for c in row.conditions] == list(range(1, len(row.conditions) + 1))
        assert len({c.text for c in row.conditions}) == len(row.conditions)
        assert row.code.startswith(row.class_code)
    assert {row["source"] for row in conditions} == {
        "published",
        "published-part",
        "published-same-name",
        "class-default",
    }


def test_a_missing_manhole_cover_has_two_urgent_hours_and_one_that_rattles_two_working_days():
    read, _ = read_catalogue(shipped("types.csv"), shipped("conditions.csv"))
    cover = next(row for row in read if (row.scheme, row.kind, row.code) == (SCHEME, Kind.PART, "01001"))
    assert cover.name == "供水井盖"
    limits = {c.text: c.limit for c in cover.conditions}
    assert limits["供水井盖缺失或移位，危及行人和车辆"] == Limit(Decimal(2), Unit.URGENT_HOUR)
    assert limits["供水井盖松动，车辆碾压有异响"] == Limit(Decimal(2), Unit.WORKING_DAY)
