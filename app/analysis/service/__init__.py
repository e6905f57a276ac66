"""What views do with SLA analyses."""

from app.analysis.service.standing import Urgent, open_work, overdue, turning_red

__all__ = ["Urgent", "open_work", "overdue", "turning_red"]
