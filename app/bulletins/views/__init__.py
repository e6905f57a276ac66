"""The views of bulletins."""

from app.bulletins.views import bulletins as _bulletins
from app.bulletins.views import templates as _templates
from app.bulletins.views.blueprint import bulletins

__all__ = ["_bulletins", "_templates", "bulletins"]
