"""A cursor names the last row; one that we did not make is refused, never an accident."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.core.paging import BadCursor, cursor_id, cursor_instant, decode_cursor, edge_of, encode_cursor, page

VALUES = st.one_of(st.integers(-(2**53), 2**53), st.text(st.characters(codec="utf-8", exclude_characters="\x00")))


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_a_cursor_says_what_was_put_into_it(values: list):
    assert decode_cursor(encode_cursor(*values), len(values)) == values


@given(st.text(max_size=60))
def test_any_other_text_is_refused(text: str):
    try:
        values = decode_cursor(text, 1)
    except BadCursor:
        values = ["refused"]
    assert isinstance(values[0], int | float | str)


def forged(*values: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


@pytest.mark.parametrize("values", [(), (1, 2), (None,), ([],), ({},), ("a\x00",)])
def test_the_wrong_number_or_kind_of_values(values: tuple):
    with pytest.raises(BadCursor):
        decode_cursor(forged(*values), 1)


@pytest.mark.parametrize("value", ["yesterday", "2026-03-10T10:00:00", 5, "", "2026-13-01T00:00:00Z"])
def test_instants_of_cursors(value: object):
    with pytest.raises(BadCursor):
        cursor_instant(value)


def test_instants_and_ids_of_cursors_are_read():
    assert cursor_instant("2026-03-10T02:00:00Z") == datetime(2026, 3, 10, 2, tzinfo=UTC)
    assert cursor_id("01890000-0000-7000-8000-000000000000") == UUID("01890000-0000-7000-8000-000000000000")
    for value in ("x", 5, ""):
        with pytest.raises(BadCursor):
            cursor_id(value)


def test_lists_by_instant_and_id_begin_after_the_last_row():
    last = (datetime(2026, 3, 10, 2, tzinfo=UTC), UUID("01890000-0000-7000-8000-000000000000"))
    assert edge_of(encode_cursor(*last)) == last
    assert edge_of(None) is None
    for forged_one in (encode_cursor("x", str(last[1])), encode_cursor(last[0], 7), encode_cursor(last[0])):
        with pytest.raises(BadCursor):
            edge_of(forged_one)


def test_a_page_ends_where_the_next_begins():
    rows = [1, 2, 3]
    shown, cursor = page(rows, 2, lambda row: (row,))
    assert shown == [1, 2]
    assert cursor is not None
    assert decode_cursor(cursor, 1) == [2]
    assert page(rows, 3, lambda row: (row,)) == (rows, None)
    assert page([], 3, lambda row: (row,)) == ([], None)


# Everything that is JSON and may hurt a query: wrong kinds, the ends of ranges, what is no instant and no id.
HOSTILE = ("", "x", "2026-13-01", "9" * 400, "'; --", 0, -1, 2**62, 1.5, 1e300, True, "0001-01-01T00:00:00Z", "∀")


@pytest.mark.parametrize(
    "path", ["/api/v1/types", "/api/v1/grid/areas", "/api/v1/grid/duty-zones", "/api/v1/organizations"]
)
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_no_forged_cursor_is_an_accident(client: FlaskClient, path: str, size: int):
    for value in HOSTILE:
        response = client.get(path, query_string={"cursor": forged(*[value] * size)})
        assert response.status_code in {200, 422}, (value, response.text)
