"""Organisations that answer, and routing rules through their import."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.service import NewOrganization, create_organization
from app.routing import service
from app.routing.service import Imported
from tests.factories.accounts import LONG_AGO, an_organization
from tests.factories.catalog import SCHEME


def a_unit(session: Session, code: str, name: str = "环卫作业中心") -> UUID:
    """A unit with this code."""
    return an_organization(session, code, name=name)


def a_territory(session: Session, area_code: str, name: str = "第一街道办事处") -> UUID:
    """The organisation that answers for this area; its code is the area's."""
    return create_organization(
        session, NewOrganization(area_code, name, "territory", area_code=area_code), now=LONG_AGO
    )


def rule_row(**changes: str) -> dict[str, str]:
    """A written rule: exposed rubbish belongs to U01, everywhere."""
    return {"scheme": SCHEME, "kind": "matter", "type": "06010", "lead": "U01", **changes}


def rules(session: Session, *rows: Mapping[str, str], now: datetime = LONG_AGO) -> Imported:
    """These rows as the whole set of rules."""
    return service.import_rules(session, rows, now=now)
