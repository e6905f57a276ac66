"""Files of parts → rows, a batch at a time: CSV and GeoPackage, neither of them trusted."""

from __future__ import annotations

import codecs
import csv
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyogrio
import pyogrio.errors
import shapely
from numpy.typing import NDArray

from app.grid.rules.coordinates import Crs, to_wgs84_many
from app.grid.rules.faults import GridFault
from app.grid.rules.georeference import DECIMALS, source_crs, to_storage
from app.grid.service.files import UNREADABLE_ERRORS
from app.parts.rules.checking import FileRows
from app.parts.rules.faults import FaultKind, PartFault
from app.parts.rules.guarding import unguarded
from app.parts.rules.lines import Geometries

MAX_FILE_BYTES = 512 * 1024 * 1024
MAX_ROWS = 5_000_000
ROWS_AT_ONCE = 5_000
# GDAL goes back to the beginning for each batch, so they are larger.
FEATURES_AT_ONCE = 100_000
LONGEST_CELL = 4_000_000
NAMES = ("code", "type", "owner", "state", "name", "surveyed_on")
PLACES = ("lon", "lat", "wkt")
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be read: the declared crs (None: the file's own; a CSV without one is WGS 84), which columns
    hold what (`fields`: our name → the file's), and the scheme of its types (None: told by the length of the codes).
    """

    crs: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    scheme: str | None = None

    def column(self, name: str) -> str:
        return self.fields.get(name, name)


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose head was read: which of our columns it has, and its rows in batches."""

    columns: frozenset[str]
    batches: Iterator[FileRows]


class Unreadable(Exception):
    """Carries the one fault for which nothing could be read."""

    def __init__(self, detail: str, kind: FaultKind = FaultKind.UNREADABLE, row: int | None = None) -> None:
        super().__init__(detail)
        self.fault = PartFault(row, None, kind, detail)


def open_file(path: Path, wanted: Wanted) -> Opened:
    """The rows of a file in EPSG:4326. Its kind is told from its first bytes. Batches may raise `Unreadable` later.

    Raises: Unreadable.
    """
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise Unreadable(f"The file has {size} bytes, at most {MAX_FILE_BYTES} are read: split it by district.")
    with path.open("rb") as file:
        head = file.read(len(_SQLITE))
    if head == _SQLITE:
        return _open_geopackage(path, wanted)
    return _open_csv(path, wanted)


# CSV


def _open_csv(path: Path, wanted: Wanted) -> Opened:
    encoding = _encoding(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            header = [cell.strip() for cell in next(_reader(file), [])]
    except (csv.Error, UnicodeDecodeError) as error:
        raise Unreadable(f"The file cannot be read ({error}): export it as CSV in UTF-8, or as GeoPackage.") from error
    at = {name: header.index(wanted.column(name)) for name in (*NAMES, *PLACES) if wanted.column(name) in header}
    _check_columns(at, header, wanted)
    crs = _system(None, wanted.crs or "wgs84")
    return Opened(frozenset(at), _csv_batches(path, encoding, at, crs))


def _check_columns(found: Mapping[str, Any], header: Sequence[str], wanted: Wanted) -> None:
    there = ", ".join(header)[:300] or "no column at all"
    needed = ["code", *wanted.fields]
    needed += [] if "wkt" in found else ["lon", "lat"]
    for name in needed:
        if name not in found:
            column = wanted.column(name)
            raise Unreadable(f"The file has no column “{column}” for the {name}; it has {there}: say which one it is.")


def _encoding(path: Path) -> str:
    """UTF-8 where the file is that, else the encoding that spreadsheets in China write."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8-sig"


def _reader(file: IO[str]) -> Iterator[list[str]]:
    """The lines of a CSV file; its first line tells what stands between the cells."""
    first = file.readline()
    file.seek(0)
    between = max(",;\t", key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(file, delimiter=between, strict=True)


def _csv_batches(path: Path, encoding: str, at: Mapping[str, int], crs: str) -> Iterator[FileRows]:
    first = 2
    with path.open(encoding=encoding, newline="") as file:
        reader = _reader(file)
        try:
            next(reader, None)
            while lines := list(islice(reader, ROWS_AT_ONCE)):
                yield _of_lines(lines, first, at, crs)
                first += len(lines)
                _check_many(first)
        except (csv.Error, UnicodeDecodeError) as error:
            raise Unreadable(f"After row {first} the file cannot be read ({error}): export it again.") from error


def _of_lines(lines: list[list[str]], first: int, at: Mapping[str, int], crs: str) -> FileRows:
    width = max(at.values()) + 1
    if min(map(len, lines)) < width:
        lines = [line + [""] * (width - len(line)) for line in lines]
    columns = list(zip(*lines, strict=False))
    texts = {name: _read_texts(columns[at[name]]) for name in NAMES if name in at}
    geoms = _places(columns, at, crs)
    return FileRows(first, texts.pop("code"), geoms, **_plural(texts))


def _read_texts(cells: Sequence[str]) -> list[str | None]:
    """What cells say; each different one is read once."""
    meanings = {cell: unguarded(cell.strip()) or None for cell in set(cells)}
    return [meanings[cell] for cell in cells]


def _places(columns: Sequence[Sequence[str]], at: Mapping[str, int], crs: str) -> Geometries:
    """The geometry in a row's `wkt`, else its point; None where there is neither."""
    count = len(columns[0])
    places: Geometries = np.full(count, None, dtype=object)
    if "lon" in at and "lat" in at:
        lons, lats = _numbers(columns[at["lon"]]), _numbers(columns[at["lat"]])
        fit = np.isfinite(lons) & np.isfinite(lats)
        places[fit] = _points(lons[fit], lats[fit], crs)
    if "wkt" in at:
        texts = np.array([cell.strip() or None for cell in columns[at["wkt"]]], dtype=object)
        given = texts != None  # noqa: E711 -- element by element
        places[given] = to_storage(shapely.from_wkt(texts[given], on_invalid="ignore"), crs)
    return places


def _points(lons: NDArray[np.float64], lats: NDArray[np.float64], crs: str) -> Any:
    """Points in EPSG:4326; numbers are converted before they become points where they are degrees."""
    degrees = bool((np.abs(lons) <= 180).all() and (np.abs(lats) <= 90).all())
    if crs not in list(Crs) or not degrees:
        return to_storage(np.asarray(shapely.points(lons, lats), dtype=object), crs)
    lons, lats = to_wgs84_many(lons, lats, crs)
    return shapely.points(np.round(lons, DECIMALS), np.round(lats, DECIMALS))


def _numbers(cells: Sequence[str]) -> NDArray[np.float64]:
    """The cells as numbers, NaN for what is none."""
    try:
        return np.array(cells, dtype=np.float64)
    except ValueError:
        return np.array([_number(cell) for cell in cells], dtype=np.float64)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


# GeoPackage


def _open_geopackage(path: Path, wanted: Wanted) -> Opened:
    with _gdal(path):
        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        if len(layers) != 1:
            named = ", ".join(layers) or "none"
            raise Unreadable(f"The file has the layers {named}: keep one, the parts.")
        info = pyogrio.read_info(path, layer=layers[0])
    header = [str(name) for name in info["fields"]]
    found = {name: wanted.column(name) for name in NAMES if wanted.column(name) in header}
    _check_columns({**found, "wkt": None}, header, wanted)
    crs = _system(info["crs"], wanted.crs)
    return Opened(frozenset(found), _features(path, layers[0], found, crs))


class _gdal:  # noqa: N801 -- reads as a function where it is used
    """What GDAL refuses becomes a fault without the names of our folders; its warnings are for programmers."""

    def __init__(self, path: Path) -> None:
        self._folder = f"{path.parent}/"
        self._quiet = warnings.catch_warnings()

    def __enter__(self) -> None:
        self._quiet.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._quiet.__exit__(None, None, None)
        if isinstance(error, UNREADABLE_ERRORS):
            reason = str(error).split(";", maxsplit=1)[0].replace(self._folder, "").rstrip(".")
            raise Unreadable(f"The file cannot be read ({reason[:300]}): export it again.") from error


def _features(path: Path, layer: str, found: Mapping[str, str], crs: str) -> Iterator[FileRows]:
    first = 1
    while True:
        with _gdal(path):
            meta, _, wkb, values = pyogrio.raw.read(
                path,
                layer=layer,
                columns=sorted(set(found.values())),
                skip_features=first - 1,
                max_features=FEATURES_AT_ONCE,
            )
            columns = {str(name): column for name, column in zip(meta["fields"], values, strict=True)}
            geoms = to_storage(shapely.from_wkb(wkb, on_invalid="ignore"), crs)
        texts = {name: [_cell(value) for value in columns[column].tolist()] for name, column in found.items()}
        for begin in range(0, len(wkb), ROWS_AT_ONCE):
            part = slice(begin, begin + ROWS_AT_ONCE)
            cut = {name: column[part] for name, column in texts.items()}
            yield FileRows(first + begin, cut.pop("code"), geoms[part], **_plural(cut))
        first += len(wkb)
        _check_many(first)
        if len(wkb) < FEATURES_AT_ONCE:
            return


def _cell(value: Any) -> str | None:
    """A cell as text; numbers without a fraction as their digits, as some programs store codes."""
    if value is None or value != value:  # noqa: PLR0124 -- NaN and NaT
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


# both


def _plural(texts: Mapping[str, list[str | None]]) -> dict[str, Any]:
    """The columns by the names that `FileRows` has for them."""
    names = {"type": "types", "owner": "owners", "state": "states", "name": "names", "surveyed_on": "surveyed_on"}
    return {names[name]: column for name, column in texts.items()}


def _system(own: str | None, declared: str | None) -> str:
    crs = source_crs(own, declared)
    if isinstance(crs, GridFault):
        raise Unreadable(crs.detail, FaultKind.WRONG_CRS)
    return crs


def _check_many(row: int) -> None:
    if row > MAX_ROWS:
        raise Unreadable(f"The file has more than {MAX_ROWS} rows: split it by district.")
