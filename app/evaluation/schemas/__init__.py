"""Shapes of figures, scores and periods."""

from app.evaluation.schemas.figures import (
    FigureQuery,
    FrozenQuery,
    GroupsQuery,
    IndicatorCasesOut,
    IndicatorCasesQuery,
    IndicatorsOut,
    IndicatorsQuery,
    SpanQuery,
    SummaryCasesOut,
    SummaryCasesQuery,
    SummaryOut,
    SummaryQuery,
)

__all__ = [
    "FigureQuery",
    "FrozenQuery",
    "GroupsQuery",
    "IndicatorCasesOut",
    "IndicatorCasesQuery",
    "IndicatorsOut",
    "IndicatorsQuery",
    "SpanQuery",
    "SummaryCasesOut",
    "SummaryCasesQuery",
    "SummaryOut",
    "SummaryQuery",
]
