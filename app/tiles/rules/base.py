"""From how far roads, water, green and buildings matter, and how finely each zoom draws them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.tiles.rules.ground import MAX_ZOOM, MIN_ZOOM
from app.tiles.rules.tile import HALF_M, pixel_m

BUILDINGS_FROM = 14
# Each zoom is drawn from the features of the first of these that is not below it; the last are as they came.
BANDS = (9, 11, 13, MAX_ZOOM)
# The classes of the demo city and those of OpenStreetMap's key `highway`.
ROADS_FROM: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("motorway", "trunk", "primary", "arterial", "expressway"), MIN_ZOOM),
        **dict.fromkeys(("motorway_link", "trunk_link", "primary_link", "secondary"), 11),
        **dict.fromkeys(("secondary_link", "tertiary"), 12),
        **dict.fromkeys(("tertiary_link", "unclassified", "residential", "living_street", "lane"), 14),
        **dict.fromkeys(("service", "track", "pedestrian", "footway", "cycleway", "path", "steps", "alley"), 15),
    }
)
OTHER_ROADS_FROM = 13
# Ground that is smaller across than three of a tile's 512 pixels is left out: so many metres at zoom 0.
SMALLEST_ACROSS_M = 3.0 * 2 * HALF_M / 512
# Bands in which the pieces of a road are one; nearer, each keeps its own geometry.
MERGED = frozenset({9, 11, 13})


def base_band(zoom: int) -> int:
    """Which features a zoom draws.

    Example:
        >>> base_band(8), base_band(12), base_band(18)
        (9, 13, 18)
    """
    return next(band for band in BANDS if zoom <= band)


def road_from(class_: str | None) -> int:
    """The zoom from which a road of this class is drawn.

    Example:
        >>> road_from("primary"), road_from("lane"), road_from(None)
        (8, 14, 13)
    """
    return ROADS_FROM.get(class_ or "", OTHER_ROADS_FROM)


def finest_m(band: int) -> float:
    """How far a line may be moved when it is simplified: half a pixel of the nearest zoom of a band, nothing from near.

    Units: metres, EPSG:3857.

    Example:
        >>> round(finest_m(13), 1), finest_m(18)
        (4.8, 0.0)
    """
    return 0.0 if band == BANDS[-1] else pixel_m(band) / 2
