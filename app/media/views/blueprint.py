"""The routes of media hang on this."""

from flask_openapi3 import APIBlueprint, Tag

media = APIBlueprint("media", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Photos")])
