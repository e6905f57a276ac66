"""What the operations on figures answer, whoever asks: HTTP, a schedule, a job."""

from app.evaluation.service.answers.indicators import indicator_cases_answer, indicators_answer
from app.evaluation.service.answers.scores import ranking_answer, scores_answer
from app.evaluation.service.answers.summary import summary_answer, summary_cases_answer

__all__ = [
    "indicator_cases_answer",
    "indicators_answer",
    "ranking_answer",
    "scores_answer",
    "summary_answer",
    "summary_cases_answer",
]
