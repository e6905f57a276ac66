"""No decoder outlives the test that started it."""

import pytest

from app.media.service.decoding import heic_decoders


@pytest.fixture(autouse=True)
def _no_decoders_left():
    yield
    heic_decoders().close()
