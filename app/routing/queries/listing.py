"""Rules and their versions as lists for people, whichever version they ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, Row, Select, and_, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import Organization, User
from app.catalog.models import Type
from app.grid.models import Area
from app.routing.models import RoutingRule, RoutingState, RoutingVersion
from app.routing.rules import Ground, Target

_RULE = RoutingRule
_LEAD = aliased(Organization, name="lead")
_HELPERS = (
    select(
        func.json_agg(
            func.json_build_object("id", Organization.id, "code", Organization.code, "name", Organization.name)
        )
    )
    .where(Organization.id == func.any(_RULE.helper_ids))
    .correlate(_RULE)
    .scalar_subquery()
)
_ITEMS = select(
    _RULE.__table__,
    _LEAD.code.label("lead_code"),
    _LEAD.name.label("lead_name"),
    _HELPERS.label("helpers"),
).join(_LEAD, _LEAD.id == _RULE.lead_id)


@dataclass(frozen=True, slots=True)
class RuleFilter:
    """Which rules are asked for: those of a version (None: in force), and of them what holds on a day, is for a type,
    lies on some ground, or names an organisation.
    """

    version: int | None
    on: date | None = None
    type: str | None = None
    area: str | None = None
    organization: str | None = None


def newest_version(session: Session) -> int:
    """The version in force; 0 before the first import."""
    return session.execute(select(RoutingState.version)).scalar_one()


def list_rules(session: Session, found: RuleFilter, *, limit: int, after: UUID | None) -> Sequence[Row[Any]]:
    """``limit + 1`` rules of the version (none: in force) after the cursor, those that came last first."""
    query = _ITEMS.where(*_clauses(found))
    if found.version is None:
        query = query.where(_RULE.retired_at.is_(None))
    else:
        kept = or_(_RULE.retired_in.is_(None), _RULE.retired_in > found.version)
        query = query.where(_RULE.version <= found.version, kept)
    if after is not None:
        query = query.where(_RULE.id < after)
    return session.connection().execute(query.order_by(_RULE.id.desc()).limit(limit + 1)).all()


def _clauses(found: RuleFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if found.on is not None:
        clauses.append(func.daterange(_RULE.valid_from, _RULE.valid_to).op("@>")(cast(found.on, Date)))
    if found.type is not None:
        exact = _RULE.scheme + "|" + _RULE.kind + "|" + _RULE.code
        named = or_(_RULE.code == found.type, exact == found.type)
        clauses.append(and_(_RULE.target == Target.TYPE.value, named))
    if found.area is not None:
        inside = and_(_RULE.ground != Ground.DUTY_ZONE.value, _RULE.place.startswith(found.area, autoescape=True))
        clauses.append(inside)
    if found.organization is not None:
        ids = _organizations(found.organization).scalar_subquery()
        clauses.append(or_(_RULE.lead_id == ids, ids == func.any(_RULE.helper_ids)))
    return clauses


def _organizations(named: str) -> Select[UUID]:
    query = select(Organization.id)
    try:
        return query.where(Organization.id == UUID(named))
    except ValueError:
        return query.where(Organization.code == named)


def unknown_values(session: Session, found: RuleFilter) -> dict[str, str]:
    """Values of the filter that name nothing there is, by the filter's name; a statement for each such filter."""
    exact = Type.scheme + "|" + Type.kind + "|" + Type.code
    asked: dict[str, tuple[str | None, Select[Any]]] = {
        "type": (found.type, select(Type.id).where(or_(Type.code == found.type, exact == found.type))),
        "area": (found.area, select(Area.code).where(Area.code == found.area)),
        "organization": (found.organization, _organizations(found.organization or "")),
    }
    return {
        name: value
        for name, (value, query) in asked.items()
        if value is not None and session.execute(query.limit(1)).first() is None
    }


def list_versions(session: Session, *, limit: int, after: int | None) -> Sequence[Row[Any]]:
    """``limit + 1`` versions before the cursor, the newest first, with the names of who made them."""
    query = select(RoutingVersion.__table__, User.name.label("by_name"))
    query = query.outerjoin(User, User.id == RoutingVersion.by_id)
    if after is not None:
        query = query.where(RoutingVersion.version < after)
    return session.connection().execute(query.order_by(RoutingVersion.version.desc()).limit(limit + 1)).all()
