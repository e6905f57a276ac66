"""What is read ahead, the first map does not read again."""

from __future__ import annotations

from app.tiles.service.warming import read_ledgers

TILE = "/api/v1/tiles/cases/14/13721/6693.mvt"


def test_the_first_tile_after_reading_ahead_costs_what_every_tile_costs(api, session, statements):
    read_ledgers(session)
    headers = api.headers("operator")
    with statements() as first:
        api.client.get(TILE, headers=headers)
    with statements() as second:
        api.client.get(TILE, headers=headers)
    assert len(first) == len(second)
