"""Tables out to files and in again: nothing is lost, nothing half is taken, and every fault has its place."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.administration.errors import TableChanged, TableRefused, UnknownTable, UnreadableTable
from app.administration.rules.sheets import Kind
from app.administration.rules.writing import csv_of
from app.administration.service.files import cells_of
from app.administration.service.importing import Order, hand_in, rows_of, stamp_of
from app.administration.service.registry import TABLES, table_of
from app.core.models import AdminChange
from tests.administration.files import a_book, a_csv, a_workbook, changes, edited, hand, places, put, rows, said, take

pytestmark = pytest.mark.slow

NOTHING = {"added": 0, "changed": 0, "ended": 0}


# Out and in again.


def test_what_comes_out_changes_nothing_when_it_comes_in(session, city, now):
    begun = len(changes(session))
    for name, table in TABLES.items():
        there = rows_of(session, table, hand(now))
        for data in (b"".join(csv_of(table.sheet, there)), a_book(table.sheet, there)):
            for mode in ("merge", "replace"):
                outcome = take(session, name, data, now, mode=mode, dry_run=False)
                assert (said(outcome), outcome.faults) == (NOTHING, []), name
                assert outcome.changes.unchanged == outcome.rows == len(there)
        assert there or name in {"calendar_corrections", "part_owners", "source_limits"}, (
            "the small city has rows of it"
        )
    assert len(changes(session)) == begun


def test_there_are_no_other_tables():
    with pytest.raises(UnknownTable, match="use organizations, people"):
        table_of("passwords")


def test_names_that_look_like_formulas_come_back_as_they_are(session, city, now):
    there = rows(session, "organizations", now)
    strange = ["=1+1", "+86", "-", "@here", "'=quoted'", "'plain", '"quoted", with comma', "两行\n文字", "﹦"]
    wanted = [{**row, "name": name} for row, name in zip(there, strange, strict=False)]
    sheet = TABLES["organizations"].sheet
    take(session, "organizations", b"".join(csv_of(sheet, wanted)), now, dry_run=False)
    assert rows(session, "organizations", now)[: len(wanted)] == wanted
    again = take(session, "organizations", a_book(sheet, rows(session, "organizations", now)), now)
    assert again.changes.nothing


# What files may be.


def test_gb18030_semicolons_and_tabs_are_understood(session, city, now):
    there = rows(session, "people", now)
    for encoding in ("gb18030", "utf-8"):
        wanted = edited(there, 0, name="张三")
        assert said(take(session, "people", a_csv(wanted, encoding=encoding), now)) == {**NOTHING, "changed": 1}
    for mark in (";", "\t"):
        text = mark.join(there[0]) + "\n" + mark.join(there[0].values())
        assert take(session, "people", text.encode(), now).rows == 1


def test_a_workbook_may_hold_numbers_days_and_truth_values(session, city, now):
    begins = datetime(2026, 4, 1)
    cells = [
        ["calendar", "day", "working", "hours", "note"],
        ["city", date(2026, 5, 6), True, None, "调休"],
        ["city", begins, False, None, 42],
    ]
    outcome = take(session, "calendar_corrections", a_workbook(cells), now, dry_run=False)
    assert said(outcome) == {**NOTHING, "added": 2}
    assert [(row["day"], row["working"], row["note"]) for row in rows(session, "calendar_corrections", now)] == [
        ("2026-04-01", "false", "42"),
        ("2026-05-06", "true", "调休"),
    ]


def test_the_sheet_of_the_table_is_read_and_formulas_as_what_they_came_to(session, city, now):
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        book.add_worksheet("notes").write(0, 0, "something else")
        page = book.add_worksheet("stage_limits")
        page.write_row(0, 0, ["stage", "limit", "unit"])
        page.write(1, 0, "accept")
        page.write_formula(1, 1, "=1/2", None, 0.5)
        page.write(1, 2, "urgent_hour")
    put_in = take(session, "stage_limits", data.getvalue(), now, dry_run=False)
    assert said(put_in) == {**NOTHING, "changed": 1}
    assert rows(session, "stage_limits", now)[0] == {"stage": "accept", "limit": "0.5", "unit": "urgent_hour"}


def a_bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as member:
        for _ in range(600):
            member.write(b" " * 1_000_000)
    return data.getvalue()


def far_out() -> bytes:
    """A cell in the far corner, for which a dense table would need terabytes."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        page = book.add_worksheet()
        page.write(0, 0, "code")
        page.write(1_048_575, 16_383, "here")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"\xff\xfe\x00\xd8", "neither UTF-8 nor GB18030"),
        (b"code\x00name", "neither UTF-8 nor GB18030"),
        (b'code,name\n"open', "no CSV"),
        (b"\xd0\xcf\x11\xe0old", "older or a protected kind"),
        (b"PK\x03\x04broken", "damaged"),
        (b"x," * 200, "200000 rows or 100 columns"),
    ],
)
def test_what_is_no_table_says_how_to_save_it(data, advice):
    with pytest.raises(UnreadableTable, match=advice):
        cells_of(data, TABLES["people"].sheet)


