"""The blueprint that the views of field work hang on."""

from flask_openapi3 import APIBlueprint, Tag

field = APIBlueprint("field", __name__, url_prefix="/api/v1/field", abp_tags=[Tag(name="Field")])
