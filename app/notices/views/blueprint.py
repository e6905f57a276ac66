"""Where the views of notices hang."""

from flask_openapi3 import APIBlueprint, Tag

notices = APIBlueprint("notices", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Notices")])
