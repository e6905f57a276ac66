"""All SQL of SLA analyses."""

from app.analysis.queries.flows import (
    clocks,
    closed_cases,
    closings,
    more_closed_than,
    sort_in_memory,
    stage_times,
    turns,
)
from app.analysis.queries.standing import OpenGroup, open_cases, open_groups

__all__ = [
    "OpenGroup",
    "clocks",
    "closed_cases",
    "closings",
    "more_closed_than",
    "open_cases",
    "open_groups",
    "sort_in_memory",
    "stage_times",
    "turns",
]
