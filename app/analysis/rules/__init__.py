"""What SLA analyses are made of: bands of age, time by stage, what took cases off the straight way."""

from app.analysis.rules.flows import (
    FLOW_DIMENSIONS,
    HOLD,
    PARTS,
    DetourCount,
    DetourKind,
    Spent,
    Turn,
    Turns,
    bottleneck_of,
    common_reasons,
    detours_of,
    quantile,
)
from app.analysis.rules.standing import AGES, Age, OpenCount, OpenDimension, areas_above

__all__ = [
    "AGES",
    "FLOW_DIMENSIONS",
    "HOLD",
    "PARTS",
    "Age",
    "DetourCount",
    "DetourKind",
    "OpenCount",
    "OpenDimension",
    "Spent",
    "Turn",
    "Turns",
    "areas_above",
    "bottleneck_of",
    "common_reasons",
    "detours_of",
    "quantile",
]
