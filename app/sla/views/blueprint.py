"""The routes of working time hang on this."""

from flask_openapi3 import APIBlueprint, Tag

sla = APIBlueprint("sla", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Working time")])
