"""Duty zones: sets of neighbouring cells."""

from __future__ import annotations

import numpy as np
import shapely

from app.grid.rules.measure import Geometries


def islands(geoms: Geometries) -> list[list[int]]:
    """The rows of polygons grouped by who can be reached over shared edges; a shared corner does not connect.

    Shape:  valid polygons of a coverage; answers groups of rows, the largest first.
    Source: domain.md §1: a duty zone is a set of neighbouring cells.
    """
    if not len(geoms):
        return []
    tree = shapely.STRtree(geoms)
    one, other = tree.query(geoms, predicate="touches")
    edge = shapely.relate_pattern(geoms[one], geoms[other], "****1****")
    group = list(range(len(geoms)))
    for a, b in zip(one[edge].tolist(), other[edge].tolist(), strict=True):
        group[_root(group, a)] = _root(group, b)
    roots = np.array([_root(group, row) for row in range(len(geoms))])
    found = [np.flatnonzero(roots == root).tolist() for root in np.unique(roots)]
    return sorted(found, key=len, reverse=True)


def _root(group: list[int], row: int) -> int:
    while group[row] != row:
        group[row] = group[group[row]]
        row = group[row]
    return row
