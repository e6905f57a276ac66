"""Base layers: roads, water, green and buildings that maps draw under the grid."""

from __future__ import annotations

from flask import Response

from app.core import clock
from app.core.auth import current_principal, needs
from app.core.db import read_unit
from app.core.http import answer, json_response, write_unit
from app.core.intake import takes
from app.core.schemas import problems
from app.grid import service
from app.grid.errors import GridFileTooLarge
from app.grid.queries import base_layers as queries
from app.grid.schemas import BaseLayerForm, BaseLayerOut, BaseLayerPath, BaseLayersOut
from app.grid.views.blueprint import grid
from app.grid.views.imports import FORM_BYTES


@grid.get("/base-layers", operation_id="list_base_layers", responses={"200": BaseLayersOut, **problems()})
@needs("grid.read")
def list_base_layers() -> Response:
    """What maps draw under the grid: how much of it, and where it came from."""
    with read_unit() as session:
        return json_response({"items": [row._asdict() for row in queries.layers(session)]})


@grid.post(
    "/base-layers/<layer>",
    operation_id="import_base_layer",
    responses={"200": BaseLayerOut, **problems(401, 403, 409, 413, 415)},
)
@needs("grid.import")
@takes("multipart/form-data", max_bytes=FORM_BYTES, refusal=GridFileTooLarge)
def import_base_layer(path: BaseLayerPath, form: BaseLayerForm) -> Response:
    """Add a file's features to a base layer or replace them, whole or not at all; tiles follow within a minute."""
    data = form.file.stream.read()
    form.file.stream.seek(0)
    order = service.BaseOrder(path.layer, form.crs or None, form.name_column, form.class_column, form.replace)
    features = service.read_base_layer(data, order)
    name, by = form.file.filename or "file", current_principal().id
    with write_unit() as session:
        found = service.import_base_layer(session, order, features, source=name, now=clock.now(), actor_id=by)
        return answer(session, found)


@grid.delete("/base-layers/<layer>", operation_id="clear_base_layer", responses={"204": None, **problems(401, 403)})
@needs("grid.import")
def clear_base_layer(path: BaseLayerPath) -> Response:
    """Remove every feature of a base layer."""
    with write_unit() as session:
        service.clear_base_layer(session, path.layer, now=clock.now(), actor_id=current_principal().id)
        return answer(session, None, 204)
