"""What PostgreSQL keeps of photos."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.media import queries
from tests.factories.media import SMALL, Shot, a_photo, somebody


def test_a_photo_reads_back_as_it_was_recorded(session, now):
    row = a_photo(session, shot=Shot(size=SMALL, position=(121.4737, 31.2304)), now=now)
    found = queries.photo(session, row.id)
    assert found.position == pytest.approx((121.4737, 31.2304), abs=1e-6)
    assert (found.width, found.height, found.created_at, found.mime) == (*SMALL, now, "image/jpeg")
    assert queries.photo_of_owner(session, row.owner_key, row.sha256) == found


def test_many_photos_are_one_statement(session, statements):
    rows = [a_photo(session, shot=Shot(size=SMALL, seed=seed)) for seed in range(4)]
    with statements() as counted:
        assert set(queries.photos_by_id(session, [row.id for row in rows])) == {row.id for row in rows}
    assert len(counted) == 1
    assert queries.photos_by_id(session, []) == {}


def test_sent_photos_are_counted_per_owner_and_time(session, now):
    row = a_photo(session, now=now)
    a_photo(session, principal=somebody("192.0.2.2"), now=now)
    assert queries.count_sent_since(session, row.owner_key, row.created_at.replace(year=2025)) == 1
    assert queries.count_sent_since(session, row.owner_key, now) == 0


def test_a_photo_is_public_only_with_its_copy(session, now):
    row = a_photo(session)
    with pytest.raises(IntegrityError, match="ck_photos_public"):
        session.execute(text("UPDATE photos SET privacy_at = now() WHERE id = :id"), {"id": row.id})


def test_known_hashes(session):
    row = a_photo(session)
    assert queries.known_hashes(session, [row.sha256, "0" * 64]) == {row.sha256}
    assert queries.known_hashes(session, []) == set()
