"""Python's collector is held back in a block, and let go after the last of several."""

import gc

import pytest

from app.core.garbage import OBJECTS, collected_rarely


def test_the_last_block_lets_the_collector_go():
    before = gc.get_threshold()
    first, second = collected_rarely(), collected_rarely()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold()[0] == OBJECTS
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before


def test_a_block_that_fails_lets_it_go_too():
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="spoilt"), collected_rarely():
        raise ValueError("spoilt")
    assert gc.get_threshold() == before
