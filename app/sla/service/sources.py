"""Rules of sources: read with the calendar for one small statement, changed rarely and never without a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.core import audit
from app.sla import queries
from app.sla.rules import Limit, Reply, Source, SourceRule, Stage, Unit, check_source
from app.sla.service.stamping import changed


def source_rules(session: Session) -> Mapping[str, SourceRule]:
    """The rule of every source, by its name."""
    limits: dict[str, dict[Stage, Limit]] = defaultdict(dict)
    for row in queries.source_limits(session):
        limits[row.source][Stage(row.stage)] = Limit(row.amount, Unit(row.unit))
    rows = queries.source_rules(session)
    return MappingProxyType({row.source: _rule_of(row, limits[row.source]) for row in rows})


def _rule_of(row: Row[Any], limits: dict[Stage, Limit]) -> SourceRule:
    return SourceRule(
        source=Source(row.source),
        name_zh=row.name_zh,
        name_en=row.name_en,
        entered_by=frozenset(Role(role) for role in row.entered_by),
        needs_verification=row.needs_verification,
        reply=Reply(row.reply),
        reply_limit=None if row.reply_amount is None else Limit(row.reply_amount, Unit(row.reply_unit)),
        active=row.active,
        limits=MappingProxyType(limits),
    )


def set_source(session: Session, rule: SourceRule, *, actor_id: UUID | None, now: datetime) -> None:
    """Change the rule of a source, for what happens from now on: clocks that run keep their limits.

    Raises: BadSource.
    """
    check_source(rule)
    queries.lock_source(session, rule.source)
    before = source_rules(session)[rule.source]
    if _written(before) == _written(rule):
        return
    limit = rule.reply_limit
    values = {
        "name_zh": rule.name_zh,
        "name_en": rule.name_en,
        "entered_by": sorted(rule.entered_by),
        "needs_verification": rule.needs_verification,
        "reply": rule.reply.value,
        "reply_amount": None if limit is None else limit.amount,
        "reply_unit": None if limit is None else limit.unit.value,
        "active": rule.active,
    }
    limits = [{"stage": stage.value, "amount": at.amount, "unit": at.unit.value} for stage, at in rule.limits.items()]
    queries.change_source(session, rule.source, values, limits)
    changed(session)
    detail = {"before": _written(before), "after": _written(rule)}
    audit.note(
        session, action="source.change", subject=f"source:{rule.source}", detail=detail, actor_id=actor_id, now=now
    )


def _written(rule: SourceRule) -> dict[str, Any]:
    """A rule as the record of changes keeps it."""
    return {
        "name_zh": rule.name_zh,
        "name_en": rule.name_en,
        "entered_by": sorted(rule.entered_by),
        "needs_verification": rule.needs_verification,
        "reply": rule.reply.value,
        "reply_limit": None if rule.reply_limit is None else _limit(rule.reply_limit),
        "active": rule.active,
        "limits": {stage.value: _limit(rule.limits[stage]) for stage in Stage if stage in rule.limits},
    }


def _limit(limit: Limit) -> str:
    return f"{limit.amount.normalize():f} {limit.unit}"
