"""Python's collector of cycles, held back while millions of rows are read that refer to nothing in a circle."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Objects that come to be before the collector looks at all young ones; Python's own is 700. It looks at the old ones
# when it has done so RARELY times, which takes as long as the process is large.
OBJECTS, RARELY = 50_000, 20
_lock = threading.Lock()
_held: list[tuple[int, int, int]] = []


@contextmanager
def collected_rarely() -> Iterator[None]:
    """In this block the collector runs seldom, for the whole process; blocks may lie in and beside each other.

    What is forgotten and refers to itself waits a little longer for its end; memory that is counted is freed at once.
    """
    with _lock:
        _held.append(gc.get_threshold())
        gc.set_threshold(OBJECTS, RARELY, RARELY)
    try:
        yield
    finally:
        with _lock:
            before = _held.pop()
            if not _held:
                gc.set_threshold(*before)
