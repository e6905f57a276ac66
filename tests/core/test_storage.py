"""A key holds all its bytes or does not exist."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.storage import Store, StoredBytesMissing


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return Store(f"file://{tmp_path}/photos" if request.param == "file" else f"memory://{tmp_path.name}")


def test_what_is_put_is_there_and_what_is_deleted_is_not(store: Store):
    store.put("display/ab/cd.jpg", b"bytes")
    assert store.exists("display/ab/cd.jpg")
    assert store.get("display/ab/cd.jpg") == b"bytes"
    with store.open("display/ab/cd.jpg") as file:
        assert file.read() == b"bytes"
    store.put("display/ab/cd.jpg", b"")
    assert store.get("display/ab/cd.jpg") == b""
    store.delete("display/ab/cd.jpg")
    store.delete("display/ab/cd.jpg")
    assert not store.exists("display/ab/cd.jpg")


def test_what_is_not_there_is_our_error(store: Store):
    with pytest.raises(StoredBytesMissing):
        store.get("display/none")
    with pytest.raises(StoredBytesMissing):
        store.open("display/none")


@pytest.mark.parametrize("key", ["/etc/passwd", "../x", "a/../../x", "a/.."])
def test_a_key_stays_under_the_root(store: Store, key: str):
    for act in (store.get, store.open, store.exists, store.delete, lambda key: store.put(key, b"x")):
        with pytest.raises(ValueError, match="not a storage key"):
            act(key)


def test_keys_are_listed_with_their_time(tmp_path: Path):
    store = Store(f"file://{tmp_path}")
    store.put("a/1", b"x")
    store.put("a/b/2", b"x")
    store.put("c/3", b"x")
    found = dict(store.keys("a"))
    assert found.keys() == {"a/1", "a/b/2"}
    assert all(abs(at - datetime.now(UTC)) < timedelta(minutes=1) for at in found.values())
    assert list(store.keys("nothing")) == []


def test_the_store_can_be_checked(store: Store):
    store.check()
    assert list(store.keys(".probe")) == []


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        Store(f"file://{tmp_path}/file/below").check()


def test_readers_see_the_old_bytes_or_the_new_and_never_half(tmp_path: Path):
    store = Store(f"file://{tmp_path}")
    old, new = b"o" * 3_000_000, b"n" * 3_000_000
    store.put("k", old)
    seen, done = set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(store.get("k"))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(20):
        store.put("k", new if turn % 2 == 0 else old)
    done.set()
    reader.join()
    assert seen <= {old, new}


def test_a_write_that_breaks_off_leaves_nothing_under_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = Store(f"file://{tmp_path}")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put("a/k", b"bytes")
    monkeypatch.undo()
    assert not store.exists("a/k")
    assert list(store.keys("a")) == []
