"""Boundary files → features: GeoJSON, GeoPackage and zipped Shapefile, none of them trusted."""

from __future__ import annotations

import stat
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import orjson
import pyogrio
import pyogrio.errors
import shapely

from app.grid.rules.codes import Level, level_of
from app.grid.rules.faults import FaultKind, GridFault
from app.grid.rules.georeference import source_crs, to_storage
from app.grid.rules.proposal import Feature

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_FEATURES = 200_000
MAX_ZIP_ENTRIES = 100
MIXED = "mixed"
SHAPEFILE_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
_GDAL_ERRORS = (
    pyogrio.errors.CRSError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.DataSourceError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
    shapely.errors.GEOSException,
    UnicodeDecodeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be read: the level of its areas (or `mixed`: by the length of each code), the declared crs
    (None: the file's own) and the columns. `fields` maps code, name, parent, land_use, management_grade to columns.
    """

    level: str
    crs: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)

    def column(self, name: str) -> str:
        return self.fields.get(name, name)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, or the faults for which nothing could be."""

    features: list[Feature]
    faults: list[GridFault]


class _Unreadable(Exception):
    """Carries a fault out of nested steps."""

    def __init__(self, detail: str, kind: FaultKind = FaultKind.UNREADABLE) -> None:
        super().__init__(detail)
        self.fault = GridFault(kind, None, detail)


@dataclass(frozen=True, slots=True)
class _Layer:
    name: str
    crs: str | None
    implied: str | None
    columns: dict[str, Any]
    geoms: Any


def read_boundaries(data: bytes, wanted: Wanted) -> Reading:
    """The areas of a boundary file in EPSG:4326.

    The kind of file is told from its first bytes. Nothing of it is written outside a temporary folder, and no more than
    `MAX_UNPACKED_BYTES`.
    """
    try:
        with _on_disk(data) as paths:
            layers = [layer for path in paths for layer in _layers(path, data, wanted)]
        return Reading(_features(layers, wanted), [])
    except _Unreadable as refused:
        return Reading([], [refused.fault])


@contextmanager
def _on_disk(data: bytes) -> Iterator[list[Path]]:
    if len(data) > MAX_FILE_BYTES:
        raise _Unreadable(f"The file has {len(data)} bytes, at most {MAX_FILE_BYTES} are read: split it by district.")
    with tempfile.TemporaryDirectory(prefix="fieldgrid-") as folder:
        yield _put_down(data, Path(folder))


def _put_down(data: bytes, folder: Path) -> list[Path]:
    if data.startswith(b"PK"):
        return _unzip(data, folder)
    if data.startswith(b"SQLite format 3\x00"):
        target = folder / "areas.gpkg"
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        target = folder / "areas.geojson"
    else:
        raise _Unreadable("The file is no GeoJSON, no GeoPackage and no zipped Shapefile: export it as one of these.")
    target.write_bytes(data)
    return [target]


def _unzip(data: bytes, folder: Path) -> list[Path]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _refuse_tricks(entries)
            parts = [entry for entry in entries if PurePosixPath(entry.filename).suffix.lower() in SHAPEFILE_PARTS]
            for entry in parts:
                path = PurePosixPath(entry.filename)
                (folder / f"{path.stem}{path.suffix.lower()}").write_bytes(archive.read(entry))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise _Unreadable(f"The zip file is damaged ({error}): pack it again.") from error
    found = sorted(folder.glob("*.shp"))
    if not found:
        raise _Unreadable("The zip file holds no .shp: pack the .shp, .shx, .dbf and .prj of the Shapefile together.")
    for shape in found:
        missing = [suffix for suffix in (".shx", ".dbf") if not shape.with_suffix(suffix).exists()]
        if missing:
            raise _Unreadable(f"{shape.name} comes without its {' and '.join(missing)}: pack all parts together.")
    return found


def _refuse_tricks(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Paths that lead out, links, encryption and bombs: no honest export has them."""
    if len(entries) > MAX_ZIP_ENTRIES:
        raise _Unreadable(f"The zip file has {len(entries)} entries, at most {MAX_ZIP_ENTRIES} are read.")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise _Unreadable(f"The zip file unpacks to more than {MAX_UNPACKED_BYTES} bytes: split it by district.")
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise _Unreadable(
                f"The zip file has the path “{entry.filename[:80]}”, which leads out of it: pack it again."
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise _Unreadable(f"“{entry.filename[:80]}” in the zip file is a link: pack the file itself.")
        if entry.flag_bits & 0x1:
            raise _Unreadable("The zip file is encrypted: pack it without a password.")


def _layers(path: Path, data: bytes, wanted: Wanted) -> list[_Layer]:
    says_crs = path.suffix != ".geojson" or _geojson_says_crs(data)
    try:
        with warnings.catch_warnings():
            # GDAL warns about things that the check names better, each with its place.
            warnings.simplefilter("ignore")
            names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
            return [_read(path, name, says_crs=says_crs) for name in _chosen(names, wanted)]
    except _GDAL_ERRORS as error:
        reason = str(error).split(";")[0].replace(f"{path.parent}/", "").rstrip(".")
        raise _Unreadable(f"The file cannot be read ({reason}): export it again.") from error


def _geojson_says_crs(data: bytes) -> bool:
    """Whether a GeoJSON names its crs; without one it should be WGS 84, and in practice may be anything."""
    try:
        document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise _Unreadable(f"The file is no JSON ({error}): export it again.") from error
    if document.get("type") not in {"FeatureCollection", "Feature"}:
        raise _Unreadable("The JSON is no GeoJSON FeatureCollection: export the areas with their attributes.")
    if document["type"] == "FeatureCollection" and not document.get("features"):
        raise _Unreadable("The file has no areas.", FaultKind.EMPTY)
    return "crs" in document


def _chosen(names: list[str], wanted: Wanted) -> list[str]:
    """The layers to read: all for mixed levels, else the only one or the one named after the level."""
    if not names:
        raise _Unreadable("The file has no layer with outlines: export the areas, not only their table.")
    if wanted.level == MIXED or len(names) == 1:
        return names
    named = [
        name for name in names if name.lower().rstrip("s") in {wanted.level, wanted.level.removesuffix("y") + "ie"}
    ]
    if len(named) != 1:
        raise _Unreadable(f"The file has the layers {', '.join(names)}: keep one, or name one “{wanted.level}”.")
    return named


def _read(path: Path, layer: str, *, says_crs: bool) -> _Layer:
    meta, _, wkb, values = pyogrio.raw.read(path, layer=layer, max_features=MAX_FEATURES + 1)
    if len(wkb) > MAX_FEATURES:
        raise _Unreadable(f"The file has more than {MAX_FEATURES} areas: split it by district.")
    columns = {str(name): column for name, column in zip(meta["fields"], values, strict=True)}
    own, implied = (meta["crs"], None) if says_crs else (None, "wgs84")
    return _Layer(layer, own, implied, columns, shapely.from_wkb(wkb, on_invalid="ignore"))


def _features(layers: list[_Layer], wanted: Wanted) -> list[Feature]:
    systems = {layer.crs for layer in layers}
    if len(systems) > 1:
        named = ", ".join(f"{layer.name} in {layer.crs or 'an unknown system'}" for layer in layers)
        raise _Unreadable(f"The layers are in different systems ({named}): export all in one.", FaultKind.WRONG_CRS)
    features: list[Feature] = []
    for layer in layers:
        features.extend(_areas(layer, wanted, len(features)))
    if not features:
        raise _Unreadable("The file has no areas.", FaultKind.EMPTY)
    return features


def _areas(layer: _Layer, wanted: Wanted, offset: int) -> Iterator[Feature]:
    crs = source_crs(layer.crs, wanted.crs or layer.implied)
    if isinstance(crs, GridFault):
        raise _Unreadable(crs.detail, FaultKind.WRONG_CRS)
    geoms = to_storage(layer.geoms, crs)
    codes = _texts(layer, wanted, "code", needed=True)
    names = _texts(layer, wanted, "name", needed="name" in wanted.fields)
    parents = _texts(layer, wanted, "parent", needed="parent" in wanted.fields)
    land_uses = _texts(layer, wanted, "land_use", needed="land_use" in wanted.fields)
    grades = _texts(layer, wanted, "management_grade", needed="management_grade" in wanted.fields)
    for row, geom in enumerate(geoms):
        code = codes[row] or ""
        told = level_of(code) if wanted.level == MIXED else Level.of(wanted.level)
        name = names[row] or code
        level = Level.CELL if told is None else told
        yield Feature(offset + row + 1, code, name, parents[row], level, land_uses[row], grades[row], geom)


def _texts(layer: _Layer, wanted: Wanted, name: str, *, needed: bool) -> list[str | None]:
    column = wanted.column(name)
    if column in layer.columns:
        return [_text(value) for value in layer.columns[column].tolist()]
    if needed:
        there = ", ".join(layer.columns) or "no column at all"
        raise _Unreadable(f"The file has no column “{column}” for the {name}; it has {there}: say which one it is.")
    return [None] * len(layer.geoms)


def _text(value: Any) -> str | None:
    """A cell of the table as text; numbers without a fraction as their digits, as spreadsheets like to store codes."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None
