"""What can go wrong with points, areas and imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from app.core.errors import Conflict, Invalid, NotFound, TooLarge


class AreaName(NamedTuple):
    """An area as it is named to people: the word of its level, its code, its name."""

    level: str
    code: str
    name: str


class OutsideCity(NotFound):
    slug = "outside-city"
    title = "Outside the city"


class GridGap(NotFound):
    """A point of the city that lies in no cell.

    `areas` are the areas that do hold it, from the city down to the lowest: a case there can still go to a human.
    """

    slug = "grid-gap"
    title = "No cell covers this point"

    def __init__(self, detail: str, *, areas: Sequence[AreaName]) -> None:
        super().__init__(detail, areas=[area._asdict() for area in areas])
        self.areas = tuple(areas)


class UnknownArea(NotFound):
    slug = "unknown-area"
    title = "No such area"


class UnknownDutyZone(NotFound):
    slug = "unknown-duty-zone"
    title = "No such duty zone"


class UnknownImport(NotFound):
    slug = "unknown-import"
    title = "No such import"


class GridFileTooLarge(TooLarge):
    slug = "grid-file-too-large"
    title = "The boundary file is too large"


class BadPoints(Invalid):
    slug = "bad-points"
    title = "Some points cannot be used"


class BadBox(Invalid):
    slug = "bad-bbox"
    title = "The box cannot be used"


class BadDutyZone(Invalid):
    """Raised by `put_duty_zone`: cells that do not adjoin, are not live, or belong to another zone."""

    slug = "bad-duty-zone"
    title = "The cells do not make a duty zone"


class DutyZoneTaken(Conflict):
    slug = "duty-zone-taken"
    title = "There is a duty zone with this code"


class BadBaseLayer(Invalid):
    """Raised by `read_base_layer`: a file that cannot be read, or rows that cannot be drawn."""

    slug = "bad-base-layer"
    title = "The file makes no base layer"


class GridMoved(Conflict):
    slug = "grid-moved"
    title = "The grid changed while the file was checked"
