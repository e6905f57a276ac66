"""What views do with SLA analyses."""

from app.analysis.service.flows import Flow, bottleneck, detours
from app.analysis.service.standing import Urgent, open_work, overdue, turning_red

__all__ = ["Flow", "Urgent", "bottleneck", "detours", "open_work", "overdue", "turning_red"]
