"""The collections that everybody may read, and the properties of their features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

Kind = Literal["string", "number", "date", "instant"]
_SCHEMAS: Mapping[Kind, Mapping[str, str]] = MappingProxyType(
    {
        "string": {"type": "string"},
        "number": {"type": "number"},
        "date": {"type": "string", "format": "date"},
        "instant": {"type": "string", "format": "date-time"},
    }
)
PUBLIC_STATES = ("to_dispatch", "handling", "on_hold", "to_check", "to_close", "closed")
"""A case is public from its filing on; one that was refused, withdrawn or joined to another is not."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property of features. What can be asked for (`queryable`) is compared exactly."""

    name: str
    title: str
    kind: Kind = "string"
    queryable: bool = False
    values: tuple[str, ...] = ()

    @property
    def schema(self) -> dict[str, Any]:
        choices = {"enum": list(self.values)} if self.values else {}
        return {"title": self.title, **_SCHEMAS[self.kind], **choices}


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: the view that it is read from, its geometry, its properties, which of them is its time.

    `lasts`: its time is when a feature began, and it has not ended. `countable`: there are so few that they are counted
    with each page. `order`: the columns that pages follow, unique together.
    """

    id: str
    title: str
    description: str
    view: str
    geometry: Literal["Point", "MultiPolygon", "Geometry"]
    properties: tuple[Property, ...]
    time: str | None = None
    lasts: bool = False
    countable: bool = False
    order: tuple[str, ...] = ("id",)

    @property
    def queryables(self) -> dict[str, Property]:
        return {one.name: one for one in self.properties if one.queryable}


_CODE = Property("code", "Code", queryable=True)
_NAME = Property("name", "Name", queryable=True)
_SINCE = Property("valid_from", "In force since", "instant")
_AREA = Property("area_m2", "Area in m² on the ellipsoid", "number")
_TYPE = (
    Property("type_scheme", "Code table of the type", queryable=True),
    Property("type_code", "Code of the type", queryable=True),
    Property("type_name", "Name of the type"),
    Property("type_class", "Class of the type", queryable=True),
)

COLLECTIONS: Mapping[str, Collection] = MappingProxyType(
    {
        one.id: one
        for one in (
            Collection(
                "areas",
                "行政区划 Areas",
                "The city, its districts, streets and communities, as they are in force",
                "ogc_areas",
                "MultiPolygon",
                (
                    _CODE,
                    _NAME,
                    Property("level", "Level", queryable=True, values=("city", "district", "street", "community")),
                    Property("parent_code", "Code of the area above", queryable=True),
                    _AREA,
                    _SINCE,
                ),
                time="valid_from",
                lasts=True,
                countable=True,
            ),
            Collection(
                "cells",
                "单元网格 Cells",
                "The cells of the grid, as they are in force",
                "ogc_cells",
                "MultiPolygon",
                (
                    _CODE,
                    _NAME,
                    Property("community_code", "Code of the community", queryable=True),
                    Property("duty_zone", "Code of the duty zone", queryable=True),
                    Property("land_use", "Land use", queryable=True),
                    Property("management_grade", "Management grade", queryable=True),
                    _AREA,
                    _SINCE,
                ),
                time="valid_from",
                lasts=True,
                countable=True,
            ),
            Collection(
                "cases",
                "案卷 Cases",
                "Cases from their filing on, each at the middle of its cell; no words, no photos, no people",
                "ogc_cases",
                "Point",
                (
                    Property("number", "Number of the case", queryable=True),
                    Property("state", "State", queryable=True, values=PUBLIC_STATES),
                    Property("type_kind", "Kind of the type", queryable=True, values=("part", "matter")),
                    *_TYPE,
                    Property("cell_code", "Code of the cell", queryable=True),
                    Property("cell_name", "Name of the cell"),
                    Property("opened_at", "Reported at", "instant"),
                    Property("filed_at", "Filed at", "instant"),
                    Property("closed_at", "Closed at", "instant"),
                ),
                time="opened_at",
                order=("opened_at", "key"),
            ),
            Collection(
                "parts",
                "部件 Parts",
                "Parts of the city with their owners: manhole covers, lamps, bins…",
                "ogc_parts",
                "Geometry",
                (
                    _CODE,
                    _NAME,
                    *_TYPE,
                    Property("state", "State", queryable=True, values=("intact", "damaged", "missing", "occupied")),
                    Property("owner_code", "Code of the owner", queryable=True),
                    Property("owner_name", "Name of the owner"),
                    Property("cell_code", "Code of the cell", queryable=True),
                    Property("surveyed_on", "Surveyed on", "date"),
                ),
            ),
        )
    }
)
