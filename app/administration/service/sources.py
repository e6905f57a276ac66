"""The tables of the rules of sources and of their own limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy.orm import Session

from app.accounts.rules import Role
from app.administration.rules.cells import plain
from app.administration.rules.sheets import Row
from app.administration.rules.standards import SOURCE_LIMITS, SOURCE_RULES
from app.administration.service.work import Hand, Present, Table, Work, numbered
from app.catalog.rules import Limit, Unit
from app.sla import service as sla
from app.sla.rules import Reply, Source, SourceRule, Stage


def read_rules(session: Session, _hand: Hand) -> Sequence[Present]:
    rules = sla.source_rules(session)
    return [Present(_rule_row(rules[source])) for source in Source if source in rules]


def _rule_row(rule: SourceRule) -> Row:
    limit = rule.reply_limit
    return {
        "source": rule.source.value,
        "name_zh": rule.name_zh,
        "name_en": rule.name_en,
        "entered_by": " ".join(sorted(role.value for role in rule.entered_by)),
        "needs_verification": "true" if rule.needs_verification else "false",
        "reply": rule.reply.value,
        "reply_limit": "" if limit is None else plain(limit.amount),
        "reply_unit": "" if limit is None else limit.unit.value,
        "active": "true" if rule.active else "false",
    }


def apply_rules(session: Session, work: Work) -> None:
    there = sla.source_rules(session)
    for number, row in numbered(work.changes):
        if bool(row["reply_limit"]) != bool(row["reply_unit"]):
            work.blame(number, "reply_unit", "a limit has an amount and a unit: give both or neither")
            continue
        limit = (
            _limit(work, number, "reply_limit", row["reply_limit"], row["reply_unit"]) if row["reply_limit"] else None
        )
        wanted = replace(
            there[row["source"]],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            entered_by=frozenset(Role(role) for role in row["entered_by"].split()),
            needs_verification=row["needs_verification"] == "true",
            reply=Reply(row["reply"]),
            reply_limit=limit,
            active=row["active"] == "true",
        )
        with work.on(number):
            sla.set_source(session, wanted, actor_id=work.hand.actor_id, now=work.hand.now)


def _limit(work: Work, number: int, column: str, amount: str, unit: str) -> Limit | None:
    try:
        return Limit(Decimal(amount), Unit(unit))
    except ValueError as wrong:
        work.blame(number, column, str(wrong))
        return None


def read_limits(session: Session, _hand: Hand) -> Sequence[Present]:
    rules = sla.source_rules(session)
    return [
        Present(
            {
                "source": source.value,
                "stage": stage.value,
                "limit": plain(rules[source].limits[stage].amount),
                "unit": rules[source].limits[stage].unit.value,
            }
        )
        for source in Source
        if source in rules
        for stage in Stage
        if stage in rules[source].limits
    ]


def apply_limits(session: Session, work: Work) -> None:
    """Each source whose limits differ is changed once."""
    there = sla.source_rules(session)
    first: dict[str, int | None] = {row["source"]: None for row in work.changes.ended}
    first |= {row["source"]: number for number, row in reversed(list(numbered(work.changes)))}
    wanted: Mapping[str, dict[Stage, Limit]] = defaultdict(dict)
    numbers = {work.sheet.key_of(row): number for number, row in numbered(work.changes)}
    for row in work.outcome():
        number = numbers.get(work.sheet.key_of(row))
        found = _limit(work, number or 0, "limit", row["limit"], row["unit"])
        if found is not None:
            wanted[row["source"]][Stage(row["stage"])] = found
    if work.faults:
        return
    for source, number in first.items():
        with work.on(number, source, limits="limit"):
            rule = replace(there[source], limits=wanted[source])
            sla.set_source(session, rule, actor_id=work.hand.actor_id, now=work.hand.now)


RULE_TABLE = Table(SOURCE_RULES, read_rules, apply_rules)
LIMIT_TABLE = Table(SOURCE_LIMITS, read_limits, apply_limits)
