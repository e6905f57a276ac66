"""The register as a file that can be read in again: CSV for spreadsheets, GeoPackage for map programs."""

from __future__ import annotations

import csv
import io
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.core.garbage import collected_rarely
from app.parts.queries import register
from app.parts.queries.register import PartFilter
from app.parts.rules.guarding import guarded
from app.parts.rules.lines import Geometries

BOM = "\ufeff"
ROWS_AT_ONCE = 5_000
FEATURES_AT_ONCE = 10_000
COLUMNS = (
    "code",
    "type",
    "type_name",
    "owner",
    "owner_name",
    "state",
    "name",
    "cell",
    "surveyed_on",
    "changed_at",
)


def csv_of(session: Session, wanted: PartFilter) -> Iterator[bytes]:
    """The parts of a filter in pieces: UTF-8 with a byte order mark; points as lon and lat, lines as wkt."""
    yield BOM.encode() + _lines([(*COLUMNS, "lon", "lat", "wkt")])
    pages = register.all_parts(session, wanted, ROWS_AT_ONCE)
    while piece := _piece(pages):
        yield piece


def _piece(pages: Iterator[Sequence[Row[Any]]]) -> bytes:
    """The next page as lines, empty after the last. The collector has its way while the reader takes it."""
    with collected_rarely():
        rows = next(pages, ())
        return _lines([*map(guarded, texts), *place] for texts, place in zip(_texts(rows), _places(rows), strict=True))


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def _texts(rows: Sequence[Row[Any]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        day = "" if row.surveyed_on is None else row.surveyed_on.isoformat()
        changed = row.changed_at.isoformat(timespec="seconds")
        owner = (row.owner_code or "", row.owner_name or "")
        yield (
            row.code,
            row.type_code,
            row.type_name,
            *owner,
            row.state,
            row.name or "",
            row.cell_code,
            day,
            changed,
        )


def _places(rows: Sequence[Row[Any]]) -> Iterator[tuple[str, str, str]]:
    geoms = _geometries(rows)
    points = shapely.get_type_id(geoms) == shapely.GeometryType.POINT
    lons, lats = shapely.get_x(geoms).tolist(), shapely.get_y(geoms).tolist()
    for at, point in enumerate(points.tolist()):
        if point:
            yield f"{lons[at]:.9f}", f"{lats[at]:.9f}", ""
        else:
            yield "", "", shapely.to_wkt(geoms[at], rounding_precision=9)


def _geometries(rows: Sequence[Row[Any]]) -> Geometries:
    return np.asarray(shapely.from_wkb([bytes(row.place) for row in rows]), dtype=object)


@contextmanager
def geopackage_of(session: Session, wanted: PartFilter) -> Iterator[Path]:
    """The parts of a filter as a GeoPackage with one layer, `parts`; it vanishes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="fieldgrid-parts-") as folder:
        path = Path(folder) / "parts.gpkg"
        write_geopackage(session, wanted, path)
        yield path


def write_geopackage(session: Session, wanted: PartFilter, path: Path) -> int:
    """Write the parts of a filter there; how many."""
    path.unlink(missing_ok=True)
    written = 0
    with collected_rarely():
        for rows in register.all_parts(session, wanted, FEATURES_AT_ONCE):
            _append(path, list(zip(*_texts(rows), strict=True)), _geometries(rows), more=written > 0)
            written += len(rows)
    if not written:
        _append(path, [()] * len(COLUMNS), np.empty(0, dtype=object), more=False)
    return written


def _append(path: Path, columns: Sequence[Sequence[str]], geoms: Geometries, *, more: bool) -> None:
    fields = [np.array(column, dtype=object) for column in columns]
    options: Mapping[str, Any] = {"SPATIAL_INDEX": "YES"} if not more else {}
    with warnings.catch_warnings():
        # GDAL warns that points and lines share the layer, which is what the register is.
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path,
            shapely.to_wkb(geoms),
            fields,
            list(COLUMNS),
            layer="parts",
            driver="GPKG",
            geometry_type="Unknown",
            crs="EPSG:4326",
            append=more,
            layer_options=dict(options),
        )
