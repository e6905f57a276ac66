"""Shapes of figures, scores and periods."""

from app.evaluation.schemas.figures import (
    FigureQuery,
    FrozenQuery,
    IndicatorCasesOut,
    IndicatorCasesQuery,
    IndicatorsOut,
    IndicatorsQuery,
)

__all__ = [
    "FigureQuery",
    "FrozenQuery",
    "IndicatorCasesOut",
    "IndicatorCasesQuery",
    "IndicatorsOut",
    "IndicatorsQuery",
]
