"""Cases as a file: up to ten thousand as the answer itself, more as a job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response

from app.cases import queries as cases
from app.cases.rules.filters import CaseFilter
from app.cases.service.filtering import check_known, filter_of
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.config import config
from app.core.db import read_unit, unit_of_work
from app.core.http import accepted_language
from app.core.schemas import problems
from app.exports import service
from app.exports.queries.picking import Picked, picked_cases
from app.exports.rules import DIRECT_ROWS, MEDIA_TYPES, Format, file_name, language_of
from app.exports.schemas import ExportCasesQuery, ExportOut
from app.exports.service import Wanted
from app.exports.views.blueprint import exports, file_answer
from app.exports.views.jobs import as_job


def _responses(ending: Format) -> dict[str | int, Any]:
    media = MEDIA_TYPES[ending].partition(";")[0]
    schema = {"type": "string"} if ending is Format.CSV else {"type": "string", "format": "binary"}
    if ending is Format.GEOJSON:
        schema = {"type": "object"}
    file = {"description": "The cases, as a file", "content": {media: {"schema": schema}}}
    return {200: file, 202: ExportOut, **problems(401, 403, 429)}


@exports.get("/cases.csv", operation_id="export_cases_csv", responses=_responses(Format.CSV))
@needs("case.export")
def export_cases_csv(query: ExportCasesQuery) -> Response:
    """The cases of a filter as CSV, cells guarded against formulas, times by the city's clock; over 10 000 as a job"""
    return _export(query, Format.CSV)


@exports.get("/cases.xlsx", operation_id="export_cases_xlsx", responses=_responses(Format.XLSX))
@needs("case.export")
def export_cases_xlsx(query: ExportCasesQuery) -> Response:
    """The cases of a filter as a workbook, dates by the city's clock; over 10 000 as a job"""
    return _export(query, Format.XLSX)


@exports.get("/cases.geojson", operation_id="export_cases_geojson", responses=_responses(Format.GEOJSON))
@needs("case.export")
def export_cases_geojson(query: ExportCasesQuery) -> Response:
    """The cases of a filter as GeoJSON points (RFC 7946); over 10 000 as a job"""
    return _export(query, Format.GEOJSON)


@exports.get("/cases.gpkg", operation_id="export_cases_gpkg", responses=_responses(Format.GPKG))
@needs("case.export")
def export_cases_gpkg(query: ExportCasesQuery) -> Response:
    """The cases of a filter as a GeoPackage with the layer `cases`, WGS 84; over 10 000 as a job"""
    return _export(query, Format.GPKG)


def _export(query: ExportCasesQuery, ending: Format) -> Response:
    """The file where it is small, else the job that makes it.

    Raises: BadFilter, BadSpan, ExportsUnderWay.
    """
    principal, now = current_principal(), clock.now()
    wanted = Wanted(query.asked(), ending, language_of(query.lang, accepted_language()))
    with read_unit() as session:
        found = _known_filter(query)
        found, unknown = cases.named(session, found)
        check_known(unknown)
        picked = picked_cases(session, found, principal, now=now, most=DIRECT_ROWS + 1)
        if len(picked) <= DIRECT_ROWS:
            said = service.wording(session, wanted.language)
    if len(picked) > DIRECT_ROWS:
        return as_job(wanted)
    reader = service.Reader(principal, ending, now, config().city_tz)
    pieces = service.pieces_of(ending, service.batches(read_unit, reader, picked), said, len(picked))
    return _as_file(wanted, picked, pieces)


def _known_filter(query: ExportCasesQuery) -> CaseFilter:
    return replace(filter_of(query, config().city_tz), sort=query.sort)


def _as_file(wanted: Wanted, picked: Picked, pieces: Iterator[bytes]) -> Response:
    """The file on record. What goes wrong at its beginning is still answered as a problem."""
    first, now = next(pieces), clock.now()
    with unit_of_work() as session:
        service.note_export(session, wanted, len(picked), by=current_principal().id, now=now)
    name = file_name(wanted.format, now, ZoneInfo(config().city_tz))
    return file_answer(chain((first,), pieces), wanted.format, name, wanted.language)
