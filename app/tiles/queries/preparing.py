"""What preparing the ground reads and writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import numpy as np
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.tiles.rules.base import BANDS, MERGED, OTHER_ROADS_FROM, ROADS_FROM, SMALLEST_ACROSS_M, finest_m
from app.tiles.rules.ground import MAX_ZOOM, MIN_ZOOM
from app.tiles.rules.outlines import Drawn, Geometries, Surveyed

_STALE = text("""
    SELECT s.subject, s.stamp, s.digest, now.stamp AS source
    FROM ground_state s
    JOIN (SELECT 'areas' AS subject, stamp FROM grid_state UNION ALL SELECT layer, stamp FROM base_layers) AS now
      USING (subject)
    WHERE s.source IS DISTINCT FROM now.stamp
    ORDER BY subject
""")
_LOCKED = text("SELECT stamp FROM ground_state WHERE subject = :subject FOR UPDATE")
_PREPARED = text("""
    UPDATE ground_state SET source = :source, stamp = :stamp, digest = :digest, prepared_at = :now
    WHERE subject = :subject
""")
_AREAS = text("""
    SELECT a.code, a.name, a.level, a.parent_code, c.zone_code, ST_AsBinary(ST_Transform(a.geom, 3857)) AS geom
    FROM areas a
    LEFT JOIN duty_zone_cells c ON c.cell_code = a.code AND c.valid_to IS NULL
    WHERE a.valid_to IS NULL
    ORDER BY a.code
""")
_CLEAR_AREAS = text("DELETE FROM ground_areas")
_ADD_AREAS = text("""
    INSERT INTO ground_areas (band, code, level, name, parent_code, zone_code, cells, geom, label)
    SELECT :band, code, level, name, parent_code, zone_code, cells,
        ST_GeomFromWKB(geom, 3857), ST_GeomFromWKB(label, 3857)
    FROM unnest(CAST(:codes AS text[]), CAST(:levels AS smallint[]), CAST(:names AS text[]), CAST(:parents AS text[]),
        CAST(:zones AS text[]), CAST(:cells AS integer[]), CAST(:geoms AS bytea[]), CAST(:labels AS bytea[]))
        AS drawn (code, level, name, parent_code, zone_code, cells, geom, label)
""")
_RENAME_AREAS = text("""
    UPDATE ground_areas g SET name = a.name, zone_code = c.zone_code
    FROM areas a LEFT JOIN duty_zone_cells c ON c.cell_code = a.code AND c.valid_to IS NULL
    WHERE a.code = g.code AND a.valid_to IS NULL AND (g.name, g.zone_code) IS DISTINCT FROM (a.name, c.zone_code)
""")
_CLEAR_LAYER = text("DELETE FROM ground_features WHERE layer = :layer")
_ADD_ROADS = text("""
    INSERT INTO ground_features (layer, band, from_zoom, name, class, geom)
    SELECT 'roads', :band, from_zoom, name, class, geom
    FROM (
        SELECT coalesce(k.from_zoom, :other) AS from_zoom, f.name, f.class, ST_Transform(f.geom, 3857) AS geom
        FROM base_features f
        LEFT JOIN unnest(CAST(:classes AS text[]), CAST(:zooms AS smallint[])) AS k (class, from_zoom) USING (class)
        WHERE f.layer = 'roads'
    ) AS roads
    WHERE from_zoom <= :band
""")
# The pieces of a road between its crossings are one line; from afar a few lines cost less than thousands of pieces.
_ADD_MERGED_ROADS = text("""
    INSERT INTO ground_features (layer, band, from_zoom, name, class, geom)
    SELECT 'roads', :band, from_zoom, name, class, (ST_Dump(geom)).geom
    FROM (
        SELECT coalesce(k.from_zoom, :other) AS from_zoom, f.name, f.class,
            ST_Simplify(ST_LineMerge(ST_Collect(ST_Transform(f.geom, 3857))), :finest) AS geom
        FROM base_features f
        LEFT JOIN unnest(CAST(:classes AS text[]), CAST(:zooms AS smallint[])) AS k (class, from_zoom) USING (class)
        WHERE f.layer = 'roads' AND coalesce(k.from_zoom, :other) <= :band AND ST_Dimension(f.geom) = 1
        GROUP BY 1, 2, 3
    ) AS merged
    WHERE geom IS NOT NULL AND NOT ST_IsEmpty(geom)
