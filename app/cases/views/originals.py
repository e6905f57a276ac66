"""The untouched originals of a case's photos, for those of the desk who see the case."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Response

from app.cases import service
from app.cases.schemas import CasePhotoPath
from app.cases.views.cases import UNSEEN, cases
from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import unit_of_work
from app.core.http import file_response
from app.core.storage import store
from app.media import service as media

log = structlog.get_logger()
IMAGE: dict[str | int, Any] = {
    200: {"description": "The photo", "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}


@cases.get(
    "/cases/<number>/photos/<uuid:photo_id>/original",
    operation_id="show_case_original",
    responses={**IMAGE, **UNSEEN},
)
@needs("case.original")
def show_case_original(path: CasePhotoPath) -> Response:
    """The untouched original of a photo on a case that I see, evidence; that it was read is noted."""
    principal, now = current_principal(), clock.now()
    with unit_of_work() as session:
        service.check_photo(session, path.number, path.photo_id, principal)
        row = media.open_original(session, path.photo_id, principal=principal, now=now)
    log.info("photo.original_read", photo_id=str(row.id), user_id=str(principal.id), case=path.number)
    return file_response(store().get(row.original_key), row.mime, media.original_name(row), cache="private, no-store")
