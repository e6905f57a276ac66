"""What the views of SLA analyses hang on."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

analysis = APIBlueprint("analysis", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="SLA analyses")])
