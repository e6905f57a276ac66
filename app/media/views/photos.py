"""Photos over HTTP."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response, request

from app.core import clock
from app.core.auth import current_principal, needs, public
from app.core.db import unit_of_work
from app.core.errors import Fault, Invalid
from app.core.http import answer, file_response, json_response, write_unit
from app.core.intake import takes
from app.core.schemas import problems
from app.core.storage import store
from app.media import service
from app.media.errors import PhotoTooLarge
from app.media.rules.kinds import MAX_BYTES
from app.media.rules.links import Variant
from app.media.schemas import PhotoForm, PhotoPath, PhotoVariantPath, SignatureQuery, StoredPhotoOut
from app.media.views.blueprint import media

log = structlog.get_logger()

# Room for the boundaries and headers of a multipart body around the photo.
FORM_BYTES = MAX_BYTES + 65_536
_IMAGE: dict[str | int, Any] = {
    "200": {"description": "The photo", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}


@media.post(
    "/photos",
    operation_id="send_photo",
    responses={"201": StoredPhotoOut, "200": StoredPhotoOut, **problems(409, 413, 415, 429, 503)},
)
@needs("photo.create")
@takes("multipart/form-data", max_bytes=FORM_BYTES, refusal=PhotoTooLarge)
def send_photo(form: PhotoForm) -> Response:
    """Send a photo; the same bytes again give the same photo."""
    if len(request.files.getlist("file")) > 1:
        raise Invalid("Send one photo at a time.", faults=[Fault("/file", "is given more than once: send one photo")])
    principal, now = current_principal(), clock.now()
    with unit_of_work() as session:
        service.check_allowance(session, principal=principal, now=now)
    kept = service.keep(form.file.stream, filename=form.file.filename)
    form.file.stream.seek(0)
    with write_unit() as session:
        row = service.record(session, kept, principal=principal, now=now)
        return answer(session, service.stored_view_of(row, now), 201 if row.created else 200)


@media.get("/photos/<uuid:photo_id>", operation_id="get_photo", responses={"200": StoredPhotoOut, **problems(401, 404)})
@needs("photo.read")
def get_photo(path: PhotoPath) -> Response:
    """A photo's facts and fresh addresses, for its sender and for staff who may see originals."""
    with unit_of_work() as session:
        row = service.photo_for(session, path.photo_id, principal=current_principal())
    return json_response(service.stored_view_of(row, clock.now()), headers={"Cache-Control": "private, no-store"})


@media.get(
    "/photos/<uuid:photo_id>/<any(display,thumb,public):variant>",
    operation_id="show_photo",
    responses={**_IMAGE, **problems(404)},
)
@public
def show_photo(path: PhotoVariantPath, query: SignatureQuery) -> Response:
    """The photo itself, by a signed address out of `urls`."""
    now = clock.now()
    with unit_of_work() as session:
        key = service.key_behind(session, path.photo_id, Variant(path.variant), query.expires, query.signature, now)
    seconds = max(0, query.expires - int(now.timestamp()))
    name = f"{path.photo_id}-{path.variant}.jpg"
    return file_response(store().get(key), "image/jpeg", name, cache=f"private, max-age={seconds}")


@media.get(
    "/photos/<uuid:photo_id>/original", operation_id="show_original", responses={**_IMAGE, **problems(401, 403, 404)}
)
@needs("photo.original")
def show_original(path: PhotoPath) -> Response:
    """The untouched original with all its metadata, evidence; that it was read is noted."""
    principal = current_principal()
    with unit_of_work() as session:
        row = service.open_original(session, path.photo_id, principal=principal, now=clock.now())
    log.info("photo.original_read", photo_id=str(row.id), user_id=str(principal.id))
    return file_response(store().get(row.original_key), row.mime, service.original_name(row), cache="private, no-store")
