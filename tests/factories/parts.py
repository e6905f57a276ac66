"""Parts of the small city: in the register through its services, and in files."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from app.parts import jobs
from app.parts.service import PartRows, load
from tests.factories.cases import City

COVER_CODE = "31010101001{:06d}"
LAMP_CODE = "31010101002{:06d}"
HEADER = ("code", "type", "owner", "state", "name", "lon", "lat", "surveyed_on")


def some_parts(session: Session, city: City, now: datetime, *, count: int = 5, step: float = 0.00002) -> list[str]:
    """Covers of U03 in a row to the east of the middle of the first cell, every other one damaged; their codes."""
    lon, lat = city.spot()
    codes = [COVER_CODE.format(at + 1) for at in range(count)]
    rows = PartRows(
        codes,
        [city.types["01001"].id] * count,
        [city.units["U03"]] * count,
        ["damaged" if at % 2 else "intact" for at in range(count)],
        [f"井 {at + 1}" for at in range(count)],
        np.asarray(shapely.points([lon + at * step for at in range(count)], [lat] * count), dtype=object),
        ["310101001001001"] * count,
        [None] * count,
    )
    load(session, rows, now=now)
    session.commit()
    return codes


def row_of(city: City, serial: int, **changes: str) -> dict[str, str]:
    """A row of a file: a lamp of U02 in the middle of the first cell."""
    lon, lat = city.spot()
    return {
        "code": LAMP_CODE.format(serial),
        "type": "01002",
        "owner": "U02",
        "state": "intact",
        "name": f"路灯 {serial}",
        "lon": str(lon),
        "lat": str(lat),
        "surveyed_on": "2026-02-01",
        **changes,
    }


def csv_bytes(rows: list[dict[str, str]], header: tuple[str, ...] = HEADER, encoding: str = "utf-8") -> bytes:
    """A CSV file of these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def handed_in(api: Any, data: bytes, name: str = "parts.csv", **form: str) -> Any:
    """What became of a file that the administrator handed in: the job is done, the answer is read."""
    answer = api.call("admin", "POST", "/parts/imports", 202, data={"file": (io.BytesIO(data), name), **form})
    import_id = answer.get_json()["id"]
    jobs.import_file(import_id)
    return api.get("admin", f"/parts/imports/{import_id}")
