"""What is frozen: bytes that are canonical JSON, the same places as SQL finds, differences between two freezes."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from app.cases.rules import canonical
from app.evaluation.queries import figures
from app.evaluation.rules.counting import Counted, Mark
from app.evaluation.rules.freezing import (
    KEYS,
    Frozen,
    Touched,
    appealed_figures,
    figure_changes,
    instant_of,
    micros,
    moves,
    packed,
    places,
    rows_as_bytes,
    score_changes,
    seal,
    unpacked,
)
from app.evaluation.rules.indicators import Side, Subject

CELL = "310101001001001"
fields = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
)


def handling(number, marks, *, at=0, value=None, unit="u1"):
    return Frozen(number, 1, at, CELL, unit, None, None, None, None, int(marks), value)


@settings(deadline=None)
@given(st.lists(st.lists(fields)))
def test_rows_are_written_as_canonical_json(rows):
    assert rows_as_bytes(rows) == canonical(rows)
    assert unpacked(packed(rows_as_bytes(rows))) == canonical(rows)


@settings(deadline=None)
@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)))
def test_instants_come_back(at):
    assert instant_of(micros(at)) == at


def test_a_seal_does_not_depend_on_the_order_of_members():
    assert seal({"a": 1, "b": [1, 2]}) == seal({"b": [1, 2], "a": 1}) != seal({"a": 1, "b": [2, 1]})


def test_entries_are_filed_under_what_sql_files_them_under():
    assert KEYS.keys() == figures.KEYS.keys() == set(Subject)


def test_a_granted_appeal_takes_a_case_off_its_figures():
    late, kept = handling("A", Mark.HANDLED), handling("B", Mark.HANDLED | Mark.ON_TIME)
    exempt = late._replace(marks=int(Mark.HANDLED | Mark.EXEMPT))
    moved = moves(Counted.HANDLING, [late, kept], [exempt, kept])
    rate = moved[Touched(Subject.UNIT, "u1", "on_time_handled_rate")]
    assert (dict(rate.went), dict(rate.came)) == ({Side.DENOMINATOR: {("A", 1)}}, {Side.EXEMPT: {("A", 1)}})
    handled = moved[Touched(Subject.DISTRICT, CELL[:6], "handled_rate")]
    assert set(handled.went) == {Side.NUMERATOR, Side.DENOMINATOR}
    assert {touched.subject for touched in moved} == {
        Subject.CITY,
        Subject.DISTRICT,
        Subject.STREET,
        Subject.COMMUNITY,
        Subject.CELL,
        Subject.UNIT,
    }
    assert appealed_figures([exempt]) == {touched for touched, _ in places(Counted.HANDLING, late)} == set(moved)


def test_a_case_that_stays_where_it_was_neither_comes_nor_goes():
    before, after = handling("A", Mark.HANDLED, value=60), handling("A", Mark.HANDLED, value=90)
    moved = moves(Counted.HANDLING, [before], [after])
    old = {"u1": {"figures": {"handling_median_s": [None, 1, 60.0, 0, 0], "handled_rate": [1, 1, 1.0, 0, 0]}}}
    new = {"u1": {"figures": {"handling_median_s": [None, 1, 90.0, 0, 0], "handled_rate": [1, 1, 1.0, 0, 0]}}}
    (changed,) = figure_changes(Subject.UNIT, old, new, moved)
    assert (changed["indicator"], changed["came"], changed["went"]) == ("handling_median_s", {}, {})


def test_one_case_for_another_is_a_change_though_the_figure_is_the_same():
    moved = moves(Counted.HANDLING, [handling("A", Mark.HANDLED)], [handling("B", Mark.HANDLED)])
    rows = {"u1": {"figures": {"handled_rate": [1, 1, 1.0, 0, 0]}}}
    changed = {one["indicator"]: one for one in figure_changes(Subject.UNIT, rows, rows, moved)}["handled_rate"]
    assert changed["old"] == changed["new"]
    assert changed["came"] == {"numerator": ["B"], "denominator": ["B"]}
    assert changed["went"] == {"numerator": ["A"], "denominator": ["A"]}


marks = st.integers(0, int(Mark.SATISFIED) * 2 - 1)
entries = st.lists(
    st.builds(handling, st.sampled_from("ABCDEFGH"), marks, unit=st.sampled_from(["u1", "u2", None])),
    unique_by=lambda row: row.number,
)


@settings(deadline=None)
@given(entries, entries)
def test_what_came_and_went_turns_the_old_lists_into_the_new_ones(old, new):
    def lists(rows):
        found = {}
        for row in rows:
            for touched, side in places(Counted.HANDLING, row):
                found.setdefault((touched, side), set()).add((row.number, row.ordinal))
        return found

    before, after = lists(old), lists(new)
    moved = {touched: one.settled() for touched, one in moves(Counted.HANDLING, old, new).items()}
    for place in before.keys() | after.keys():
        touched, side = place
        came = moved[touched].came.get(side, set()) if touched in moved else set()
        went = moved[touched].went.get(side, set()) if touched in moved else set()
        assert came.isdisjoint(before.get(place, set()))
        assert went <= before.get(place, set())
        assert (before.get(place, set()) - went) | came == after.get(place, set())


def test_scores_that_changed_are_told():
    def placed(score, rank):
        return {"placed": {"score": score, "grade": {"code": "A", "colour": "green"}, "rank": rank, "group": "default"}}

    old, new = {"u1": placed(95.0, 1), "u2": placed(91.0, 2)}, {"u1": placed(95.0, 1), "u3": placed(90.0, 2)}
    changed = score_changes(Subject.UNIT, old, new)
    assert [(one["key"], one["old"] is None, one["new"] is None) for one in changed] == [
        ("u2", False, True),
        ("u3", True, False),
    ]
