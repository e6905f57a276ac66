"""What the views of bulletins hang on, and who makes and reads them."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag
from sqlalchemy.orm import Session

from app.core.auth import current_principal
from app.evaluation.views.ground import DECIDING, sees_whole_city

bulletins = APIBlueprint("bulletins", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Bulletins")])


def sees_drafts(session: Session) -> bool:
    """Whether whoever asks decides on the whole city's figures: nobody else reads what is not published."""
    return current_principal().may("figures.publish") and sees_whole_city(session, *DECIDING)