""")
_ADD_GROUND = text("""
    INSERT INTO ground_features (layer, band, from_zoom, name, class, geom)
    SELECT layer, :band, from_zoom, name, class, geom
    FROM (
        SELECT layer, name, class,
            CASE WHEN :finest > 0 THEN ST_SimplifyPreserveTopology(geom, :finest) ELSE geom END AS geom,
            greatest(:first, least(:last, ceil(log(2.0, CAST(:across / greatest(sqrt(ST_Area(geom)),
                ST_Length(geom) / 4, 0.01) AS numeric))))) AS from_zoom
        FROM (SELECT layer, name, class, ST_Transform(geom, 3857) AS geom FROM base_features WHERE layer = :layer) AS f
    ) AS ground
    WHERE from_zoom <= :band
""")


class Stale(NamedTuple):
    """A subject whose prepared rows are not of what there is now, and what they are."""

    subject: str
    stamp: UUID
    digest: str
    source: UUID


@dataclass(frozen=True, slots=True)
class Live:
    """The live areas, and what is written on them. Shape: all of equal length."""

    areas: Surveyed
    names: Sequence[str]
    zones: Sequence[str | None]
    cells: Sequence[int]


def stale(session: Session) -> list[Stale]:
    """What has to be prepared anew; usually nothing."""
    return [Stale(*row) for row in session.execute(_STALE)]


def live(session: Session) -> Live:
    """All live areas with their outlines in EPSG:3857, in the order of their codes."""
    rows = session.execute(_AREAS).all()
    geoms = shapely.from_wkb(np.array([bytes(row.geom) for row in rows], dtype=object))
    levels = np.array([row.level for row in rows], dtype=np.int64)
    areas = Surveyed([row.code for row in rows], levels, [row.parent_code for row in rows], geoms)
    return Live(areas, [row.name for row in rows], [row.zone_code for row in rows], areas.cell_counts())


def locked(session: Session, subject: str) -> UUID:
    """The stamp of what is prepared, which nobody else changes until the session ends."""
    stamp: UUID = session.execute(_LOCKED, {"subject": subject}).scalar_one()
    return stamp


def replace_areas(session: Session, live: Live, drawn: Sequence[Drawn], labels: Geometries) -> None:
    """Let these be the areas that tiles draw; until the session ends well, the former ones are."""
    session.execute(_CLEAR_AREAS)
    for one in drawn:
        if len(one.rows):
            session.execute(_ADD_AREAS, _columns(live, one, labels))


def _columns(live: Live, drawn: Drawn, labels: Geometries) -> dict[str, Any]:
    rows = drawn.rows.tolist()
    return {
        "band": drawn.band,
        "codes": [live.areas.codes[row] for row in rows],
        "levels": live.areas.levels[drawn.rows].tolist(),
        "names": [live.names[row] for row in rows],
        "parents": [live.areas.parents[row] for row in rows],
        "zones": [live.zones[row] for row in rows],
        "cells": [live.cells[row] for row in rows],
        "geoms": list(shapely.to_wkb(drawn.geoms)),
        "labels": list(shapely.to_wkb(labels[drawn.rows])),
    }


def rename_areas(session: Session) -> int:
    """Give prepared areas the names and duty zones that they have now; how many rows changed."""
    return session.execute(_RENAME_AREAS).rowcount  # type: ignore[attr-defined,no-any-return]


def replace_layer(session: Session, layer: str) -> None:
    """Draw a base layer anew from its features, for each band those that matter there."""
    session.execute(_CLEAR_LAYER, {"layer": layer})
    for band in BANDS if layer != "buildings" else BANDS[-1:]:
        session.execute(_statement(layer, band), _parameters(layer, band))


def _statement(layer: str, band: int) -> Any:
    if layer != "roads":
        return _ADD_GROUND
    return _ADD_MERGED_ROADS if band in MERGED else _ADD_ROADS


def _parameters(layer: str, band: int) -> Mapping[str, Any]:
    found: dict[str, Any] = {"band": band, "finest": finest_m(band)}
    if layer == "roads":
        kinds = {"classes": list(ROADS_FROM), "zooms": list(ROADS_FROM.values()), "other": OTHER_ROADS_FROM}
        return {**found, **kinds}
    return {**found, "layer": layer, "across": SMALLEST_ACROSS_M, "first": MIN_ZOOM, "last": MAX_ZOOM}


def settle(session: Session, was: Stale, digest: str, *, changed: bool, now: datetime) -> None:
    """Record what the prepared rows of a subject were computed from."""
    stamp = uuid4() if changed else was.stamp
    row = {"subject": was.subject, "source": was.source, "stamp": stamp, "digest": digest, "now": now}
    session.execute(_PREPARED, row)
