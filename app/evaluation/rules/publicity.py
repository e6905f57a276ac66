"""What of the published rankings is for everybody: areas and units, never people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.evaluation.rules.indicators import Subject
from app.evaluation.rules.periods import Period

SHOWABLE = (Subject.DISTRICT, Subject.STREET, Subject.COMMUNITY, Subject.UNIT)
"""In this order. A cell is a yard or two, and whose work is judged there is soon somebody's name."""


@dataclass(frozen=True, slots=True)
class Publicity:
    """Which kinds of subjects anybody may see ranked, of periods that begin on this day or later."""

    subjects: tuple[Subject, ...] = ()
    since: date | None = None

    def shows(self, subject: Subject, period: Period) -> bool:
        """Whether a published ranking is for everybody."""
        return subject in self.subjects and self.reaches(period)

    def reaches(self, period: Period) -> bool:
        """Whether a period is not too early."""
        return self.since is None or period.first >= self.since


def publicity_of(content: Mapping[str, Any]) -> Publicity:
    """What is public, from the JSON in which it is kept; nothing where nobody ever said.

    Example:
        >>> publicity_of({"earliest_days": 3}).subjects
        ()
        >>> publicity_of({"public": {"subjects": ["unit", "district"], "since": "2026-01-01"}})
        Publicity(subjects=(<Subject.DISTRICT: 'district'>, <Subject.UNIT: 'unit'>), since=datetime.date(2026, 1, 1))
    """
    kept = content.get("public") or {}
    wanted, since = set(kept.get("subjects", ())), kept.get("since")
    subjects = tuple(subject for subject in SHOWABLE if subject.value in wanted)
    return Publicity(subjects, None if since is None else date.fromisoformat(since))
