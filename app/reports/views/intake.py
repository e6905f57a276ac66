"""A report as JSON or as one multipart form: both become the same command."""

from __future__ import annotations

from typing import Any, TypeVar

import orjson
from flask import request
from pydantic import ValidationError

from app.core.errors import Fault, Invalid
from app.core.intake import NulCharacter
from app.core.problems import invalid_from, pointer_of
from app.media import service as media
from app.media.service import KeptPhoto
from app.reports.errors import TooManyPhotosInForm
from app.reports.rules import Caller, SubmitReport, caller_phone
from app.reports.schemas import CallerIn, FormContent, ReportForm, ReportIn

PHOTOS_AT_MOST = 20
PLACE = ("lon", "lat", "crs", "accuracy_m")
JSON_FIELDS = ("position", "type", "caller")
WHOLE = "report"


def read_report() -> tuple[ReportIn, list[KeptPhoto]]:
    """The report of this request, and the photos that came with it, verified and stored but without rows yet.

    Raises: Invalid with a pointer to every wrong field; TooManyPhotosInForm; what the photo pipeline raises.
    """
    if request.mimetype == "multipart/form-data":
        report = _of_form()
        files = [*request.files.getlist("photos"), *request.files.getlist("photo")]
        if len(files) + len(report.photo_ids) > PHOTOS_AT_MOST:
            raise TooManyPhotosInForm(f"A report has at most {PHOTOS_AT_MOST} photos.")
        return report, [media.keep(file.stream, filename=file.filename) for file in files]
    return _validated(request.get_json(), ReportIn), []


_Content = TypeVar("_Content", bound=ReportIn)


def _validated(content: dict[str, Any], model: type[_Content]) -> _Content:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise invalid_from(error) from error


def _fields() -> dict[str, Any]:
    """The fields of the form, those of a JSON text in `report` among them; empty ones are as good as left out."""
    given: dict[str, Any] = {name: value for name, value in request.form.items() if value != ""}
    for name, value in given.items():
        escaped = name in {*JSON_FIELDS, WHOLE} and "\\u0000" in value
        if escaped or "\x00" in value or "\x00" in name:
            raise NulCharacter("Remove U+0000 from the form.", faults=[Fault(pointer_of((name,)), "contains U+0000")])
    if text := given.pop(WHOLE, None):
        whole = _json(WHOLE, text)
        if not isinstance(whole, dict):
            raise Invalid(f"The field {WHOLE} is not a JSON object.", faults=[Fault(f"/{WHOLE}", "must be an object")])
        given = {**whole, **given}
    unknown = sorted((given.keys() | request.files.keys()) - ReportForm.model_fields.keys() - {"photo"})
    if unknown:
        faults = [Fault(pointer_of((name,)), f"known are {', '.join(ReportForm.model_fields)}") for name in unknown]
        raise Invalid(f"The form has fields nobody knows: {', '.join(unknown)}.", faults=faults)
    return given


def _of_form() -> FormContent:
    given = _fields()
    content: dict[str, Any] = dict(given)
    content |= {name: _json(name, given[name]) for name in JSON_FIELDS if isinstance(given.get(name), str)}
    place = {name: content.pop(name) for name in PLACE if name in content}
    if place and "position" not in content:
        content["position"] = {name: value if name == "crs" else _number(name, value) for name, value in place.items()}
    if isinstance(content.get("photo_ids"), str):
        content["photo_ids"] = [part.strip() for part in content["photo_ids"].strip("[]").replace('"', "").split(",")]
    if isinstance(content.get("anonymous"), str):
        content["anonymous"] = {"true": True, "1": True, "false": False, "0": False}.get(content["anonymous"].lower())
    return _validated(content, FormContent)


def _json(name: str, value: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError as error:
        fault = Fault(f"/{name}", f"must be JSON: {error}")
        raise Invalid(f"The field {name} is not JSON.", faults=[fault]) from error


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise Invalid(f"The field {name} is not a number.", faults=[Fault(f"/{name}", "must be a number")]) from error


def command_of(report: ReportIn) -> SubmitReport:
    """The report as the service takes it: converted to WGS 84, the statement kept."""
    lon, lat = report.position.wgs84()
    return SubmitReport(
        report_id=report.id,
        description=report.description,
        lon=lon,
        lat=lat,
        stated=report.position.model_dump(mode="json", exclude_none=True),
        captured_at=report.captured_at,
        type_ref=None if report.type is None else report.type.model_dump(mode="json"),
        address=report.address,
        photo_ids=tuple(dict.fromkeys(report.photo_ids)),
        part_code=report.part_code,
        anonymous=report.anonymous,
        source=report.source,
        caller=None if report.caller is None else caller_of(report.caller),
    )


def caller_of(given: CallerIn) -> Caller:
    """Who rang, with the number as it is stored.

    Raises: BadPhone.
    """
    name = None if given.name is None else given.name.strip()
    return Caller(caller_phone(given.phone), name, given.call_back, given.language)
