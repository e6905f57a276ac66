"""Resumable uploads over HTTP: tus 1.0 with creation, expiration, checksum and termination."""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime
from typing import Any

from flask import Response, request

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import unit_of_work
from app.core.errors import Invalid, TooLarge, WrongType
from app.core.http import answer, json_response, write_unit
from app.core.intake import takes
from app.core.schemas import problems
from app.media import service
from app.media.errors import PhotoTooLarge, UploadVersion
from app.media.queries import UploadRow
from app.media.rules import resumable
from app.media.rules.kinds import MAX_BYTES
from app.media.schemas import NewUploadHeader, PartHeader, UploadHeader, UploadOut, UploadPath
from app.media.views.blueprint import media

_DONE: dict[str | int, Any] = {
    "204": {"description": "Done: see Upload-Offset, Upload-Expires and, when complete, Photo-Id"}
}


@media.after_request
def name_the_protocol(response: Response) -> Response:
    """Every answer of an upload says which protocol it speaks, refusals too; OPTIONS says what it can."""
    if not request.path.startswith("/api/v1/uploads"):
        return response
    response.headers["Tus-Resumable"] = resumable.VERSION
    if request.method == "OPTIONS" or response.status_code == 412:
        response.headers["Tus-Version"] = resumable.VERSION
        response.headers["Tus-Extension"] = resumable.EXTENSIONS
        response.headers["Tus-Max-Size"] = str(MAX_BYTES)
        response.headers["Tus-Checksum-Algorithm"] = ",".join(resumable.ALGORITHMS)
    return response


@media.post("/uploads", operation_id="begin_upload", responses={"201": UploadOut, **problems(409, 412, 413, 429)})
@needs("photo.create")
def begin_upload(header: NewUploadHeader) -> Response:
    """Begin a resumable upload of one photo; go on with PATCH at `Location`."""
    _check_version(header)
    now = clock.now()
    filename = resumable.metadata(header.upload_metadata).get("filename")
    with write_unit() as session:
        upload = service.create_upload(
            session, length=header.upload_length, filename=filename, principal=current_principal(), now=now
        )
        headers = {"Location": f"/api/v1/uploads/{upload.id}", **_headers(upload)}
        return answer(session, UploadOut.model_validate(upload), 201, headers=headers)


@media.get(
    "/uploads/<uuid:upload_id>", operation_id="ask_upload", responses={"200": UploadOut, **problems(404, 410, 412)}
)
@needs("photo.create")
def ask_upload(path: UploadPath, header: UploadHeader) -> Response:
    """Where the upload stands (HEAD): `Upload-Offset`, and `Photo-Id` once it is complete."""
    _check_version(header)
    with unit_of_work() as session:
        upload = service.upload_for(session, path.upload_id, principal=current_principal(), now=clock.now())
    headers = {"Cache-Control": "no-store", **_headers(upload)}
    return json_response(UploadOut.model_validate(upload), headers=headers)


@media.patch(
    "/uploads/<uuid:upload_id>",
    operation_id="continue_upload",
    responses={**_DONE, **problems(400, 404, 409, 410, 412, 413, 415, 460, 503)},
)
@needs("photo.create")
@takes("application/offset+octet-stream", max_bytes=MAX_BYTES, refusal=PhotoTooLarge)
def continue_upload(path: UploadPath, header: PartHeader) -> Response:
    """Send the next part; the last one makes the photo and answers its `Photo-Id`."""
    _check_version(header)
    principal, now = current_principal(), clock.now()
    with unit_of_work() as session:
        upload = service.upload_for(session, path.upload_id, principal=principal, now=now)
    part = request.get_data(cache=False)
    service.check_part(upload, header.upload_offset, len(part))
    resumable.check_sum(part, header.upload_checksum)
    if not part:
        return _done(_headers(upload))
    if upload.received + len(part) == upload.length:
        return _finish(upload, part)
    key = service.store_part(upload, part)
    with unit_of_work() as session:
        received = service.add_part(session, upload, key, len(part))
    return _done({**_headers(upload), "Upload-Offset": str(received)})


@media.delete("/uploads/<uuid:upload_id>", operation_id="end_upload", responses={**_DONE, **problems(404, 410, 412)})
@needs("photo.create")
def end_upload(path: UploadPath, header: UploadHeader) -> Response:
    """Give an upload up; what was sent is removed."""
    _check_version(header)
    with unit_of_work() as session:
        upload = service.upload_for(session, path.upload_id, principal=current_principal(), now=clock.now())
        service.terminate_upload(session, upload)
    service.remove_parts(upload)
    return _done({})


def _finish(upload: UploadRow, last: bytes) -> Response:
    """Make the photo. One that is refused ends the upload: sending the same bytes again cannot help."""
    try:
        kept = service.join_parts(upload, last)
    except (Invalid, TooLarge, WrongType) as refusal:
        _forget(upload)
        raise refusal from None
    principal = current_principal()
    with unit_of_work() as session:
        photo = service.finish_upload(session, upload, kept, principal=principal, now=clock.now())
    service.remove_parts(upload)
    return _done({"Upload-Offset": str(upload.length), "Photo-Id": str(photo.id)})


def _forget(upload: UploadRow) -> None:
    with unit_of_work() as session:
        service.terminate_upload(session, upload)
    service.remove_parts(upload)


def _check_version(header: UploadHeader) -> None:
    if header.tus_resumable != resumable.VERSION:
        raise UploadVersion(f"Send Tus-Resumable: {resumable.VERSION}.")


def _headers(upload: UploadRow) -> dict[str, str]:
    headers = {
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(upload.expires_at.astimezone(UTC), usegmt=True),
    }
    return headers if upload.photo_id is None else {**headers, "Photo-Id": str(upload.photo_id)}


def _done(headers: dict[str, str]) -> Response:
    return json_response(None, 204, headers=headers)
