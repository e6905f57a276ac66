"""The import of the rules: the whole set at once, versioned."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.catalog import service as catalog
from app.core import audit
from app.core.audit import Note
from app.core.errors import Fault
from app.core.ids import new_id
from app.routing import queries
from app.routing.errors import BadRoutingRules, RuleTie
from app.routing.rules import Rule, read_rules, twins


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    version: int
    rules: int
    added: int
    retired: int


def import_rules(
    session: Session, rows: Sequence[Mapping[str, str]], *, now: datetime, actor_id: UUID | None = None
) -> Imported:
    """Make these rows the whole set of rules, all of them or none.

    A row that says what a rule in force says keeps that rule; rules that no row says are retired. Cases keep the
    trace they were routed by.

    Shape:  rows as `rules.read_rules` takes them.
    Raises: BadRoutingRules with every faulty row and column; RuleTie with the rows that contradict each other.
    """
    in_force = queries.lock(session)
    types = [(row.scheme, str(row.kind), row.code, row.class_code) for row in catalog.catalogue(session).by_id.values()]
    rules, faults = read_rules(rows, queries.known(session, types))
    faults = faults or list(_twin_faults(session, rules))
    if faults:
        kind = RuleTie if rules else BadRoutingRules
        first = faults[0]
        message = f"Nothing was imported. Faults: {len(faults)}, the first at {first.pointer}: {first.detail}."
        raise kind(message, faults=faults)
    before = queries.said(session)
    new = [rule for rule in rules if rule.id not in before]
    version = in_force + 1
    retired = queries.retire(session, [rule.id for rule in rules], version, now)
    if not new and not retired:
        return Imported(in_force, len(rules), 0, 0)
    added = [_values(rule) for rule in new]
    queries.add(session, added, version, now)
    queries.restamp(session, version, new_id(), now)
    counts = {"added": len(new), "retired": len(retired)}
    queries.add_version(session, {"version": version, "at": now, **counts, "by_id": actor_id})
    notes = [_note("retire", one._asdict(), "before") for one in retired]
    notes += [_note("create", one, "after") for one in added]
    audit.note_all(session, notes, actor_id=actor_id, now=now)
    return Imported(version, len(rules), len(new), len(retired))


def _twin_faults(session: Session, rules: Sequence[Rule]) -> Iterator[Fault]:
    """A fault for every rule whose lead has two branches on the same ground: nothing could choose between them."""
    alike = twins(queries.branches(session, list({rule.lead_id for rule in rules})))
    for i, rule in enumerate(rules):
        if rule.lead_id in alike:
            ground, codes = alike[rule.lead_id]
            yield Fault(
                f"/rules/{i}/lead",
                f"its branches {', '.join(codes)} all stand on {ground}, so that none could be chosen there; give each "
                "its own ground, or name one of them",
            )


def _note(deed: str, rule: Mapping[str, Any], side: str) -> Note:
    """What a rule said before it was retired, or says from now on; only what it says something about."""
    said = {name: value for name, value in rule.items() if name not in {"id", "said"} and value not in (None, "", [])}
    shown = {name: _json(value) for name, value in said.items()}
    return Note(f"routing_rule.{deed}", f"routing_rule:{rule['said']}", {side: shown})


def _json(value: Any) -> Any:
    if isinstance(value, list):
        return [str(one) for one in value]
    return value if isinstance(value, bool | str) else str(value)


def load_rules(session: Session, path: Path, *, now: datetime) -> Imported:
    """Import a CSV file (UTF-8, a head row with the names of the columns).

    Raises: BadRoutingRules for a file that is missing or cannot be read, and as `import_rules`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, restval="", strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as unreadable:
        raise BadRoutingRules(f"{path.name} cannot be read as UTF-8 CSV: {unreadable}.") from unreadable
    return import_rules(session, rows, now=now)


def _values(rule: Rule) -> dict[str, Any]:
    return {
        **rule.key._asdict(),
        "id": new_id(),
        "said": rule.id,
        "lead_id": rule.lead_id,
        "helper_ids": list(rule.helper_ids),
        "auto": rule.auto,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
    }
