"""Reading files back with other people's programs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyogrio
from python_calamine import CalamineWorkbook

ROOT = "/api/v1"
FORMATS = ("csv", "xlsx", "geojson", "gpkg")


def fetched(api: Any, who: str, ending: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
    """The answer of an export, read to its end."""
    path = f"{ROOT}/exports/cases.{ending}"
    answer = api.client.get(path, headers={**api.headers(who), **(headers or {})}, query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def from_csv(data: bytes) -> list[dict[str, str]]:
    text = data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def from_xlsx(data: bytes) -> list[dict[str, Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    head, *rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return [dict(zip(head, row, strict=True)) for row in rows]


def from_geojson(data: bytes) -> list[dict[str, Any]]:
    found = json.loads(data)
    assert found["type"] == "FeatureCollection"
    return [{**one["properties"], "at": one["geometry"]["coordinates"]} for one in found["features"]]


def from_gpkg(data: bytes, folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    path = folder / "read.gpkg"
    path.write_bytes(data)
    meta, _, geometry, columns = pyogrio.raw.read(path, layer="cases", datetime_as_string=True)
    rows = [dict(zip(meta["fields"], values, strict=True)) for values in zip(*columns, strict=True)]
    return {**meta, "geometry": geometry}, rows


def numbers_in(ending: str, data: bytes, folder: Path) -> list[str]:
    """The numbers of the cases in a file, in their order."""
    if ending == "gpkg":
        return [row["number"] for row in from_gpkg(data, folder)[1]]
    if ending == "geojson":
        return [row["number"] for row in from_geojson(data)]
    rows: list[dict[str, Any]] = from_csv(data) if ending == "csv" else from_xlsx(data)
    return [row["案卷编号"] for row in rows]
