"""What can be wrong with a boundary file, each fault with its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry


class FaultKind(StrEnum):
    """The kinds of faults, in the order in which a surveyor should look at them."""

    UNREADABLE = "unreadable"
    WRONG_CRS = "wrong-crs"
    EMPTY = "empty"
    NOT_2D = "not-2d"
    INVALID_GEOMETRY = "invalid-geometry"
    BAD_CODE = "bad-code"
    DUPLICATE_CODE = "duplicate-code"
    WRONG_PARENT = "wrong-parent"
    OUTSIDE_PARENT = "outside-parent"
    OVERLAP = "overlap"
    GAP = "gap"


_ORDER = {kind: place for place, kind in enumerate(FaultKind)}


@dataclass(frozen=True, slots=True)
class GridFault:
    """One fault: the area's code (None for the whole file), a sentence that says what to do, and the very spot.

    Shape: `place` in EPSG:4326, (longitude, latitude); None where there is no spot, as in a file that cannot be read.
    """

    kind: FaultKind
    code: str | None
    detail: str
    place: BaseGeometry | None = None

    def as_json(self) -> dict[str, Any]:
        """The fault as the API gives it, its place as a GeoJSON geometry."""
        place = None if self.place is None else shapely.geometry.mapping(self.place)
        return {"kind": self.kind.value, "code": self.code, "detail": self.detail, "place": place}


def in_order(faults: list[GridFault]) -> list[GridFault]:
    """Faults in the order of their kinds, then of codes."""
    return sorted(faults, key=lambda fault: (_ORDER[fault.kind], fault.code or ""))
