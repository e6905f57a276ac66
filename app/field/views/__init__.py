"""Field work over HTTP."""

from app.field.views import officers as officers
from app.field.views import shifts as shifts
from app.field.views import tasks as tasks
from app.field.views.blueprint import field

__all__ = ["field"]
