"""What views do with SLA analyses."""

from app.analysis.service.flows import (
    Behind,
    Detour,
    Flow,
    Flows,
    bottleneck,
    cases_in_stage,
    cases_on_detour,
    detours,
    flows_of,
)
from app.analysis.service.standing import OpenBehind, Urgent, open_cases, open_work, overdue, turning_red

__all__ = [
    "Behind",
    "Detour",
    "Flow",
    "Flows",
    "OpenBehind",
    "Urgent",
    "bottleneck",
    "cases_in_stage",
    "cases_on_detour",
    "detours",
    "flows_of",
    "open_cases",
    "open_work",
    "overdue",
    "turning_red",
]
