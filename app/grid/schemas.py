"""Shapes of the grid's requests and answers, and the position that every report, photo and action carries."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from flask_openapi3 import FileStorage
from pydantic import Field, WithJsonSchema

from app.core.paging import PageQuery
from app.core.schemas import Body, Day, Id, Instant, Integer, Number, Out, Path, Query
from app.grid.rules.base_layers import BaseLayerName
from app.grid.rules.coordinates import Crs, to_wgs84

Longitude = Annotated[Number, Field(ge=-180, le=180, examples=[121.4737])]
Latitude = Annotated[Number, Field(ge=-90, le=90, examples=[31.2304])]
LevelWord = Literal["city", "district", "street", "community", "cell"]
MOST_POINTS = 10_000


class PositionIn(Body):
    """A point as it was stated: the raw value is kept, the converted one is used."""

    lon: Longitude
    lat: Latitude
    crs: Crs = Crs.WGS84
    accuracy_m: Annotated[Number, Field(ge=0, description="Radius of the error, metres")] | None = None
    source: Annotated[str, Field(max_length=60, description="gps, network, map, exif…")] | None = None
    captured_at: Instant | None = None

    def wgs84(self) -> tuple[float, float]:
        """The point in WGS 84, (longitude, latitude) in degrees."""
        return to_wgs84(self.lon, self.lat, self.crs)

    def kept(self) -> dict[str, Any]:
        """The position as an event keeps it: WGS 84 degrees, and the statement itself under `raw`."""
        lon, lat = self.wgs84()
        return {"lon": lon, "lat": lat, "crs": "wgs84", "raw": self.model_dump(mode="json", exclude_none=True)}


class LocateQuery(Query):
    """A point in the query string."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    crs: Crs = Crs.WGS84


class AreaNameOut(Out):
    """An area as it is named to people."""

    level: LevelWord
    code: str
    name: str


class LocatedCellOut(Out):
    code: str
    name: str


class ZoneNameOut(Out):
    code: str
    name: str


class PersonOut(Out):
    id: Id
    name: str


class PlaceOut(Out):
    """Where a point lies, city first."""

    areas: list[AreaNameOut]
    cell: LocatedCellOut
    duty_zone: ZoneNameOut | None
    people: list[PersonOut] | None = Field(None, description="Who answers for the duty zone; staff only")


# Ten thousand points are checked as arrays in the view; the schema says what each of them is.
_POINT = {
    "type": "object",
    "required": ["lon", "lat"],
    "additionalProperties": False,
    "properties": {
        "lon": {"type": "number", "minimum": -180, "maximum": 180},
        "lat": {"type": "number", "minimum": -90, "maximum": 90},
        "crs": {"type": "string", "enum": [crs.value for crs in Crs], "default": "wgs84"},
        "accuracy_m": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]},
    },
}


class LocateManyIn(Body):
    """At most 10 000 points."""

    points: Annotated[
        list[Any],
        Field(max_length=MOST_POINTS),
        WithJsonSchema({"type": "array", "maxItems": MOST_POINTS, "items": _POINT}),
    ]


class LocatedOut(Out):
    cell: str | None
    problem: Literal["outside-city", "grid-gap"] | None


class LocatedManyOut(Out):
    """One answer for each point, in the same order."""

    items: list[LocatedOut]


class AreasQuery(PageQuery):
    """Which areas; without `at` those that are live now."""

    level: LevelWord | None = None
    parent: str | None = Field(None, max_length=15, description="Code of the area directly above")
    bbox: str | None = Field(
        None,
        pattern=r"^-?\d+(\.\d+)?(,-?\d+(\.\d+)?){3}$",
        max_length=100,
        description="west,south,east,north in degrees, WGS 84",
    )
    at: Day | None = Field(None, description="Areas as they were at the end of this day, in the city's time zone")
    geometry: bool = Field(default=False, description="With outlines")


class AreaPath(Path):
    code: str = Field(max_length=15)


class AreaQuery(Query):
    geometry: bool = Field(default=False, description="With the outline")


class AreaOut(Out):
    """An area of any level."""

    code: str
    name: str
    level: LevelWord
    parent_code: str | None
    area_m2: float = Field(description="On the ellipsoid")
    land_use: str | None
    management_grade: str | None
    valid_from: Instant
    valid_to: Instant | None = Field(description="Null while live")
    geometry: dict[str, Any] | None = Field(None, description="GeoJSON MultiPolygon, WGS 84; only when asked for")


class AreasPage(Out):
    items: list[AreaOut]
    next_cursor: str | None


