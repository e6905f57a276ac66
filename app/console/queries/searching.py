"""What the search box finds: each kind by its own indexes, never by reading everything there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, and_, false, func, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.accounts import queries as accounts
from app.accounts.models import Organization
from app.cases.models import Case
from app.cases.queries import shown_plainly
from app.cases.queries.listing import newest_saying
from app.cases.queries.visibility import reasons
from app.cases.queries.words import begins
from app.catalog.models import Type
from app.console.rules.searching import Wording
from app.core.auth import Principal
from app.grid.models import Area
from app.parts.models import Part

AnyRow = Row[*tuple[Any, ...]]
_NEWEST = (Case.opened_at.desc(), Case.id.desc())


def cases_by_number(session: Session, number: str, principal: Principal, limit: int) -> Sequence[AnyRow]:
    """The newest visible cases whose number begins so."""
    found = _for_each_reason(principal, begins(Case.number, number), order=(Case.number.desc(),), most=limit)
    return _cases(session, found, principal, limit)


def cases_saying(session: Session, wanted: Wording, principal: Principal, limit: int) -> Sequence[AnyRow]:
    """The newest visible cases that say these words; of one letter, which the index of words does not know, among the
    newest of all.
    """
    return newest_saying(session, wanted.words, principal, limit=limit, everywhere=wanted.paired)


def _for_each_reason(
    principal: Principal, *clauses: ColumnElement[bool], order: Sequence[Any], most: int
) -> Select[Any] | CompoundSelect[Any]:
    """The ids of the first cases for each reason to see them: joined by OR, no index would serve the reasons."""
    ways = [
        select(select(Case.id).where(reason, *clauses).order_by(*order).limit(most).subquery().c.id)
        for reason in reasons(principal)
    ]
    return ways[0] if len(ways) == 1 else union(*ways)


def _cases(
    session: Session, picked: Select[Any] | CompoundSelect[Any], principal: Principal, limit: int
) -> Sequence[AnyRow]:
    query = (
        select(
            Case.number,
            Case.state,
            Case.description,
            Case.address,
            Case.lon,
            Case.lat,
            Type.name.label("type_name"),
            Area.name.label("cell_name"),
            shown_plainly(principal).label("plain"),
        )
        .outerjoin_from(Case, Type, Type.id == Case.type_id)
        .outerjoin(Area, Area.code == Case.filed_cell)
        .where(Case.id.in_(picked))
        .order_by(*_NEWEST)
        .limit(limit)
    )
    return session.connection().execute(query).all()


def areas(session: Session, wanted: Wording, limit: int) -> Sequence[AnyRow]:
    """Live areas whose code begins so or whose name says it, the largest first, with a point inside."""
    inside = func.ST_PointOnSurface(Area.geom)
    picked = (
        select(Area.code)
        .where(Area.valid_to.is_(None), _named(Area.code, Area.name, wanted))
        .order_by(Area.level, Area.code)
        .limit(limit)
    )
    query = select(
        Area.code, Area.name, Area.level, func.ST_X(inside).label("lon"), func.ST_Y(inside).label("lat")
    ).where(Area.code.in_(picked.scalar_subquery()))
    return session.connection().execute(query.order_by(Area.level, Area.code)).all()


def parts(session: Session, wanted: Wording, limit: int) -> Sequence[AnyRow]:
    """Parts whose code begins so, or whose name says it where that has enough characters for the index of names."""
    by_name = and_(Part.name.is_not(None), Part.name.icontains(wanted.words, autoescape=True))
    clauses = [begins(Part.code, wanted.code)] if wanted.code else []
    clauses += [by_name] if wanted.indexed else []
    middle = func.ST_PointOnSurface(Part.geom)
    ways = [select(select(Part.id).where(clause).limit(limit).subquery().c.id) for clause in clauses or [false()]]
    query = (
        select(
            Part.code,
            Part.name,
            Part.state,
            Type.name.label("type_name"),
            func.ST_X(middle).label("lon"),
            func.ST_Y(middle).label("lat"),
        )
        .join(Type, Type.id == Part.type_id)
        .where(Part.id.in_(ways[0] if len(ways) == 1 else union(*ways)))
        .order_by(Part.code)
        .limit(limit)
    )
    return session.connection().execute(query).all()


def people(session: Session, wanted: Wording, principal: Principal, *, now: datetime, limit: int) -> Sequence[AnyRow]:
    """Staff whom the principal may see, by user name or name."""
    found = accounts.list_users(
        session,
        role=None,
        organization=None,
        areas=principal.areas(),
        own_organization=principal.organization_id,
        now=now,
        after=None,
        limit=limit,
        q=wanted.words,
    )
    return found[:limit]


def units(session: Session, wanted: Wording, limit: int) -> Sequence[AnyRow]:
    """Open organisations by code or name."""
    named = or_(
        Organization.code.istartswith(wanted.words, autoescape=True),
        Organization.name.icontains(wanted.words, autoescape=True),
    )
    query = select(Organization.id, Organization.code, Organization.name, Organization.kind)
    query = query.where(Organization.closed_at.is_(None), named).order_by(Organization.code).limit(limit)
    return session.connection().execute(query).all()


def _named(code: InstrumentedAttribute[str], name: InstrumentedAttribute[str], wanted: Wording) -> ColumnElement[bool]:
    by_name = name.icontains(wanted.words, autoescape=True)
    return or_(begins(code, wanted.code), by_name) if wanted.code else by_name
