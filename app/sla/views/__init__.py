"""HTTP of working time."""

from app.sla.views import calendars as calendars
from app.sla.views import stage_limits as stage_limits
from app.sla.views.blueprint import sla

__all__ = ["sla"]
