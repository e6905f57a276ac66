"""What SLA analyses are grouped by and how open work is sorted by age."""

from app.analysis.rules.standing import AGES, Age, OpenDimension, areas_above

__all__ = ["AGES", "Age", "OpenDimension", "areas_above"]
