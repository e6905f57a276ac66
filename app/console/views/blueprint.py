"""Where the views of what the console asks hang."""

from flask_openapi3 import APIBlueprint, Tag

console = APIBlueprint("console", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Console")])
