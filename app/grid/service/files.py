"""Files of geometries: GeoJSON, GeoPackage and zipped Shapefile, opened without trusting any of them."""

from __future__ import annotations

import stat
import tempfile
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import orjson
import pyogrio
import pyogrio.errors
import shapely

from app.grid.rules.faults import FaultKind, GridFault

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
MAX_FEATURES = 200_000
MAX_ZIP_ENTRIES = 100
SHAPEFILE_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
# What reading a broken file of places may raise; the register of parts reads such files too.
UNREADABLE_ERRORS = (
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


class Unreadable(Exception):
    """Carries a fault out of nested steps."""

    def __init__(self, detail: str, kind: FaultKind = FaultKind.UNREADABLE) -> None:
        super().__init__(detail)
        self.fault = GridFault(kind, None, detail)


@dataclass(frozen=True, slots=True)
class Order:
    """What is looked for: the word for many of it, and the word for one, after which its layer is named where the file
    has several; None: take all layers.
    """

    what: str
    word: str | None


@dataclass(frozen=True, slots=True)
class SourceLayer:
    """A layer as it was read: `crs` as the file says it, `implied` where its kind does; columns by their names."""

    name: str
    crs: str | None
    implied: str | None
    columns: dict[str, Any]
    geoms: Any


@contextmanager
def on_disk(data: bytes) -> Iterator[list[Path]]:
    """The file in a temporary folder, unpacked where it was packed. The kind of file is told from its first bytes.

    Nothing is written outside that folder, and no more than `MAX_UNPACKED_BYTES`.
    Raises: Unreadable.
    """
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable(f"The file has {len(data)} bytes, at most {MAX_FILE_BYTES} are read: split it by district.")
    with tempfile.TemporaryDirectory(prefix="fieldgrid-") as folder:
        yield _put_down(data, Path(folder))


def _put_down(data: bytes, folder: Path) -> list[Path]:
    if data.startswith(b"PK"):
        return _unzip(data, folder)
    if data.startswith(b"SQLite format 3\x00"):
        target = folder / "features.gpkg"
    elif data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        target = folder / "features.geojson"
    else:
        raise Unreadable("The file is no GeoJSON, no GeoPackage and no zipped Shapefile: export it as one of these.")
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
        raise Unreadable(f"The zip file is damaged ({error}): pack it again.") from error
    found = sorted(folder.glob("*.shp"))
    if not found:
        raise Unreadable("The zip file holds no .shp: pack the .shp, .shx, .dbf and .prj of the Shapefile together.")
    for shape in found:
        missing = [suffix for suffix in (".shx", ".dbf") if not shape.with_suffix(suffix).exists()]
        if missing:
            raise Unreadable(f"{shape.name} comes without its {' and '.join(missing)}: pack all parts together.")
    return found


def _refuse_tricks(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Paths that lead out, links, encryption and bombs: no honest export has them."""
    if len(entries) > MAX_ZIP_ENTRIES:
        raise Unreadable(f"The zip file has {len(entries)} entries, at most {MAX_ZIP_ENTRIES} are read.")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise Unreadable(f"The zip file unpacks to more than {MAX_UNPACKED_BYTES} bytes: split it by district.")
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise Unreadable(
                f"The zip file has the path “{entry.filename[:80]}”, which leads out of it: pack it again."
            )
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unreadable(f"“{entry.filename[:80]}” in the zip file is a link: pack the file itself.")
        if entry.flag_bits & 0x1:
            raise Unreadable("The zip file is encrypted: pack it without a password.")


def layers_of(path: Path, data: bytes, order: Order) -> list[SourceLayer]:
    """The layers of a file on disk that are wanted.

    Raises: Unreadable.
    """
    says_crs = path.suffix != ".geojson" or _geojson_says_crs(data, order)
    try:
        with warnings.catch_warnings():
            # GDAL warns about things that the check names better, each with its place.
            warnings.simplefilter("ignore")
            names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
            return [_read(path, name, order, says_crs=says_crs) for name in _chosen(names, order)]
    except UNREADABLE_ERRORS as error:
        reason = str(error).split(";")[0].replace(f"{path.parent}/", "").rstrip(".")
        raise Unreadable(f"The file cannot be read ({reason}): export it again.") from error


def _geojson_says_crs(data: bytes, order: Order) -> bool:
    """Whether a GeoJSON names its crs; without one it should be WGS 84, and in practice may be anything."""
    try:
        document = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"The file is no JSON ({error}): export it again.") from error
    if document.get("type") not in {"FeatureCollection", "Feature"}:
        raise Unreadable(f"The JSON is no GeoJSON FeatureCollection: export the {order.what} with their attributes.")
    if document["type"] == "FeatureCollection" and not document.get("features"):
        raise Unreadable(f"The file has no {order.what}.", FaultKind.EMPTY)
    return "crs" in document


def _chosen(names: list[str], order: Order) -> list[str]:
    """The layers to read: all where any will do, else the only one or the one that is named so."""
    if not names:
        raise Unreadable(f"The file has no layer with outlines: export the {order.what}, not only their table.")
    if order.word is None or len(names) == 1:
        return names
    words = {order.word, order.word.removesuffix("y") + "ie"}
    named = [name for name in names if name.lower().rstrip("s") in words]
    if len(named) != 1:
        raise Unreadable(f"The file has the layers {', '.join(names)}: keep one, or name one “{order.word}”.")
    return named


def _read(path: Path, layer: str, order: Order, *, says_crs: bool) -> SourceLayer:
    meta, _, wkb, values = pyogrio.raw.read(path, layer=layer, max_features=MAX_FEATURES + 1)
    if len(wkb) > MAX_FEATURES:
        raise Unreadable(f"The file has more than {MAX_FEATURES} {order.what}: split it by district.")
    columns = {str(name): column for name, column in zip(meta["fields"], values, strict=True)}
    own, implied = (meta["crs"], None) if says_crs else (None, "wgs84")
    return SourceLayer(layer, own, implied, columns, shapely.from_wkb(wkb, on_invalid="ignore"))


def as_text(value: Any) -> str | None:
    """A cell of the table as text; numbers without a fraction as their digits, as spreadsheets like to store codes."""
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None
