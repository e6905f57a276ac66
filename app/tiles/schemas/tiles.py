"""Shapes of tiles in requests and of their descriptions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.core.schemas import Integer, Number, Out, Path, Query


class TilePath(Path):
    z: int = Field(ge=0, description="Zoom")
    x: int = Field(ge=0, description="Column, from the west")
    y: int = Field(ge=0, description="Row, from the north")


class GroundLayerPath(Path):
    layer: Literal["base", "areas", "cells"]


class GroundTilePath(TilePath):
    layer: Literal["base", "areas", "cells"]


class UnfilteredQuery(Query):
    """The ground has no filters."""


class VectorLayerOut(Out):
    id: str
    description: str
    fields: dict[str, Literal["String", "Number", "Boolean"]]
    minzoom: Integer
    maxzoom: Integer


class TileJsonOut(Out):
    """TileJSON 3.0.0: where a map finds the tiles of a layer, and what is in them."""

    tilejson: Literal["3.0.0"]
    name: str
    description: str
    attribution: str
    scheme: Literal["xyz"]
    tiles: list[str]
    vector_layers: list[VectorLayerOut]
    minzoom: Integer
    maxzoom: Integer
    bounds: list[Number] = Field(min_length=4, max_length=4, description="west, south, east, north in degrees, WGS 84")
    center: list[Number] = Field(min_length=3, max_length=3, description="longitude, latitude, zoom")