class SuccessorOut(Out):
    code: str
    name: str
    share: float = Field(description="Part of the retired area's ground, 0 to 1")


class AreaDetailOut(AreaOut):
    successors: list[SuccessorOut] = Field(description="Live areas on the ground of a retired one")


class ImportFields(Body):
    """Which column of the file holds what."""

    code: str = Field("code", min_length=1, max_length=100)
    name: str | None = Field(None, min_length=1, max_length=100)
    parent: str | None = Field(None, min_length=1, max_length=100)
    land_use: str | None = Field(None, min_length=1, max_length=100)
    management_grade: str | None = Field(None, min_length=1, max_length=100)


class ImportForm(Body):
    """A boundary file and how to read it."""

    file: FileStorage = Field(description="GeoJSON, GeoPackage or zipped Shapefile of at most 64 MiB")
    level: Literal["city", "district", "street", "community", "cell", "mixed"] = Field(
        description="Level of all its areas; mixed: by the length of each code"
    )
    crs: str | None = Field(
        None, max_length=60, description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; without it the file's own"
    )
    dry_run: bool = Field(default=False, description="Only check")
    fields: ImportFields = Field(default=ImportFields(), description='JSON: {"code": column, "name": column, …}')


class ImportPath(Path):
    import_id: UUID


class ImportQueuedOut(Out):
    id: Id
    status: Literal["pending"]


class GridFaultOut(Out):
    kind: Literal[
        "unreadable",
        "wrong-crs",
        "empty",
        "not-2d",
        "invalid-geometry",
        "bad-code",
        "duplicate-code",
        "wrong-parent",
        "outside-parent",
        "overlap",
        "gap",
    ]
    code: str | None
    detail: str
    place: dict[str, Any] | None = Field(description="GeoJSON geometry of the very spot, WGS 84")


class ImportItemOut(Out):
    """A boundary file and what became of it."""

    id: Id
    status: Literal["pending", "refused", "accepted", "checked"]
    counts: dict[str, int]
    level: str
    crs: str | None
    dry_run: bool
    file_name: str
    created_at: Instant
    finished_at: Instant | None


class ImportOut(ImportItemOut):
    faults: list[GridFaultOut]


class ImportsPage(Out):
    items: list[ImportItemOut]
    next_cursor: str | None


class ZonePath(Path):
    code: str = Field(min_length=1, max_length=60)


class ZoneIn(Body):
    """A duty zone, whole: who and what is left out leaves it."""

    name: str = Field(min_length=1, max_length=200)
    cells: list[str] = Field(min_length=1, max_length=5_000, description="Codes of neighbouring live cells")
    people: list[Id] = Field(default=[], max_length=500, description="Inspectors who answer for it")


class NewZoneIn(ZoneIn):
    """A duty zone that is to be."""

    code: str = Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f/]+$")


class ZoneCellsIn(Body):
    cells: list[str] = Field(min_length=1, max_length=5_000, description="Codes of neighbouring live cells, whole")


class ZonePeopleIn(Body):
    people: list[Id] = Field(max_length=500, description="Who answers for it, whole; may be empty")


class ZoneOut(Out):
    code: str
    name: str
    valid_from: Instant
    cells: list[str]
    people: list[PersonOut] | None = Field(None, description="Staff only")


class ZonesPage(Out):
    items: list[ZoneOut]
    next_cursor: str | None


class AnsweringZoneOut(Out):
    code: str
    name: str
    people: list[PersonOut]


class AnsweringOut(Out):
    """Who answers for an area."""

    duty_zones: list[AnsweringZoneOut] = Field(description="Those with a cell in it; for a cell one or none")


class BaseLayerPath(Path):
    layer: BaseLayerName


class BaseLayerForm(Body):
    """A file of roads, water, green or buildings and how to read it."""

    file: FileStorage = Field(description="GeoJSON, GeoPackage or zipped Shapefile of at most 64 MiB")
    crs: str | None = Field(
        None, max_length=60, description="wgs84, cgcs2000, gcj02, bd09 or EPSG:n; without it the file's own"
    )
    name_column: str | None = Field(
        None, min_length=1, max_length=100, description="Without it `name`, where it has one"
    )
    class_column: str | None = Field(
        None, min_length=1, max_length=100, description="Without it `class`, where it has one"
    )
    replace: bool = Field(default=False, description="In place of what is there, not beside it")


class BaseLayerOut(Out):
    """What maps draw under the grid."""

    layer: BaseLayerName
    features: Integer
    source: str | None = Field(description="The name of the file that came last")
    changed_at: Instant | None


class BaseLayersOut(Out):
    items: list[BaseLayerOut]
