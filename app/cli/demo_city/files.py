"""Writing the demo city: GeoJSON with one feature a line, so that a change shows in a diff."""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.cli.demo_city.areas import Area
from app.cli.demo_city.base_layers import Item
from app.cli.demo_city.frame import to_degrees

# A tenth of a metre is enough for what is only looked at.
BASE_DECIMALS = 6


def _feature(shape: BaseGeometry, properties: Mapping[str, Any]) -> str:
    body = {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _collection(name: str, features: Iterable[str]) -> str:
    lines = ",\n".join(features)
    return f'{{"type":"FeatureCollection","name":"{name}","features":[\n{lines}\n]}}\n'


def write_areas(path: Path, areas: Sequence[Area]) -> None:
    """One level's areas as GeoJSON. Units: EPSG:4326, (lon, lat), 7 decimals."""
    features = []
    for area in areas:
        properties: dict[str, Any] = {"code": area.code, "name": area.name, "level": area.level}
        if area.parent is not None:
            properties["parent"] = area.parent
        properties["area_m2"] = area.area_m2
        if area.level == "cell":
            properties |= {"land_use": area.land_use, "grade": area.grade}
        features.append(_feature(area.polygon, properties))
    path.write_text(_collection(path.stem, features), encoding="utf-8", newline="\n")


def write_base(path: Path, items: Sequence[Item]) -> None:
    """One base layer as GeoJSON. Units: EPSG:4326, (lon, lat), 6 decimals."""
    features = []
    for item in items:
        properties: dict[str, Any] = {"class": item.kind}
        if item.name is not None:
            properties["name"] = item.name
        features.append(_feature(_in_degrees(item.shape), properties))
    path.write_text(_collection(path.stem, features), encoding="utf-8", newline="\n")


def _in_degrees(shape: BaseGeometry) -> BaseGeometry:
    degrees = shapely.transform(shape, lambda points: np.round(to_degrees(points), BASE_DECIMALS))
    return shapely.orient_polygons(shapely.remove_repeated_points(degrees))


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows as CSV in UTF-8 with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by the names in its first row."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_checksums(folder: Path, paths: Sequence[Path]) -> None:
    """SHA256SUMS as `sha256sum --check` reads it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n" for path in paths
    ]
    (folder / "SHA256SUMS").write_text("".join(sorted(lines, key=lambda line: line[66:])), encoding="utf-8")
