"""What of the ground is shown from how far."""

from __future__ import annotations

from app.grid.rules.codes import Level

# Tiles of every layer are there from MIN_ZOOM, where a tile holds a large city, to MAX_ZOOM, where it holds a yard.
MIN_ZOOM = 8
MAX_ZOOM = 18
# From here on outlines are as they were surveyed; below, each zoom has outlines of its own.
EXACT_ZOOM = 13
CELLS_FROM = 13
CELL_LABELS_FROM = 15
STREETS_FROM = 9
COMMUNITIES_FROM = 12


def band_of(zoom: int) -> int:
    """Which outlines a zoom draws: its own, or the exact ones (`EXACT_ZOOM`).

    Example:
        >>> band_of(10), band_of(16)
        (10, 13)
    """
    return min(max(zoom, MIN_ZOOM), EXACT_ZOOM)


def lowest_level(zoom: int, coarseness: int = 0) -> int:
    """The lowest level of areas whose borders a zoom draws; each step of coarseness leaves it out.

    Example:
        >>> lowest_level(8), lowest_level(14), lowest_level(14, 2)
        (1, 3, 1)
    """
    lowest = Level.COMMUNITY if zoom >= COMMUNITIES_FROM else Level.STREET if zoom >= STREETS_FROM else Level.DISTRICT
    return max(lowest - coarseness, 0)


def cells_level(zoom: int, coarseness: int = 0) -> int:
    """Which areas stand for the cells of a zoom: cells, or communities; each step of coarseness is a level higher.

    Example:
        >>> cells_level(13), cells_level(12), cells_level(12, 1)
        (4, 3, 2)
    """
    return max((Level.CELL if zoom >= CELLS_FROM else Level.COMMUNITY) - coarseness, 0)
