"""All SQL of SLA analyses."""

from app.analysis.queries.flows import closed_cases, holds, stage_times, turns
from app.analysis.queries.standing import open_groups

__all__ = ["closed_cases", "holds", "open_groups", "stage_times", "turns"]
