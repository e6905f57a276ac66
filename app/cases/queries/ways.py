"""How a list walks the cases of each reason to see them: in its own order, and no further than the page goes.

The hundred thousand cases of a unit are not read to show fifty of them. Why it is done so: docs/adr/0032.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    Text,
    UnaryExpression,
    and_,
    any_,
    bindparam,
    case,
    func,
    select,
    text,
    true,
    tuple_,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from app.accounts.rules import Role
from app.cases.models import Case, CaseReport, CaseTask
from app.cases.queries.visibility import elsewhere, rare_reasons, reasons, shared_reasons, zones_of
from app.core.auth import Principal

AFTER_AT = bindparam("after_at", type_=Case.opened_at.type)
AFTER_ID = bindparam("after_id", type_=Case.id.type)


@dataclass(frozen=True, slots=True)
class Tie:
    """The rows that tie a person to cases, whose they are, and what has to hold for them to be looked at."""

    rows: type[CaseTask | CaseReport]
    whose: ColumnElement[bool]
    gate: Sequence[ColumnElement[bool]]

    def most(self, most: BindParameter[int]) -> Any:
        """How many are read. As a limit of none the gate costs nothing where it is shut; as a condition, the planner
        would call other processes to help with what is not done.
        """
        return case((and_(*self.gate), most), else_=0) if self.gate else most


@dataclass(frozen=True, slots=True)
class Way:
    """A reason to see cases.

    Shape: `few`: it holds for so few that all of them can be read, and none are to be walked past to find them;
           `tie`: the rows that tie a person to these cases;
           `zones`: the codes of the zones that the cases lie in.
    """

    reason: ColumnElement[bool]
    few: bool = False
    tie: Tie | None = None
    zones: Select[str] | None = None


@dataclass(frozen=True, slots=True)
class Walk:
    """The order that cases are walked in, whether from a case on, and how many of each reason; or any of them."""

    column: Any
    descending: bool
    most: BindParameter[int]
    after: bool = False
    anywhere: bool = False
    ordered: bool = True

    @property
    def newest(self) -> bool:
        """Whether it is in the order of opening, in which most indexes are."""
        return self.column is Case.opened_at and self.ordered

    def order(self, at: Any, case_id: Any) -> tuple[Any, ...]:
        if not self.ordered:
            return ()
        return (at.desc(), case_id.desc()) if self.descending else (at, case_id)

    def edge(self, at: Any, case_id: Any) -> list[ColumnElement[bool]]:
        """Beyond the last case of the page before."""
        if not self.after:
            return []
        edge, given = tuple_(at, case_id), tuple_(AFTER_AT, AFTER_ID)
        return [edge < given if self.descending else edge > given]


def ways_to_see(principal: Principal, *, narrow: bool, worded: bool) -> list[Way]:
    """Each reason for seeing a case, with how it is walked.

    `narrow`: little is asked for, so that what a unit has beside its own can be read; `worded`: words are looked for
    in the index that knows whose cases they are in.
    """
    if principal.kind != "staff" or principal.id is None:
        return [Way(reason) for reason in reasons(principal)]
    ways = [Way(reason) for reason in shared_reasons(principal)]
    units = principal.organizations(Role.UNIT_MANAGER)
    if units:
        lead, beside = ways[-2:]
        # Whoever leads or led a case is among those that ever had it.
        all_had = [Way(Case.unit_ids.overlap(list(units)), few=True)]
        ways[-2:] = all_had if worded else [lead, replace(beside, few=narrow)]
    return [*ways, *_of_a_person(principal)]


def _of_a_person(principal: Principal) -> list[Way]:
    """The reasons of one person: what lies in their zones and what is handled with their help is read, the rest walked
    by its own index.
    """
    gate = elsewhere(principal)
    asked = Tie(CaseTask, CaseTask.assignee_id == principal.id, gate)
    reported = Tie(CaseReport, CaseReport.reporter_id == principal.id, gate)
    kinds: list[dict[str, Any]] = [{"tie": reported}]
    if Role.HANDLER in principal.roles:
        kinds = [{}, {"few": True}, *kinds]
    if Role.INSPECTOR in principal.roles:
        kinds = [{"few": True, "zones": zones_of(principal).where(*gate)}, {"tie": asked}, *kinds]
    clauses = rare_reasons(principal)
    return [Way(and_(*gate, clause), **kind) for clause, kind in zip(clauses, kinds, strict=True)]


def walked(ways: Sequence[Way], parts: Sequence[Sequence[ColumnElement[bool]]], walk: Walk) -> Subquery:
    """(at, id) of the first cases of each reason, by the column that they are walked by.

    Joined by OR, the reasons would be one condition that no index serves: who sees few cases would have all read.
    """
    found = [
        select(one.c.at, one.c.id) for clauses in parts for one in (_one(way, clauses, walk).subquery() for way in ways)
    ]
    each: Select[Any] | CompoundSelect[Any] = found[0] if len(found) == 1 else union(*found)
    return each.subquery("picked")


def _one(way: Way, clauses: Sequence[ColumnElement[bool]], walk: Walk) -> Select[Any]:
    if way.tie is not None:
        return _tied(way.tie, clauses, walk)
    order = walk.order(walk.column, Case.id)
    reason = way.reason
    if way.zones is not None:
        if walk.newest and not clauses:
            return _zone_by_zone(way.zones, walk)
        # As an array: the planner would compare each open case with each zone.
        reason = Case.zone_code == any_(func.array(way.zones.scalar_subquery(), type_=ARRAY(Text)))
    query = select(walk.column.label("at"), Case.id.label("id")).where(reason, *clauses)
    query = query.where(*walk.edge(walk.column, Case.id))
    return query.order_by(*(unwalked(order) if way.few or walk.anywhere else order)).limit(walk.most)


def _zone_by_zone(zones: Select[str], walk: Walk) -> Select[Any]:
    zone = zones.distinct().subquery("zone")
    found = (
        select(walk.column.label("at"), Case.id.label("id"))
        .where(Case.zone_code == zone.c.zone_code, *walk.edge(walk.column, Case.id))
        .order_by(*walk.order(walk.column, Case.id))
        .limit(walk.most)
        .lateral("case_of")
    )
    query = select(found.c.at, found.c.id).select_from(zone.join(found, true()))
    return query.order_by(*walk.order(found.c.at, found.c.id)).limit(walk.most)


def _tied(tie: Tie, clauses: Sequence[ColumnElement[bool]], walk: Walk) -> Select[Any]:
    """By the rows that tie a person to cases, which know when the case was opened: cases are looked up one by one, in
    their order, until there are enough.
    """
    in_order, at, case_id = walk.newest, tie.rows.opened_at, tie.rows.case_id
    columns: Sequence[Any] = (at.label("at"), case_id.label("id"))
    ties = select(*columns).where(tie.whose).distinct()
    if in_order:
        ties = ties.where(*walk.edge(at, case_id)).order_by(*walk.order(at, case_id))
    if in_order and not clauses:
        return ties.limit(tie.most(walk.most))
    beyond = [] if in_order else walk.edge(walk.column, Case.id)
    own = ties.subquery("own")
    # OFFSET 0: left to itself, the planner would rather read all that is open, or all there is, than look up thousands.
    found = (
        select(walk.column.label("at"), Case.id.label("id"))
        .where(Case.opened_at == own.c.at, Case.id == own.c.id, *clauses, *beyond)
        .offset(0)
        .lateral("case_of")
    )
    order = walk.order(own.c.at, own.c.id) if in_order else walk.order(found.c.at, found.c.id)
    query = select(found.c.at, found.c.id).select_from(own.join(found, true()))
    return query.order_by(*order).limit(tie.most(walk.most))


def unwalked(order: Sequence[Any]) -> tuple[Any, ...]:
    """The same order in words that no index has.

    Where what is looked for may lie anywhere or not be there at all, all that there is must not be walked in the order
    of an index until enough is found, which the planner would take for the shortest way.
    """
    if not order or not isinstance(order[0], UnaryExpression | InstrumentedAttribute):
        return tuple(order)
    first, second = order
    nothing = text("interval '0'")
    if isinstance(first, UnaryExpression):
        return first.element.op("+")(nothing).desc(), second
    return first.op("+")(nothing), second
