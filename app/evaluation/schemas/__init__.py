"""Shapes of figures, scores and periods."""

from app.evaluation.schemas.figures import (
    FigureQuery,
    FrozenQuery,
    IndicatorCasesOut,
    IndicatorCasesQuery,
    IndicatorsOut,
    IndicatorsQuery,
    SummaryOut,
    SummaryQuery,
)

__all__ = [
    "FigureQuery",
    "FrozenQuery",
    "IndicatorCasesOut",
    "IndicatorCasesQuery",
    "IndicatorsOut",
    "IndicatorsQuery",
    "SummaryOut",
    "SummaryQuery",
]
