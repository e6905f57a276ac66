"""An export as bytes, in pieces: whatever the format, no more than a batch of rows is held."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, TypeAlias

import orjson

from app.exports.rules import COLUMNS, MAP_COLUMNS, Column, Format, Kind
from app.exports.service.geopackages import write_geopackage
from app.exports.service.reading import Told
from app.exports.service.words import Wording
from app.exports.service.workbooks import write_workbook
from app.parts.rules.guarding import guarded

BOM = "\ufeff"
PIECE = 65_536
Batches: TypeAlias = Iterable[Sequence[Told]]


def pieces_of(ending: Format, batches: Batches, wording: Wording, total: int) -> Iterator[bytes]:
    """The file of an export that has so many rows."""
    match ending:
        case Format.CSV:
            return _csv(batches, wording)
        case Format.GEOJSON:
            return _geojson(batches, wording)
        case Format.XLSX:
            return _workbook(batches, wording, total)
        case Format.GPKG:
            return _geopackage(batches, wording)


def _csv(batches: Batches, wording: Wording) -> Iterator[bytes]:
    """RFC 4180 in UTF-8 with a byte order mark; no cell that people wrote is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    text.write(BOM)
    writer.writerow([wording.heads[column.name] for column in COLUMNS])
    for rows in batches:
        cells = [
            _cells(column, values, wording) for column, values in zip(COLUMNS, zip(*rows, strict=True), strict=True)
        ]
        writer.writerows(zip(*cells, strict=True))
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _cells(column: Column, values: Sequence[Any], wording: Wording) -> Sequence[Any]:
    """The cells of a column. Most values are there many times, and each is looked at once."""
    match column.kind:
        case Kind.TEXT | Kind.CODE:
            shown = {value: value and guarded(value) for value in set(values)}
        case Kind.WORD:
            words = wording.words[column.words]
            shown = {value: guarded(words.get(value, value) or "") for value in set(values)}
        case Kind.FLAG:
            shown = dict(wording.flags)
        case _:
            return values
    return [shown[value] for value in values]


def _geojson(batches: Batches, wording: Wording) -> Iterator[bytes]:
    """RFC 7946: one collection, longitude before latitude, WGS 84."""
    names = [column.name for column in MAP_COLUMNS]
    comma = b""
    yield b'{"type":"FeatureCollection","features":['
    for rows in batches:
        features = [_feature(names, row, wording) for row in rows]
        yield comma + b",\n".join(features)
        comma = b",\n"
    yield b"]}\n"


_LON = next(at for at, column in enumerate(COLUMNS) if column.name == "lon")


def _feature(names: Sequence[str], row: Told, wording: Wording) -> bytes:
    place = {"type": "Point", "coordinates": row[_LON : _LON + 2]}
    members = dict(zip(names, _members(row, wording), strict=True))
    return orjson.dumps({"type": "Feature", "id": row[0], "geometry": place, "properties": members})


def _members(row: Told, wording: Wording) -> Iterator[Any]:
    """The values of `MAP_COLUMNS`: a code, and its word beside it."""
    for column, value in zip(COLUMNS, row, strict=True):
        if column.name in {"lon", "lat"}:
            continue
        yield value
        if column.kind is Kind.WORD:
            yield wording.words[column.words].get(value, value)


def _workbook(batches: Batches, wording: Wording, total: int) -> Iterator[bytes]:
    with tempfile.TemporaryFile(prefix="fieldgrid-export-") as file:
        write_workbook(file, batches, wording, total)
        file.seek(0)
        yield from _read(file)


def _geopackage(batches: Batches, wording: Wording) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="fieldgrid-export-") as folder:
        path = Path(folder) / "cases.gpkg"
        write_geopackage(path, batches, wording)
        with path.open("rb") as file:
            yield from _read(file)


def _read(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
