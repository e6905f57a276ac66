"""Files of parts that are handed in."""

from __future__ import annotations

import hashlib

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.intake import takes
from app.core.paging import PageQuery, edge_of, page
from app.core.schemas import problems
from app.core.storage import store
from app.parts.errors import PartsFileTooLarge
from app.parts.queries import imports as queries
from app.parts.schemas import PartImportForm, PartImportOut, PartImportPath, PartImportQueuedOut, PartImportsPage
from app.parts.service import importing
from app.parts.service.files import MAX_FILE_BYTES, Wanted
from app.parts.service.importing import HandedIn
from app.parts.views.blueprint import parts

# Room for the boundaries, headers and other fields of a multipart body.
FORM_BYTES = MAX_FILE_BYTES + 65_536


@parts.post(
    "/imports",
    operation_id="import_parts",
    responses={202: PartImportQueuedOut, **problems(401, 403, 409, 413, 415)},
)
@needs("part.admin")
@takes("multipart/form-data", max_bytes=FORM_BYTES, refusal=PartsFileTooLarge)
def import_parts(form: PartImportForm) -> Response:
    """Hand in a file of parts; a job checks it as a whole and brings it in, or refuses it with every fault"""
    stream = form.file.stream
    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    stream.seek(0)
    key = f"part-imports/{digest}"
    store().put_file(key, stream)
    stream.seek(0)
    wanted = Wanted(form.crs or None, form.fields.model_dump(exclude_none=True), form.scheme or None)
    handed_in = HandedIn(key, (form.file.filename or "file")[:200], wanted, form.mode, form.dry_run)
    with write_unit() as session:
        import_id = importing.request_import(session, handed_in, by=current_principal().id, now=clock.now())
        location = {"Location": f"/api/v1/parts/imports/{import_id}"}
        return answer(session, {"id": str(import_id), "status": "pending"}, 202, headers=location)


@parts.get("/imports", operation_id="list_part_imports", responses={200: PartImportsPage, **problems(401, 403)})
@needs("part.admin")
def list_part_imports(query: PageQuery) -> Response:
    """Files that were handed in, newest first"""
    after = edge_of(query.cursor)
    with read_unit() as session:
        rows = queries.import_page(session, after, query.limit + 1)
    shown, cursor = page(rows, query.limit, lambda row: (row.created_at, row.id))
    return json_response(PartImportsPage.model_validate({"items": shown, "next_cursor": cursor}))


@parts.get(
    "/imports/<uuid:import_id>",
    operation_id="get_part_import",
    responses={200: PartImportOut, **problems(401, 403, 404)},
)
@needs("part.admin")
def get_part_import(path: PartImportPath) -> Response:
    """What became of a file: its faults row by row, and what it changed; while it is pending, how far it is"""
    with read_unit() as session:
        found = importing.find_import(session, path.import_id)
        return json_response(PartImportOut.model_validate(found))
