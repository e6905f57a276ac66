"""The blueprint that tiles hang on."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

tiles = APIBlueprint("tiles", __name__, url_prefix="/api/v1/tiles", abp_tags=[Tag(name="Tiles")])
