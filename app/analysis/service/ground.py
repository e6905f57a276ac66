"""The ground of an analysis as it is asked for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.analysis.schemas import GroundCasesQuery
from app.cases import queries as cases
from app.cases.rules.filters import CaseFilter
from app.cases.schemas import CaseFilterQuery
from app.cases.service.filtering import check_known, filter_of
from app.core.config import config


def filter_for(session: Session, query: GroundCasesQuery) -> CaseFilter:
    """The query as a filter of cases; what it names exists.

    Raises: BadFilter.
    """
    asked = CaseFilterQuery(area=query.area, owner=query.unit, type=query.type, source=query.source)
    found, unknown = cases.named(session, filter_of(asked, config().city_tz))
    check_known({"unit" if name == "owner" else name: values for name, values in unknown.items()})
    return found
