"""The ground of an analysis as it is asked for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.analysis.schemas import GroundCasesQuery
from app.cases.rules.filters import CaseFilter
from app.cases.schemas import CaseFilterQuery
from app.cases.service.filtering import filter_of
from app.core.config import config
from app.evaluation.service.asking import known_ground


def filter_for(session: Session, query: GroundCasesQuery) -> CaseFilter:
    """The query as a filter of cases; what it names exists.

    Raises: BadFilter.
    """
    asked = CaseFilterQuery(area=query.area, owner=query.unit, type=query.type, source=query.source)
    return known_ground(session, filter_of(asked, config().city_tz))
