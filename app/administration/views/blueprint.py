"""The routes of the administration hang on this."""

from flask_openapi3 import APIBlueprint, Tag

administration = APIBlueprint(
    "administration",
    __name__,
    url_prefix="/api/v1/administration",
    abp_tags=[Tag(name="Administration", description="Tables as files, and who changed what")],
)
