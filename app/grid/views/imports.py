"""Boundary files."""

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
from app.grid import service
from app.grid.errors import GridFileTooLarge
from app.grid.queries import imports as queries
from app.grid.schemas import ImportForm, ImportOut, ImportPath, ImportQueuedOut, ImportsPage
from app.grid.views.blueprint import grid

# Room for the boundaries, headers and other fields of a multipart body.
FORM_BYTES = service.MAX_FILE_BYTES + 65_536


@grid.post(
    "/imports", operation_id="import_grid", responses={"202": ImportQueuedOut, **problems(401, 403, 409, 413, 415)}
)
@needs("grid.import")
@takes("multipart/form-data", max_bytes=FORM_BYTES, refusal=GridFileTooLarge)
def import_grid(form: ImportForm) -> Response:
    """Hand in a boundary file; it is checked as a whole and accepted or refused by a job."""
    data = form.file.stream.read()
    form.file.stream.seek(0)
    key = f"grid-imports/{hashlib.sha256(data).hexdigest()}"
    store().put(key, data)
    wanted = service.Wanted(form.level, form.crs or None, form.fields.model_dump(exclude_none=True))
    handed_in = service.HandedIn(key, (form.file.filename or "file")[:200], wanted, form.dry_run)
    with write_unit() as session:
        import_id = service.request_import(session, handed_in, by=current_principal().id, now=clock.now())
        location = {"Location": f"/api/v1/grid/imports/{import_id}"}
        return answer(session, {"id": str(import_id), "status": "pending"}, 202, headers=location)


@grid.get("/imports", operation_id="list_grid_imports", responses={"200": ImportsPage, **problems(401, 403)})
@needs("grid.import")
def list_grid_imports(query: PageQuery) -> Response:
    """Boundary files that were handed in, newest first."""
    after = edge_of(query.cursor)
    with read_unit() as session:
        rows = queries.import_page(session, after, query.limit + 1)
    shown, cursor = page(rows, query.limit, lambda row: (row.created_at, row.id))
    return json_response(ImportsPage.model_validate({"items": shown, "next_cursor": cursor}))


@grid.get(
    "/imports/<uuid:import_id>", operation_id="get_grid_import", responses={"200": ImportOut, **problems(401, 403, 404)}
)
@needs("grid.import")
def get_grid_import(path: ImportPath) -> Response:
    """What became of a boundary file: its faults with their places, and what it changed."""
    with read_unit() as session:
        found = service.find_import(session, path.import_id)
        names = (
            "id",
            "status",
            "faults",
            "counts",
            "level",
            "crs",
            "dry_run",
            "file_name",
            "created_at",
            "finished_at",
        )
        return json_response({name: getattr(found, name) for name in names})
