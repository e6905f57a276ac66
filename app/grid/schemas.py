"""Shapes of the grid's requests and answers, and the position that every report, photo and action carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.core.schemas import Body, Instant, Number, Out
from app.grid.rules.coordinates import Crs, to_wgs84

Longitude = Annotated[Number, Field(ge=-180, le=180, examples=[121.4737])]
Latitude = Annotated[Number, Field(ge=-90, le=90, examples=[31.2304])]


class PositionIn(Body):
    """A point as it was stated: the raw value is kept, the converted one is used."""

    lon: Longitude
    lat: Latitude
    crs: Crs = Crs.WGS84
    accuracy_m: Annotated[Number, Field(ge=0, description="radius of the error, metres")] | None = None
    source: Annotated[str, Field(max_length=60, description="gps, network, map, exif…")] | None = None
    captured_at: Instant | None = None

    def wgs84(self) -> tuple[float, float]:
        """The point in WGS 84, (longitude, latitude) in degrees."""
        return to_wgs84(self.lon, self.lat, self.crs)


class AreaNameOut(Out):
    """An area as it is named to people."""

    level: str = Field(examples=["district"])
    code: str
    name: str