@pytest.mark.parametrize("make", [a_bomb, far_out])
def test_small_workbooks_that_unpack_to_huge_ones_are_refused(make):
    with pytest.raises(UnreadableTable):
        cells_of(make(), TABLES["people"].sheet)


# Based on what one saw.


def test_a_file_that_is_based_on_another_state_is_refused(session, city, now):
    table = TABLES["people"]
    stamp = stamp_of(rows_of(session, table, hand(now)))
    cells = cells_of(a_csv(edited(rows(session, "people", now), 0, name="甲")), table.sheet)
    done = hand_in(session, table, cells, Order(dry_run=False, expected=stamp), hand(now))
    assert done.stamp != stamp
    with pytest.raises(TableChanged):
        hand_in(session, table, cells, Order(expected=stamp), hand(now))
    assert hand_in(session, table, cells, Order(expected=done.stamp), hand(now)).changes.nothing


def test_a_dry_run_changes_nothing_and_an_import_with_faults_neither(session, city, now):
    there = rows(session, "people", now)
    begun = len(changes(session))
    wanted = [*edited(there, 0, name="乙"), {"username": "new", "name": "新人", "organization": "U01"}]
    assert said(take(session, "people", a_csv(wanted, there[0]), now)) == {"added": 1, "changed": 1, "ended": 0}
    with pytest.raises(TableRefused) as refused:
        take(
            session, "people", a_csv([*wanted, {**there[0], "username": "x", "organization": "?"}]), now, dry_run=False
        )
    assert refused.value.facts["faults"][0]["row"] == len(wanted) + 2
    assert refused.value.facts["faults"][0]["column"] == "organization"
    assert rows(session, "people", now) == there
    assert len(changes(session)) == begun


# Random edits of valid cells are applied exactly as the dry run said.

EDITS = {
    "organizations": (
        "name",
        st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30),
    ),
    "people": ("organization", st.sampled_from(["U01", "U02", "U03", "patrol", "city"])),
    "types": ("self_handle_allowed", st.sampled_from(["true", "false"])),
    "conditions": ("limit", st.sampled_from(["0.25", "1", "4", "7.5", "100"])),
    "routing_rules": ("lead", st.sampled_from(["U01", "U02", "U03"])),
    "stage_limits": ("limit", st.sampled_from(["0.25", "0.5", "2"])),
    "reminder_ladder": ("audience", st.sampled_from(["holder", "unit_manager", "supervisor"])),
    "source_rules": ("name_zh", st.text("一二三四五=+-@'", min_size=1, max_size=10)),
    "duty_terms": ("answer_within_s", st.integers(60, 86_400).map(str)),
    "document_kinds": ("issuing_roles", st.sampled_from(["supervisor", "dispatcher supervisor"])),
    "calendars": ("saturday", st.sampled_from(["", "08:00-12:00", "08:00-12:00 13:00-24:00"])),
    "grants": ("valid_to", st.sampled_from(["", "2027-01-01 00:00:00+08:00", "2030-06-01 12:30:00+08:00"])),
}


@pytest.mark.parametrize("name", EDITS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_edits_are_applied_as_the_dry_run_said(session, city, now, name, data):
    column, cells = EDITS[name]
    sheet, there = TABLES[name].sheet, rows(session, name, now)
    wanted = [{**row, column: data.draw(cells)} if data.draw(st.booleans()) else row for row in there]
    if name == "routing_rules":
        wanted = [{**row, "helpers": " ".join({*row["helpers"].split()} - {row["lead"]})} for row in wanted]
    file = b"".join(csv_of(sheet, data.draw(st.permutations(wanted))))
    dry = take(session, name, file, now)
    assert dry.faults == []
    done = take(session, name, file, now, dry_run=False)
    assert (said(done), done.differences) == (said(dry), dry.differences)
    assert rows(session, name, now) == wanted
    assert take(session, name, file, now).changes.nothing


# Kinds of bad cells, wherever they stand.

BAD = {
    Kind.NUMBER: "many",
    Kind.WHOLE: "1.5",
    Kind.FLAG: "perhaps",
    Kind.DAY: "soon",
    Kind.INSTANT: "soon",
    Kind.HOURS: "morning",
    Kind.CODE: "two words",
    Kind.TEXT: "bell\x07",
    Kind.WORDS: "bell\x07",
    Kind.USERNAME: "bell\x07",
}


def test_bad_cells_are_named_by_row_and_column(session, city, now):
    for name, table in TABLES.items():
        there = rows(session, name, now) or [dict.fromkeys(table.sheet.names, "1")]
        for column in table.sheet.columns:
            for cell in [BAD[column.kind], *([""] if column.required else [])]:
                outcome = take(session, name, a_csv(edited(there, 0, **{column.name: cell})), now)
                assert (2, column.name) in places(outcome), (name, column.name, cell)


def test_two_imports_are_written_down_once_each(session, city, now):
    there = rows(session, "organizations", now)
    begun = session.scalar(select(func.count()).select_from(AdminChange))
    put(session, "organizations", edited(there, 0, name="一"), datetime(2026, 3, 10, tzinfo=UTC))
    put(session, "organizations", edited(there, 0, name="一"), now)
    assert session.scalar(select(func.count()).select_from(AdminChange)) == begun + 1
