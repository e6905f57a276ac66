"""Bytes that do not belong into rows: photos and imported files, on any store fsspec knows.

A local folder is the default. There a file is written beside its place, synced and renamed, so that a key either
holds all its bytes or does not exist, also after a power cut.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from app.core.config import config
from app.core.errors import NotFound

_PIECE = 1 << 20


class StoredBytesMissing(NotFound):
    slug = "bytes-missing"
    title = "The stored file is missing"


class Store:
    """Keys such as ``display/ab/cdef.jpg`` under one root."""

    def __init__(self, url: str) -> None:
        self._fs, root = fsspec.core.url_to_fs(url)
        self._root = root.rstrip("/")
        self._local = isinstance(self._fs, LocalFileSystem)

    def _path(self, key: str) -> str:
        if key.startswith("/") or ".." in key.split("/"):
            message = f"not a storage key: {key!r}"
            raise ValueError(message)
        return f"{self._root}/{key}"

    def put(self, key: str, data: bytes) -> None:
        """Keep the bytes under the key, durably; writing the same key again replaces it whole."""
        if self._local:
            self.put_file(key, BytesIO(data))
        else:
            self._fs.pipe_file(self._path(key), data)

    def put_file(self, key: str, data: IO[bytes]) -> None:
        """`put` for what is too large to be held: the rest of a binary file."""
        if not self._local:
            with self._fs.open(self._path(key), "wb") as file:
                shutil.copyfileobj(data, file, _PIECE)
            return
        target = Path(self._path(key))
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
        try:
            with beside.open("wb") as file:
                shutil.copyfileobj(data, file, _PIECE)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def get(self, key: str) -> bytes:
        """The bytes under the key.

        Raises: StoredBytesMissing.
        """
        try:
            return bytes(self._fs.cat_file(self._path(key)))
        except FileNotFoundError as error:
            raise StoredBytesMissing(f"nothing is stored under {key}") from error

    def open(self, key: str) -> Any:
        """A binary file to read from.

        Raises: StoredBytesMissing.
        """
        try:
            return self._fs.open(self._path(key), "rb")
        except FileNotFoundError as error:
            raise StoredBytesMissing(f"nothing is stored under {key}") from error

    def exists(self, key: str) -> bool:
        return bool(self._fs.exists(self._path(key)))

    def delete(self, key: str) -> None:
        """Remove the key; one that is not there is no error."""
        try:
            self._fs.rm_file(self._path(key))
        except FileNotFoundError:
            return

    def keys(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """Every key under the prefix with the instant it was written."""
        found: dict[str, dict[str, Any]] = self._fs.find(self._path(prefix), detail=True)
        for path, info in found.items():
            yield path[len(self._root) + 1 :], _written_at(info)

    def check(self) -> None:
        """Write, read and remove a small file; raises what the store raises when it cannot."""
        key = f".probe/{secrets.token_hex(6)}"
        self.put(key, b"ok")
        self.get(key)
        self.delete(key)


def _written_at(info: dict[str, Any]) -> datetime:
    when = info.get("mtime") or info.get("LastModified") or info.get("updated") or 0
    return when if isinstance(when, datetime) else datetime.fromtimestamp(float(when), UTC)


@cache
def store() -> Store:
    """The process's store, as configured."""
    return Store(config().storage_url)
