"""Whose a case is: routing with its trace, and the import of the rules."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.catalog import service as catalog
from app.catalog.rules import TypeRow
from app.core import audit
from app.core.audit import Note
from app.core.ids import new_id
from app.grid.service import Place
from app.routing import queries
from app.routing.errors import BadRoutingRules, RuleTie
from app.routing.rules import (
    Candidate,
    Coverage,
    Owner,
    Rule,
    RuleBook,
    Spot,
    candidates,
    coverage,
    read_rules,
    trace,
    winner,
)

_kept: list[tuple[UUID, RuleBook]] = []  # The last state this process read; another stamp replaces it.


@dataclass(frozen=True, slots=True)
class Bound:
    """Who is bound to the thing itself, before any rule: the part's own owner, the shop whose strip it is."""

    part_owner_id: UUID | None = None
    shopfront_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Routing:
    """Who answers, and why. `auto`: the router dispatches by itself. `trace` holds JSON values, best first."""

    lead: Owner | None
    helpers: tuple[Owner, ...]
    auto: bool
    version: int
    trace: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """The routing as the API shows it and as a case keeps it."""
        return {
            "lead": self.lead and self.lead.as_json(),
            "helpers": [helper.as_json() for helper in self.helpers],
            "auto": self.auto,
            "version": self.version,
            "trace": self.trace,
        }


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    version: int
    rules: int
    added: int
    retired: int


def route(session: Session, *, type_row: TypeRow | None, place: Place, on: date, bound: Bound | None = None) -> Routing:
    """Who answers for a type at a place on a day of the city; two statements while the rules stay the same.

    type_row: None while nobody knows the type; then only rules for any type match.
    place: its areas from the city down; where a point lies in a gap, as many as are known.
    """
    bound = bound or Bound()
    zone = place.duty_zone.code if place.duty_zone else None
    spot = Spot(type_row, place.areas, zone, bound.part_owner_id, bound.shopfront_id)
    book = rule_book(session)
    ids = _ids(candidates(book, spot, None, on))
    owners = queries.owners(session, ids, spot.street.code if spot.street else None)
    found = candidates(book, spot, owners.territory_id, on)
    first = winner(found)
    return Routing(
        lead=None if first is None or first.lead_id is None else owners.by_id[first.lead_id],
        helpers=tuple(owners.by_id[one] for one in first.helper_ids if one in owners.by_id) if first else (),
        auto=first is not None and first.auto,
        version=book.version,
        trace=trace(spot, found, owners.by_id, on),
    )


def _ids(found: Sequence[Candidate]) -> list[UUID]:
    leads = [one.lead_id for one in found if one.lead_id is not None]
    return list(dict.fromkeys([*leads, *(helper for one in found for helper in one.helper_ids)]))


def rule_book(session: Session) -> RuleBook:
    """The rules as this unit of work sees them: one statement of one row, and all rules only after a change."""
    stamp = queries.stamp(session)
    for kept, book in _kept:
        if kept == stamp:
            return book
    found = queries.snapshot(session)
    book = RuleBook.of(found.version, found.rules)
    _kept[:] = [(found.stamp, book)]
    return book


def coverage_on(session: Session, on: date) -> Coverage:
    """Which types have no rule on which ground on a day of the city, so that only the fallback answers."""
    return coverage(rule_book(session), catalog.catalogue(session).by_id.values(), queries.ground(session), on)


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
    if faults:
        kind = RuleTie if rules else BadRoutingRules
        first = faults[0]
        message = f"Nothing was imported: {len(faults)} faults, the first at {first.pointer}: {first.detail}."
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
