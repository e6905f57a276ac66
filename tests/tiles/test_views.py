"""Tiles of the ground over HTTP."""

import gzip

import pytest

from tests.factories.grid import a_grid

API = "/api/v1/tiles"


@pytest.fixture
def grid(session, now):
    areas = a_grid(session, now=now)
    session.commit()
    return areas


def test_a_tile(client, grid):
    answer = client.get(f"{API}/areas/14/13717/6690.mvt")
    print(answer.status_code, len(answer.data), dict(answer.headers), answer.data[:100])
    print(client.get(f"{API}/areas.json").get_json())
    for layer in ("areas", "cells", "base"):
        for z in range(8, 19):
            from math import floor, tan, log, pi, cos, radians
            lon, lat = 121.403, 31.203
            n = 2 ** z
            x = floor((lon + 180) / 360 * n)
            y = floor((1 - log(tan(radians(lat)) + 1 / cos(radians(lat))) / pi) / 2 * n)
            answer = client.get(f"{API}/{layer}/{z}/{x}/{y}.mvt")
            print(layer, z, x, y, answer.status_code, len(answer.data))
