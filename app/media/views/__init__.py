"""HTTP of media."""

from app.media.views import photos as photos
from app.media.views import uploads as uploads
from app.media.views.blueprint import media

__all__ = ["media"]
