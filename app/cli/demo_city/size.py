"""How big a demo city is: the small one that comes with the product, or a metropolis drawn on the same board."""

from dataclasses import dataclass

CELL_M2 = 10_000.0


@dataclass(frozen=True)
class Size:
    """What a city has. `area_m2` is its ground; the drawing is stretched to it."""

    communities: int
    cells: int
    area_m2: float
    inspectors: int
    handlers: int
    desks: int
    citizens: int


DEMO = Size(communities=120, cells=2283, area_m2=23_000_000.0, inspectors=9, handlers=1, desks=1, citizens=9)
LEAST_CELLS, MOST_CELLS = 2_000, 40_000


def metropolis(cells: int) -> Size:
    """A city of so many cells, each about a hectare, with as many people to a cell as the small one has.

    Raises: ValueError for fewer cells than the drawing needs, or more than codes of communities reach.

    Example:
        >>> metropolis(20_000).communities
        1051
    """
    if not LEAST_CELLS <= cells <= MOST_CELLS:
        raise ValueError(f"a city has {LEAST_CELLS} to {MOST_CELLS} cells, not {cells}")
    times = cells / DEMO.cells
    return Size(
        communities=round(DEMO.communities * times),
        cells=cells,
        area_m2=cells * CELL_M2,
        inspectors=round(DEMO.inspectors * times),
        handlers=max(1, round(times)),
        desks=max(1, round(times)),
        citizens=max(DEMO.citizens, cells // 10),
    )
