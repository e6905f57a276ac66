"""Instants as they come in and go out."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from app.core.schemas import Instant

INSTANT = TypeAdapter(Instant)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("2026-03-10T10:00:00+08:00", "2026-03-10T02:00:00Z"),
        ("2026-03-09T22:30:00-03:30", "2026-03-10T02:00:00Z"),
        ("2026-03-10T02:00:00Z", "2026-03-10T02:00:00Z"),
    ],
)
def test_any_offset_comes_in_and_z_goes_out(given: str, sent: str):
    assert INSTANT.dump_python(INSTANT.validate_python(given), mode="json") == sent


@pytest.mark.parametrize(
    "given",
    ["2026-03-10T10:00:00", "2026-03-10", 1_770_000_000, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"],
)
def test_what_is_no_instant(given: object):
    with pytest.raises(ValidationError):
        INSTANT.validate_python(given)
