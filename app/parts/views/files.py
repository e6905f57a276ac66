"""The register as files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response

from app.core.auth import needs
from app.core.db import read_unit
from app.core.schemas import problems
from app.parts.queries.register import PartFilter
from app.parts.schemas import PartFilterQuery
from app.parts.service import exporting, filtering
from app.parts.views.blueprint import asked_of, parts

PIECE = 65_536
GPKG = "application/geopackage+sqlite3"
AS_CSV: dict[str | int, Any] = {
    200: {"description": "The parts", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
AS_GPKG: dict[str | int, Any] = {
    200: {"description": "The parts", "content": {GPKG: {"schema": {"type": "string", "format": "binary"}}}}
}


@parts.get("/export.csv", operation_id="export_parts_csv", responses={**AS_CSV, **problems(401, 403)})
@needs("part.read")
def export_parts_csv(query: PartFilterQuery) -> Response:
    """The parts of a filter as CSV in UTF-8, that can be read in again; cells that a spreadsheet would compute are
    guarded by an apostrophe
    """
    return _as_file(_csv(_filter(query)), "text/csv; charset=utf-8", "parts.csv")


@parts.get("/export.gpkg", operation_id="export_parts_gpkg", responses={**AS_GPKG, **problems(401, 403)})
@needs("part.read")
def export_parts_gpkg(query: PartFilterQuery) -> Response:
    """The parts of a filter as a GeoPackage, that can be read in again"""
    return _as_file(_geopackage(_filter(query)), GPKG, "parts.gpkg")


def _filter(query: PartFilterQuery) -> PartFilter:
    with read_unit() as session:
        return filtering.filter_of(session, asked_of(query))


def _csv(wanted: PartFilter) -> Iterator[bytes]:
    with read_unit() as session:
        yield from exporting.csv_of(session, wanted)


def _geopackage(wanted: PartFilter) -> Iterator[bytes]:
    with read_unit() as session, exporting.geopackage_of(session, wanted) as path, path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _as_file(pieces: Iterator[bytes], mimetype: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(pieces, content_type=mimetype, headers=headers)
