"""A city with cases in every public state, a few that are not public, and some parts."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories.cases import City

PUBLIC = ("to_dispatch", "handling", "on_hold", "to_check", "to_close", "closed")
HIDDEN = ("received", "verifying", "to_file", "rejected", "void", "merged")
OPENED = datetime(2026, 3, 1, tzinfo=UTC)


def fill(session: Session, city: City, *, each: int = 5) -> None:
    """So many cases of each state, an hour after each other, over all cells; parts at the same places."""
    cells = sorted(area.code for area in city.areas if len(area.code) == 15)
    rows = []
    for place, state in enumerate((PUBLIC + HIDDEN) * each):
        cell = cells[place % len(cells)]
        lon, lat = city.spot(cell)
        rows.append(
            {"n": place, "state": state, "cell": cell, "lon": lon, "lat": lat, "filed": state in {*PUBLIC, "void"}}
        )
    session.execute(
        text("""
            INSERT INTO cases (id, number, case_month, version, state, source, type_id, description, address, lon, lat,
                               filed_cell, current_cell, helper_ids, unit_ids, opened_at, filed_at, closed_at,
                               updated_at, head_hash)
            SELECT gen_random_uuid(), '20260301-' || lpad(CAST(:n AS text), 6, '0'), '2026-03-01', 1, :state, 'citizen',
                   CASE WHEN :n % 7 = 0 THEN NULL ELSE CAST(:type AS uuid) END, 'secret words', 'secret address',
                   :lon, :lat, :cell, :cell, '{}', '{}', o.at, CASE WHEN :filed THEN o.at END,
                   CASE WHEN :state = 'closed' THEN o.at + interval '1 day' END, o.at, 'x'
              FROM (SELECT CAST(:opened AS timestamptz) + interval '1 hour' * :n AS at) o"""),
        [{**row, "type": city.types["06010"].id, "opened": OPENED} for row in rows],
    )
    session.execute(
        text("""
            INSERT INTO parts (code, type_id, owner_id, state, name, geom, cell_code, created_at, changed_at,
                               retired_at)
            SELECT '3101010010' || lpad(CAST(:n AS text), 6, '0'), CAST(:type AS uuid), CAST(:owner AS uuid),
                   CASE WHEN :n % 10 = 0 THEN 'retired' ELSE 'intact' END, 'No ' || :n,
                   ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :cell, now(), now(),
                   CASE WHEN :n % 10 = 0 THEN now() END"""),
        [{**row, "type": city.types["01001"].id, "owner": city.units["U01"]} for row in rows],
    )


@pytest.fixture
def ground(session: Session, city: City) -> City:
    fill(session, city)
    session.commit()
    return city
