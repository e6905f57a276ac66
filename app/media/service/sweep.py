"""Files without a row: uploads whose request failed after the bytes were stored. Each is found within two days.

Who stores and who sweeps must never miss each other. Storing the same bytes again makes the files young; a row is
added under a shared lock on the hash, after a look whether the files are there; the sweep removes under the exclusive
lock, after a second look at rows and ages. So either the sweep sees the row, or the row's writer sees the removal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.core.storage import store
from app.media import queries

FOLDERS = ("originals", "display", "thumb", "public")
# Longer than any request, any retry of a phone and any deployment.
MIN_AGE = timedelta(hours=24)


def prefixes_of(hour: int) -> list[str]:
    """The beginnings of the hashes that are swept in this hour (UTC): a large store in 24 portions a day."""
    return [f"{first:02x}" for first in range(256) if first % 24 == hour % 24]


def old_hashes(prefix: str, now: datetime) -> list[str]:
    """The hashes with this beginning (two digits) of stored files that are older than a day."""
    return sorted({_hash(key) for folder in FOLDERS for key in _old_keys(f"{folder}/{prefix}", now)})


def orphans(session: Session, hashes: list[str]) -> list[str]:
    """Those of the hashes that no photo has."""
    known = queries.known_hashes(session, hashes)
    return [sha256 for sha256 in hashes if sha256 not in known]


def remove_orphan(session: Session, sha256: str, *, now: datetime) -> int:
    """Remove the files with this hash if there is still no row and they are still old; returns how many."""
    queries.own_files(session, sha256)
    if queries.known_hashes(session, [sha256]):
        return 0
    doomed = [
        key
        for folder in FOLDERS
        for key in _old_keys(f"{folder}/{sha256[:2]}/{sha256[2:4]}", now)
        if _hash(key) == sha256
    ]
    for key in doomed:
        store().delete(key)
    return len(doomed)


def _old_keys(prefix: str, now: datetime) -> Iterator[str]:
    return (key for key, written_at in store().keys(prefix) if written_at < now - MIN_AGE)


def _hash(key: str) -> str:
    """The hash in a key; also in the name of a file whose writing never ended."""
    return key.rpartition("/")[2].lstrip(".").partition(".")[0]
